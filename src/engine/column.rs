//! One column over a batch: what its cells mean for every condition that looks at this column
//! alone. Cell rules are judged here, once a distinct value.

use super::mask::{Mask, Truths, WORDS};
use super::matcher::{self, Kinds};
use super::memo::{Key, Memo};
use super::unary::{Reading, Shape, Unary, Value, text_of};
use crate::input::index::{BATCH, Index};
use crate::layout::FieldId;
use crate::rule::{Text, Truth};

/// Conditions and cell rules that one plan can hold: one bit each.
pub(super) const ATOMS: usize = 64;

/// What is asked of a column.
#[derive(Debug)]
pub(super) struct ColumnPlan {
    /// The column's place in the file.
    pub(super) place: usize,
    pub(super) field: Option<FieldId>,
    /// Whether a single digit is read with a zero in front.
    pub(super) is_padded: bool,
    /// Conditions of record rules, at most [`ATOMS`].
    pub(super) atoms: Vec<Unary>,
    /// How it is read where a number is needed.
    pub(super) reading: Option<Reading>,
    /// The text made of it that is hashed, where it is part of a key or compared within a set.
    pub(super) hashed: Option<Text>,
    /// Cell rules, in order of precedence, at most [`ATOMS`].
    pub(super) cell_rules: Vec<CellRule>,
}

/// A rule about the cell itself.
#[derive(Debug)]
pub(super) struct CellRule {
    /// Its place among the instances of the program.
    pub(super) instance: usize,
    /// Its precedence within a cell, lower first.
    pub(super) order: u8,
    pub(super) when: Unary,
    pub(super) require: Unary,
}

/// Everything known about one distinct value.
#[derive(Clone, Copy, Debug)]
struct Judged {
    yes: u64,
    unknown: u64,
    number: i64,
    hash: u64,
    class: u16,
    broken: bool,
}

/// What all plain texts of one shape have in common, and what has to be asked of each.
#[derive(Clone, Copy, Debug)]
struct Shaped {
    shape: Shape,
    yes: u64,
    unknown: u64,
    /// Conditions that the shape does not decide.
    open_atoms: u64,
    applies: u64,
    fails: u64,
    undecidable: u64,
    /// Cell rules that the shape does not decide.
    open_rules: u64,
}

/// Misses over hits after which a full memory is asked no more.
const PATIENCE: u32 = 2000;

/// Shapes remembered for a column.
const SHAPES: usize = 64;

/// Where a value was found, and what the cell rules say to it.
#[derive(Clone, Copy, Debug)]
struct Found {
    entry: u32,
    class: u16,
    broken: bool,
}

/// Stands for "no number": no cell of up to 18 digits reads as it.
const NO_NUMBER: i64 = i64::MIN;

/// How the cell rules of a column come out for a value, one bit a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Class {
    /// The rule applies.
    pub(super) applies: u64,
    /// It is broken and no rule before it is.
    pub(super) broken: u64,
    /// It cannot be decided.
    pub(super) undecidable: u64,
}

/// A column's memory over the whole file, and its state for the current batch.
#[derive(Debug)]
pub(super) struct Column {
    memo: Memo,
    judged: Vec<Judged>,
    /// What an empty cell means.
    empty: Judged,
    memory: Memory,
    /// Misses since the memory is full, less the hits.
    misses: u32,
    /// Whether looking values up is given up: they are too many.
    is_direct: bool,
    /// Cells a class, over all batches so far.
    counts: Vec<u64>,
    batch: BatchState,
}

#[derive(Debug)]
struct BatchState {
    valid: Mask,
    /// Rows with something in the cell, spaces included.
    filled: Mask,
    /// Rows whose cell breaks a cell rule.
    broken: Mask,
    /// The value of each filled row, by its place in `judged`.
    entries: Box<[u32; BATCH]>,
    /// Whether the masks are of this batch. They are made when first asked for.
    turned: bool,
    yes_masks: Vec<Mask>,
    unknown_masks: Vec<Mask>,
}

