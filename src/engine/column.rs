//! Evaluates one column over a batch: the number of each cell's distinct value, and what each value means for all
//! conditions on this column, worked out when the value is first met.

use super::column_batch::ColumnBatch;
use super::column_plan::{CellClass, CellClasses, ColumnPlan, TextVerdict, NO_NUMBER, Shaped, bits};
use super::interner::{TextKey, LongInterner, ShortInterner, WHOLE};
use super::mask::{Mask, Truths, WindowRows};
use super::shape::TextShape;
use super::values::{EMPTY, TextFacts};
use crate::input::index::{ColumnCells, WINDOW};
use crate::input::text::CellText;

/// Distinct texts that a column remembers before remembering more costs more than judging them.
const LIMIT: usize = 4096;

/// As [`LIMIT`], where the shape of a text decides all: judging it costs hardly more than looking it up.
const LIMIT_OF_SHAPED: usize = 256;

/// Shapes remembered for a column.
const SHAPES: usize = 64;

/// Batches with a miss in four and more after which a full memory is given up.
const PATIENCE: u32 = 4;

/// A column's memory over the whole file, and its state for the current batch.
#[derive(Debug)]
pub(crate) struct ColumnMemory {
    short: ShortInterner,
    long: LongInterner,
    values: TextFacts,
    classes: CellClasses,
    shapes: Vec<KnownShape>,
    /// The shape that came up last: most texts of a column are of one.
    last_shape: usize,
    /// Values that are kept beyond the batch; later ones did not fit.
    kept: usize,
    /// Texts that are remembered.
    remembered: usize,
    /// Looks at values that are not remembered, in this batch.
    misses: u64,
    patience: u32,
    /// Whether looking texts up is given up: they are too many.
    is_direct: bool,
    /// Whether some value breaks a cell rule.
    has_broken: bool,
    /// Whether some text shows damage.
    has_odd: bool,
    /// Filled cells a class.
    counts: Vec<u64>,
    /// The last texts that were not remembered, and their values.
    last: (u64, u16),
    last_long: (TextKey, u16),
    batch: ColumnBatch,
}

/// A shape and, where it decides all, the value that its texts share.
#[derive(Debug)]
struct KnownShape {
    shaped: Shaped,
    entry: Option<u16>,
    /// Whether all of its texts show damage, or none; `None` where each has to be looked at.
    is_odd: Option<bool>,
}

impl ColumnMemory {
    pub(crate) fn new(plan: &ColumnPlan) -> Self {
        let mut classes = CellClasses::default();
        let mut values = TextFacts::default();
        let empty = plan.judge(b"", &mut classes);
        values.push(&empty);
        Self {
            short: ShortInterner::new(),
            long: LongInterner::new(),
            values,
            has_broken: classes.at(empty.class).broken != 0,
            has_odd: false,
            classes,
            shapes: Vec::new(),
            last_shape: 0,
            kept: 1,
            remembered: 0,
            misses: 0,
            patience: PATIENCE,
            is_direct: false,
            counts: Vec::new(),
            last: (0, EMPTY),
            last_long: (TextKey::default(), EMPTY),
            batch: ColumnBatch::new(),
        }
    }

    /// Starts on a batch.
    #[inline]
    pub(crate) fn begin(&mut self) {
        if self.misses > 0 {
            self.forget();
        }
        self.batch.begin();
    }

    /// Forgets the values that did not fit, and the remembered ones if they help too seldom.
    fn forget(&mut self) {
        self.values.truncate(self.kept);
        self.last = (0, EMPTY);
        self.last_long = (TextKey::default(), EMPTY);
        let is_vain = self.misses * 4 > self.batch.filled.count();
        self.misses = 0;
        if self.is_direct || !is_vain {
            return;
        }
        self.patience = self.patience.saturating_sub(1);
        if self.patience > 0 {
            return;
        }
        self.is_direct = true;
        (self.short, self.long) = (ShortInterner::new(), LongInterner::new());
        self.kept = 1;
        self.values.truncate(self.kept);
        self.shapes.iter_mut().for_each(|shape| shape.entry = None);
    }

    /// Takes in the column's cells of a window, but for rows that are not `valid`. May be left out for
    /// a window without filled cells, unless the last batch had some there or a blank cell breaks a
    /// rule.
    #[inline]
    pub(crate) fn take(
        &mut self,
        plan: &ColumnPlan,
        cells: ColumnCells<'_>,
        bytes: &[u8],
        valid: WindowRows,
    ) {
        let WindowRows { window, rows: valid } = valid;
        let filled = cells.filled & valid;
        if filled != u64::MAX {
            self.batch.window(window).fill(EMPTY);
        }
        if filled != 0 {
            self.look_up_all(plan, cells.texts, bytes, WindowRows { window, rows: filled });
            self.count_window(window, filled);
            self.batch.filled.0[window] = filled;
        }
        if self.has_broken {
            self.mark_broken(window, valid);
        }
    }