impl Shaped {
    /// Nothing decided, nothing open.
    fn nothing(shape: Shape) -> Self {
        Self { shape, yes: 0, unknown: 0, open_atoms: 0, applies: 0, fails: 0, undecidable: 0, open_rules: 0 }
    }
}

impl ColumnPlan {
    /// Judges a value from scratch.
    fn judge(&self, text: &[u8], memory: &mut Memory) -> Judged {
        let kinds = matcher::kinds(text);
        let needs_padding = text.len() == 1 && self.is_padded;
        if !(text.is_empty() || needs_padding || matcher::may_have_space(kinds)) {
            return self.judge_plain(text, kinds, memory);
        }
        self.answer(&self.unshaped(), &Value::new(text, self.field), memory)
    }

    /// Judges printable ASCII without spaces: most of it is known from the shape.
    fn judge_plain(&self, text: &[u8], kinds: Kinds, memory: &mut Memory) -> Judged {
        let shape = Shape { kinds, len: text.len() };
        let shaped = memory.shapes.iter().find(|one| one.shape == shape).copied().unwrap_or_else(|| {
            let shaped = self.shaped(shape);
            if memory.shapes.len() < SHAPES {
                memory.shapes.push(shaped);
            }
            shaped
        });
        self.answer(&shaped, &Value::plain(std::str::from_utf8(text).unwrap_or_default(), kinds), memory)
    }

    /// Adds to what a shape decides the answers it leaves open.
    fn answer(&self, shaped: &Shaped, value: &Value<'_>, memory: &mut Memory) -> Judged {
        let (mut yes, mut unknown) = (shaped.yes, shaped.unknown);
        for bit in bits(shaped.open_atoms) {
            add(self.atoms[bit].truth(value), bit, &mut yes, &mut unknown);
        }
        let (mut applies, mut fails, mut undecidable) = (shaped.applies, shaped.fails, shaped.undecidable);
        for bit in bits(shaped.open_rules) {
            let rule = &self.cell_rules[bit];
            let out = (&mut applies, &mut fails, &mut undecidable);
            rule.add(rule.when.truth(value), || rule.require.truth(value), bit, out);
        }
        let class = Class::new(applies, fails, undecidable);
        self.judged(value, (yes, unknown), class, memory)
    }

    /// Stands for the shape of a text that shapes say nothing about: all is open.
    fn unshaped(&self) -> Shaped {
        let all = |count: usize| if count >= ATOMS { u64::MAX } else { (1 << count) - 1 };
        Shaped {
            open_atoms: all(self.atoms.len()),
            open_rules: all(self.cell_rules.len()),
            ..Shaped::nothing(Shape { kinds: 0, len: 0 })
        }
    }

    fn shaped(&self, shape: Shape) -> Shaped {
        let mut shaped = Shaped::nothing(shape);
        for (bit, atom) in self.atoms.iter().enumerate() {
            match atom.by_shape(shape) {
                Some(truth) => add(truth, bit, &mut shaped.yes, &mut shaped.unknown),
                None => shaped.open_atoms |= 1 << bit,
            }
        }
        for (bit, rule) in self.cell_rules.iter().enumerate() {
            let out = (&mut shaped.applies, &mut shaped.fails, &mut shaped.undecidable);
            match (rule.when.by_shape(shape), rule.require.by_shape(shape)) {
                (Some(Truth::False), _) => {}
                (Some(when), Some(require)) => rule.add(when, || require, bit, out),
                _ => shaped.open_rules |= 1 << bit,
            }
        }
        shaped
    }

    fn judged(&self, value: &Value<'_>, (yes, unknown): (u64, u64), class: Class, memory: &mut Memory) -> Judged {
        let number = self.reading.and_then(|reading| value.number(reading)).unwrap_or(NO_NUMBER);
        let hash = self.hash(value);
        Judged { yes, unknown, number, hash, class: intern(class, &mut memory.classes), broken: class.broken != 0 }
    }

    fn hash(&self, value: &Value<'_>) -> u64 {
        match (&self.hashed, self.field) {
            (Some(Text::Cell(cell)), _) => fold(value.text(cell.form).trim().as_bytes()),
            (Some(text), Some(field)) => fold(text_of(text, field, value).trim().as_bytes()),
            _ => BLANK,
        }
    }
}

impl CellRule {
    /// Adds how the rule comes out to the outcome bits.
    fn add(
        &self,
        when: Truth,
        require: impl FnOnce() -> Truth,
        bit: usize,
        (applies, fails, undecidable): (&mut u64, &mut u64, &mut u64),
    ) {
        let truth = match when {
            Truth::False => return,
            Truth::True => require(),
            Truth::Unknown => Truth::Unknown,
        };
        *applies |= 1 << bit;
        match truth {
            Truth::False => *fails |= 1 << bit,
            Truth::Unknown => *undecidable |= 1 << bit,
            Truth::True => {}
        }
    }
}

impl Class {
    /// Of the rules that fail only the first counts, the others do not apply to a cell that is
    /// damaged already.
    fn new(applies: u64, fails: u64, undecidable: u64) -> Self {
        let broken = fails & fails.wrapping_neg();
        Self { applies: applies & !(fails & !broken), broken, undecidable }
    }
}

fn add(truth: Truth, bit: usize, yes: &mut u64, unknown: &mut u64) {
    match truth {
        Truth::True => *yes |= 1 << bit,
        Truth::Unknown => *unknown |= 1 << bit,
        Truth::False => {}
    }
}

/// The places of the bits that are set, ascending.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = set.trailing_zeros() as usize;
        (set != 0).then(|| {
            set &= set - 1;
            bit
        })
    })
}

/// What [`fold`] makes of nothing.
pub(super) const BLANK: u64 = 1;

/// The hash of a text without regard to (ASCII) case.
pub(super) fn fold(text: &[u8]) -> u64 {
    if text.is_empty() {
        return BLANK;
    }
    let word = |chunk: &[u8]| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(byte.to_ascii_uppercase()));
    text.chunks(8).map(word).fold(mix(text.len() as u64), |hash, word| mix(hash ^ word))
}

/// Spreads every bit of a number over all others.
pub(super) fn mix(value: u64) -> u64 {
    let product = u128::from(value ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD6E8_FEB8_6659_FD93u64);
    (product as u64) ^ (product >> 64) as u64
}

/// What a column has learnt about its values.
#[derive(Debug, Default)]
struct Memory {
    classes: Vec<Class>,
    shapes: Vec<Shaped>,
}

fn intern(class: Class, classes: &mut Vec<Class>) -> u16 {
    let place = classes.iter().position(|one| *one == class).unwrap_or_else(|| {
        classes.push(class);
        classes.len() - 1
    });
    // Classes differ in outcomes of at most 64 rules; real columns have a handful.
    u16::try_from(place).unwrap_or(u16::MAX)
}

impl Column {
    pub(super) fn new(plan: &ColumnPlan) -> Self {
        let mut memory = Memory::default();
        let empty = plan.judge(b"", &mut memory);
        let atoms = plan.atoms.len();
        Self {
            memo: Memo::new(),
            judged: Vec::new(),
            empty,
            memory,
            misses: 0,
            is_direct: false,
            counts: vec![0; 1],
            batch: BatchState {
                valid: Mask::NONE,
                filled: Mask::NONE,
                broken: Mask::NONE,
                entries: Box::new([0; BATCH]),
                turned: false,
                yes_masks: vec![Mask::NONE; atoms],
                unknown_masks: vec![Mask::NONE; atoms],
            },
        }
    }