    /// Finds out which text each filled cell holds; what the texts mean is fetched when it is asked
    /// for.
    fn look_up_all(&mut self, plan: &ColumnPlan, texts: &[CellText; WINDOW], bytes: &[u8], filled: WindowRows) {
        let window = filled.window;
        if filled.rows == u64::MAX && all_same(texts) {
            let entry = self.look_up(plan, &texts[0], bytes);
            self.batch.window(window).fill(entry);
            return;
        }
        for row in bits(self.glance_at_all(texts, bytes, filled)) {
            let entry = self.look_up(plan, &texts[row], bytes);
            self.batch.window(window)[row] = entry;
        }
    }

    /// Looks only where each text is looked for first, and most are: these look-ups follow each other
    /// closely and do not wait for each other. Returns the rows whose text was not there.
    fn glance_at_all(&mut self, texts: &[CellText; WINDOW], bytes: &[u8], filled: WindowRows) -> u64 {
        let WindowRows { window, rows: filled } = filled;
        if self.is_direct {
            return filled;
        }
        let mut rest = 0;
        let (short, long, entries) = (&self.short, &self.long, self.batch.window(window));
        let mut take = |row: usize, (entry, is_found): (u16, bool)| {
            entries[row] = entry;
            rest |= u64::from(!is_found) << row;
        };
        if all_short(texts) {
            each_row(filled, |row| take(row, short.glance(texts[row].number())));
            return rest;
        }
        // Names of schools and districts come many times in a row.
        let (mut last, mut last_found): (&[u8], _) = (b"", (EMPTY, false));
        for row in bits(filled) {
            let found = match texts[row].short() {
                Some(number) => short.glance(number),
                None => {
                    let text = texts[row].of(bytes);
                    if text.len() <= WHOLE || text != last {
                        (last, last_found) = (text, long.glance(text));
                    }
                    last_found
                }
            };
            take(row, found);
        }
        rest
    }

    /// Counts the filled cells of a window by their classes.
    #[inline]
    fn count_window(&mut self, window: usize, filled: u64) {
        if !self.values.is_mixed {
            return add_cells(&mut self.counts, self.values.classes[1], u64::from(filled.count_ones()));
        }
        let entries = self.batch.window(window);
        for row in bits(filled) {
            add_cells(&mut self.counts, self.values.classes[usize::from(entries[row])], 1);
        }
    }

    /// The value of a cell that holds a text.
    fn look_up(&mut self, plan: &ColumnPlan, text: &CellText, bytes: &[u8]) -> u16 {
        match text.short() {
            Some(number) => self.look_up_short(plan, text.of(bytes), number),
            None => self.look_up_long(plan, text.of(bytes)),
        }
    }

    fn look_up_short(&mut self, plan: &ColumnPlan, text: &[u8], number: u64) -> u16 {
        if let Some(entry) = self.short.find(number) {
            return entry;
        }
        if number == self.last.0 {
            return self.last.1;
        }
        let (entry, has_room) = self.look_at(plan, text);
        if has_room {
            self.short.insert(number, entry);
        } else {
            self.last = (number, entry);
        }
        entry
    }

    fn look_up_long(&mut self, plan: &ColumnPlan, text: &[u8]) -> u16 {
        let key = TextKey::new(text);
        if let Some(entry) = self.long.find(key, text) {
            return entry;
        }
        if key == self.last_long.0 && key.is_text() {
            return self.last_long.1;
        }
        let (entry, has_room) = self.look_at(plan, text);
        if has_room {
            self.long.insert(key, text, entry);
        } else {
            self.last_long = (key, entry);
        }
        entry
    }

    /// Judges a text that is not remembered. Returns its value, and whether there is room to
    /// remember it; if not, the value lasts until the end of the batch.
    fn look_at(&mut self, plan: &ColumnPlan, text: &[u8]) -> (u16, bool) {
        let shape = plan.shape_of(text).and_then(|shape| self.shape(plan, shape));
        self.has_odd |= shape.and_then(|place| self.shapes[place].is_odd).unwrap_or_else(|| plan.is_odd(text));
        let entry = match shape {
            Some(place) => self.judge_shaped(plan, text, place),
            None => {
                let judged = plan.judge(text, &mut self.classes);
                self.add(&judged)
            }
        };
        let is_shaped = shape.is_some_and(|place| self.shapes[place].entry.is_some());
        let limit = if is_shaped { LIMIT_OF_SHAPED } else { LIMIT };
        let has_room = !self.is_direct && self.remembered < limit && self.keep(entry);
        if has_room {
            self.remembered += 1;
        } else {
            self.misses += 1;
        }
        (entry, has_room)
    }

    /// The place of a shape, if there is room for it.
    fn shape(&mut self, plan: &ColumnPlan, shape: TextShape) -> Option<usize> {
        if self.shapes.get(self.last_shape).is_some_and(|last| last.shaped.shape == shape) {
            return Some(self.last_shape);
        }
        self.last_shape = match self.shapes.iter().position(|one| one.shaped.shape == shape) {
            Some(place) => place,
            None if self.shapes.len() == SHAPES => return None,
            None => {
                self.shapes.push(KnownShape { shaped: plan.shaped(shape), entry: None, is_odd: plan.is_odd_by_shape(shape) });
                self.shapes.len() - 1
            }
        };
        Some(self.last_shape)
    }