    /// Takes in the column's cells of a batch, but for rows that are not `valid`.
    pub(super) fn load(&mut self, plan: &ColumnPlan, index: &Index, bytes: &[u8], valid: Mask) {
        let bounds = index.bounds(plan.place);
        let filled = Mask(index.filled(plan.place)).and(valid);
        let batch = &mut self.batch;
        batch.filled = filled;
        batch.turned = false;
        batch.valid = valid;
        // Values that found no room are of the last batch.
        self.judged.truncate(self.memo.len());
        batch.broken = if self.empty.broken { valid.without(filled) } else { Mask::NONE };
        self.counts[usize::from(self.empty.class)] += valid.without(filled).count();
        if filled.is_empty() {
            return;
        }
        self.look_up_all(plan, bounds, bytes);
    }

    /// Finds out which value each filled cell has; what the values mean is fetched when it is asked
    /// for.
    fn look_up_all(&mut self, plan: &ColumnPlan, (starts, ends): (&[u32], &[u32]), bytes: &[u8]) {
        let mut last = (Key::default(), Found { entry: 0, class: self.empty.class, broken: self.empty.broken });
        let mut run = (self.empty.class, 0);
        for row in self.batch.filled.rows() {
            let (start, end) = (starts[row] as usize, ends[row] as usize);
            let key = Key::new(bytes, start, end);
            if key != last.0 || end - start > 16 {
                last = (key, self.look_up(plan, key, &bytes[start..end]));
            }
            let found = last.1;
            self.batch.entries[row] = found.entry;
            if found.broken {
                self.batch.broken.set(row);
            }
            if found.class == run.0 {
                run.1 += 1;
                continue;
            }
            self.count(run.0, run.1);
            run = (found.class, 1);
        }
        self.count(run.0, run.1);
    }

    fn count(&mut self, class: u16, cells: u64) {
        let class = usize::from(class);
        if self.counts.len() <= class {
            self.counts.resize(class + 1, 0);
        }
        self.counts[class] += cells;
    }

    #[inline]
    fn look_up(&mut self, plan: &ColumnPlan, key: Key, text: &[u8]) -> Found {
        if !self.is_direct
            && let Some(entry) = self.memo.find(key, text)
        {
            self.misses = self.misses.saturating_sub(1);
            return self.found(entry);
        }
        self.look_at(plan, key, text)
    }

    /// Judges a value that is not remembered; remembers it while there is room, else until the
    /// end of the batch.
    #[inline(never)]
    fn look_at(&mut self, plan: &ColumnPlan, key: Key, text: &[u8]) -> Found {
        let judged = plan.judge(text, &mut self.memory);
        let entry = self.judged.len() as u32;
        self.judged.push(judged);
        if !self.memo.is_full() {
            self.memo.insert(key, text);
        } else if !self.is_direct {
            self.misses += 1;
            self.is_direct = self.misses > PATIENCE;
        }
        self.found(entry)
    }

    #[inline]
    fn found(&self, entry: u32) -> Found {
        let judged = &self.judged[entry as usize];
        Found { entry, class: judged.class, broken: judged.broken }
    }

    /// What is known of the value of a filled row.
    fn value(&self, row: usize) -> &Judged {
        &self.judged[self.batch.entries[row] as usize]
    }

    /// A condition over the batch.
    pub(super) fn atom(&mut self, bit: usize) -> Truths {
        let unfilled = Mask::ALL.without(self.batch.filled);
        let of_empty = |bits: u64| if bits >> bit & 1 != 0 { unfilled } else { Mask::NONE };
        let empty = Truths { yes: of_empty(self.empty.yes), unknown: of_empty(self.empty.unknown) };
        if self.batch.filled.is_empty() {
            return empty;
        }
        if !self.batch.turned {
            self.turn();
        }
        Truths {
            yes: self.batch.yes_masks[bit].and(self.batch.filled).or(empty.yes),
            unknown: self.batch.unknown_masks[bit].and(self.batch.filled).or(empty.unknown),
        }
    }

    /// Turns the rows' bits into a mask an atom.
    fn turn(&mut self) {
        self.batch.turned = true;
        let (mut any, mut all, mut any_unknown) = (0, u64::MAX, 0);
        let (mut yes, mut unknown) = ([0; BATCH], [0; BATCH]);
        for row in self.batch.filled.rows() {
            let judged = self.value(row);
            (yes[row], unknown[row]) = (judged.yes, judged.unknown);
            any |= judged.yes;
            all &= judged.yes;
            any_unknown |= judged.unknown;
        }
        let batch = &mut self.batch;
        turn_bits(&yes, (any, all), batch.filled, &mut batch.yes_masks);
        // That none is unknown is the one case worth a short cut.
        turn_bits(&unknown, (any_unknown, 0), batch.filled, &mut batch.unknown_masks);
    }

    /// Rows whose cell breaks a cell rule.
    pub(super) fn broken(&self) -> Mask {
        self.batch.broken
    }

    /// The hash of a row's text; [`BLANK`] where there is none.
    pub(super) fn hash(&self, row: usize) -> u64 {
        if self.batch.filled.has(row) { self.value(row).hash } else { self.empty.hash }
    }

    /// Writes the numbers of the batch; returns the rows in which there is one.
    pub(super) fn numbers(&self, numbers: &mut [i64; BATCH]) -> Mask {
        let unfilled = self.batch.valid.without(self.batch.filled);
        let mut known = if self.empty.number == NO_NUMBER { Mask::NONE } else { unfilled };
        for row in self.batch.filled.rows() {
            let number = self.value(row).number;
            numbers[row] = number;
            if number != NO_NUMBER {
                known.set(row);
            }
        }
        known
    }

    /// How the cell rules came out for a row of the batch.
    pub(super) fn class(&self, row: usize) -> Class {
        let class = if self.batch.filled.has(row) { self.value(row).class } else { self.empty.class };
        self.memory.classes[usize::from(class)]
    }

    /// How often each outcome of the cell rules came up, over all batches.
    pub(super) fn class_counts(&self) -> impl Iterator<Item = (Class, u64)> + '_ {
        self.memory.classes.iter().copied().zip(self.counts.iter().copied())
    }
}

/// Bit `i` of row `r` becomes bit `r` of mask `i`, for the filled rows; other rows may hold
/// anything. `any` and `all` are the bits of some and of all filled rows.
fn turn_bits(rows: &[u64; BATCH], (any, all): (u64, u64), filled: Mask, masks: &mut [Mask]) {
    if any == all {
        for (bit, mask) in masks.iter_mut().enumerate() {
            *mask = Mask::of(any >> bit & 1 != 0);
        }
        return;
    }
    for word in (0..WORDS).filter(|word| filled.0[*word] != 0) {
        let mut matrix = [0; 64];
        matrix.copy_from_slice(&rows[word * 64..(word + 1) * 64]);
        transpose(&mut matrix);
        for (mask, row) in masks.iter_mut().zip(matrix) {
            mask.0[word] = row;
        }
    }
}

/// Transposes a matrix of 64 by 64 bits by swapping ever smaller blocks.
pub(super) fn transpose(matrix: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = 0x0000_0000_FFFF_FFFFu64;
    while width != 0 {
        let mut row = 0;
        while row < 64 {
            for at in row..row + width {
                let swap = ((matrix[at] >> width) ^ matrix[at + width]) & mask;
                matrix[at] ^= swap << width;
                matrix[at + width] ^= swap;
            }
            row += 2 * width;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_swaps_rows_and_bits() {
        let mut matrix = [0u64; 64];
        for (row, bits) in matrix.iter_mut().enumerate() {
            *bits = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (1 << row);
        }
        let before = matrix;
        transpose(&mut matrix);
        for (row, word) in matrix.iter().enumerate() {
            for (bit, other) in before.iter().enumerate() {
                assert_eq!(word >> bit & 1, other >> row & 1);
            }
        }
    }
}