    /// The value of a text of a known shape; where the shape decides all, its texts share one.
    fn judge_shaped(&mut self, plan: &ColumnPlan, text: &[u8], place: usize) -> u16 {
        if let Some(entry) = self.shapes[place].entry {
            return entry;
        }
        let judged = plan.judge_shaped(text, &mut self.shapes[place].shaped, &mut self.classes);
        let entry = self.add(&judged);
        if plan.is_decided(&self.shapes[place].shaped) && self.keep(entry) {
            self.shapes[place].entry = Some(entry);
        }
        entry
    }

    fn add(&mut self, judged: &TextVerdict) -> u16 {
        self.has_broken |= self.classes.at(judged.class).broken != 0;
        self.values.push(judged)
    }

    /// Whether a value is kept beyond the batch: it can be unless it stands behind one that is not.
    fn keep(&mut self, entry: u16) -> bool {
        let entry = usize::from(entry);
        if entry == self.kept {
            self.kept += 1;
        }
        entry < self.kept
    }

    fn mark_broken(&mut self, window: usize, valid: u64) {
        for row in bits(valid) {
            if self.class(window * WINDOW + row).broken != 0 {
                self.batch.broken.0[window] |= 1 << row;
            }
        }
    }

    /// A condition over the batch.
    pub(crate) fn atom(&mut self, bit: usize) -> Truths {
        Truths {
            yes: self.batch.rows_with(&self.values.yes, bit),
            unknown: self.batch.rows_with(&self.values.unknown, bit),
        }
    }

    /// Rows whose cell breaks a cell rule.
    #[inline]
    pub(crate) fn broken(&self) -> Mask {
        self.batch.broken
    }

    /// The hash of a row's text; [`super::hash::BLANK`] where there is none.
    #[inline]
    pub(crate) fn hash(&self, row: usize) -> u64 {
        self.values.hashes[usize::from(self.batch.entries[row])]
    }

    /// Writes the numbers of the batch, one a row; returns the rows in which there is one.
    pub(crate) fn numbers(&self, numbers: &mut [i64]) -> Mask {
        let mut known = Mask::NONE;
        for (word, filled) in self.batch.filled.0.iter().enumerate() {
            for row in bits(*filled) {
                let row = word * WINDOW + row;
                let number = self.values.numbers[usize::from(self.batch.entries[row])];
                numbers[row] = number;
                known.0[word] |= u64::from(number != NO_NUMBER) << (row % WINDOW);
            }
        }
        known
    }

    /// How the cell rules came out for a row of the batch.
    pub(crate) fn class(&self, row: usize) -> CellClass {
        self.classes.at(self.values.classes[usize::from(self.batch.entries[row])])
    }

    /// Whether some text shows damage that is not known yet.
    pub(crate) fn has_odd(&self) -> bool {
        self.has_odd
    }

    /// Whether an empty cell breaks a cell rule.
    pub(crate) fn breaks_blank(&self) -> bool {
        self.classes.at(self.values.classes[usize::from(EMPTY)]).broken != 0
    }

    /// How often each outcome of the cell rules came up, over all batches of so many rows.
    pub(crate) fn class_counts(&self, rows: u64) -> impl Iterator<Item = (CellClass, u64)> + '_ {
        let mut counts = self.counts.clone();
        let filled: u64 = counts.iter().sum();
        add_cells(&mut counts, self.values.classes[usize::from(EMPTY)], rows - filled);
        (0..).zip(counts).map(|(class, cells)| (self.classes.at(class), cells))
    }
}

fn add_cells(counts: &mut Vec<u64>, class: u16, cells: u64) {
    let class = usize::from(class);
    if counts.len() <= class {
        counts.resize(class + 1, 0);
    }
    counts[class] += cells;
}

/// Goes through the rows of a window.
#[inline]
fn each_row(rows: u64, show: impl FnMut(usize)) {
    if rows == u64::MAX { (0..WINDOW).for_each(show) } else { bits(rows).for_each(show) }
}

/// Whether all texts are short, those of empty cells included.
#[inline]
fn all_short(texts: &[CellText; WINDOW]) -> bool {
    CellText::is_short(texts.iter().fold(0, |all, text| all | text.number()))
}

/// Whether all texts are one and the same short one.
#[inline]
fn all_same(texts: &[CellText; WINDOW]) -> bool {
    let first = texts[0].number();
    texts[0].short().is_some() && texts.iter().fold(0, |differ, text| differ | (text.number() ^ first)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_short_texts_are_the_same() {
        let text = |bytes: &[u8]| CellText::new(bytes, 0, bytes.len());
        let mut texts = [text(b"2025"); WINDOW];
        assert!(all_same(&texts));
        texts[63] = text(b"2024");
        assert!(!all_same(&texts));
        assert!(!all_same(&[text(b"longer than seven"); WINDOW]));
    }
}
