//! Evaluates the program over one batch: each condition at most once, as masks, and only when a
//! rule comes to need it.

use super::column::ColumnMemory;
use super::column_plan::{ColumnPlan, bits};
use super::mask::{BATCH, Mask, Truths, WindowRows};
use super::nodes::{ProgramNode, NodeId, NumId, NumNode, SecondPlan, TextPlan};
use super::program::Program;
use super::records::BatchRecords;
use super::scores;
use crate::input::index::{Index, WINDOW};
use crate::layout::FieldId;
use crate::rule::{self as interpret, Expr, CellForm, NoSecondFiles, Op, SecondFiles, TextExpr, Truth, read};

/// What a thread keeps for one file: column memories and room for the results of a batch.
pub(crate) struct ThreadState {
    pub(crate) columns: Vec<ColumnMemory>,
    places: Vec<WindowColumn>,
    /// Rows taken in so far.
    pub(crate) rows: u64,
    /// The answers of nodes that are asked more than once.
    truths: Vec<Truths>,
    /// The batch that each of `truths` is of.
    of: Vec<u32>,
    batch: u32,
    nums: Vec<BatchNumbers>,
}

/// What is looked at for every column and window, apart from all else that a column has: most have
/// nothing in most windows.
#[derive(Clone, Copy, Debug)]
struct WindowColumn {
    /// The column in the file.
    column: u32,
    /// The windows in which the last batches have left something, a bit each.
    written: u8,
    breaks_blank: bool,
}

/// Numbers of a batch, and the rows that have one.
#[derive(Clone, Debug, Default)]
struct BatchNumbers {
    done: bool,
    /// One a row; none while they are being worked out.
    values: Box<[i64]>,
    known: Mask,
}

impl BatchNumbers {
    fn new() -> Self {
        Self { values: vec![0; BATCH].into(), ..Self::default() }
    }
}

/// A batch of a block under evaluation.
pub(crate) struct Batch<'a> {
    pub(crate) program: &'a Program,
    pub(crate) records: &'a BatchRecords,
    pub(crate) bytes: &'a [u8],
    /// The rows with the right number of cells.
    pub(crate) valid: Mask,
}

impl ThreadState {
    pub(crate) fn new(program: &Program) -> Self {
        let kept = program.kept_answers.iter().flatten().count();
        let columns: Vec<ColumnMemory> = program.columns.iter().map(ColumnMemory::new).collect();
        let place = |(column, plan): (&ColumnMemory, &ColumnPlan)| WindowColumn {
            column: plan.place as u32,
            written: 0,
            breaks_blank: column.breaks_blank(),
        };
        Self {
            places: columns.iter().zip(&program.columns).map(place).collect(),
            rows: 0,
            columns,
            truths: vec![Truths::constant(Truth::False); kept],
            of: vec![0; kept],
            batch: 0,
            nums: vec![BatchNumbers::new(); program.nums.len()],
        }
    }

    /// Whether a column shows damage that is not known yet.
    pub(crate) fn has_odd(&self) -> bool {
        self.columns.iter().any(ColumnMemory::has_odd)
    }

    /// Starts on a batch: forgets the last batch's results.
    pub(crate) fn begin(&mut self) {
        self.columns.iter_mut().for_each(ColumnMemory::begin);
        self.next_batch();
        self.nums.iter_mut().for_each(|nums| nums.done = false);
    }

    /// Takes in all columns of a window of the batch, but for rows that are not valid.
    pub(crate) fn take(&mut self, program: &Program, index: &Index, bytes: &[u8], valid_rows: WindowRows) {
        let WindowRows { window: number, rows: valid } = valid_rows;
        self.rows += u64::from(valid.count_ones());
        for (at, place) in self.places.iter_mut().enumerate() {
            let is_filled = index.filled(place.column as usize) & valid != 0;
            if is_filled || place.breaks_blank || place.written >> number & 1 != 0 {
                let plan = &program.columns[at];
                self.columns[at].take(plan, index.column(plan.place), bytes, valid_rows);
                place.written = place.written & !(1 << number) | u8::from(is_filled) << number;
            }
        }
    }

    /// A condition over the batch. Rows that are not valid may come out either way.
    pub(crate) fn truths(&mut self, batch: &Batch<'_>, id: NodeId) -> Truths {
        let node = &batch.program.nodes[id.0 as usize];
        let Some(place) = batch.program.kept_answers[id.0 as usize] else {
            return self.evaluate(batch, node);
        };
        let place = place as usize;
        if self.of[place] == self.batch {
            return self.truths[place];
        }
        let truths = self.evaluate(batch, node);
        self.truths[place] = truths;
        self.of[place] = self.batch;
        truths
    }

    /// Forgets the last batch's results by counting batches; starts afresh when they run out.
    fn next_batch(&mut self) {
        self.batch = self.batch.wrapping_add(1);
        if self.batch == 0 {
            self.of.fill(0);
            self.batch = 1;
        }
    }

    fn evaluate(&mut self, batch: &Batch<'_>, node: &ProgramNode) -> Truths {
        match node {
            ProgramNode::Const(truth) => Truths::constant(*truth),
            ProgramNode::Atom(column, bit) => self.columns[*column].atom(*bit),
            ProgramNode::Not(inner) => self.truths(batch, *inner).negate(),
            ProgramNode::And(parts) => self.all(batch, parts),
            ProgramNode::Or(parts) => self.any(batch, parts),
            ProgramNode::Compare(left, op, right) => self.compare(batch, *left, *op, *right),
            ProgramNode::Known(num) => {
                self.number(batch, *num);
                Truths::certain(self.nums[num.0 as usize].known)
            }
            ProgramNode::SameText(texts) => Truths::certain(same_texts(batch, texts)),
            ProgramNode::SameCell(left, right) => Truths::certain(self.same_cells(batch, *left, *right)),
            ProgramNode::Second(second) => second_truths(batch, second),
        }
    }

    /// Whether two cells (or parts of them) hold the same text, by their 64-bit hashes.
    fn same_cells(&self, batch: &Batch<'_>, left: usize, right: usize) -> Mask {
        let mut same = Mask::NONE;
        let (left, right) = (&self.columns[left], &self.columns[right]);
        batch.valid.rows().filter(|row| left.hash(*row) == right.hash(*row)).for_each(|row| same.set(row));
        same
    }

    fn all(&mut self, batch: &Batch<'_>, parts: &[NodeId]) -> Truths {
        let mut all = Truths::constant(Truth::True);
        for part in parts {
            all = all.and(&self.truths(batch, *part));
            if all.yes.or(all.unknown).and(batch.valid).is_empty() {
                break;
            }
        }
        all
    }

    fn any(&mut self, batch: &Batch<'_>, parts: &[NodeId]) -> Truths {
        let mut any = Truths::constant(Truth::False);
        for part in parts {
            any = any.or(&self.truths(batch, *part));
            if batch.valid.without(any.yes).is_empty() {
                break;
            }
        }
        any
    }

    fn compare(&mut self, batch: &Batch<'_>, left: NumId, op: Op, right: NumId) -> Truths {
        self.number(batch, left);
        self.number(batch, right);
        let (left, right) = (&self.nums[left.0 as usize], &self.nums[right.0 as usize]);
        let known = left.known.and(right.known);
        let mut yes = Mask::NONE;
        let sides = [&*left.values, &*right.values];
        match op {
            Op::Is => fill(&mut yes, known, sides, |a, b| a == b),
            Op::IsNot => fill(&mut yes, known, sides, |a, b| a != b),
            Op::Less => fill(&mut yes, known, sides, |a, b| a < b),
            Op::AtMost => fill(&mut yes, known, sides, |a, b| a <= b),
            Op::More => fill(&mut yes, known, sides, |a, b| a > b),
            Op::AtLeast => fill(&mut yes, known, sides, |a, b| a >= b),
        }
        Truths { yes: yes.and(known), unknown: Mask::ALL.without(known) }
    }

    /// Makes sure that a number is there for the batch.
    pub(crate) fn number(&mut self, batch: &Batch<'_>, id: NumId) {
        let place = id.0 as usize;
        if self.nums[place].done {
            return;
        }
        let mut numbers = std::mem::take(&mut self.nums[place]);
        self.compute(batch, &batch.program.nums[place], &mut numbers);
        numbers.done = true;
        self.nums[place] = numbers;
    }

    /// A number of a row, once [`Self::number`] was called for the batch.
    pub(crate) fn number_of(&self, id: NumId, row: usize) -> Option<i64> {
        let numbers = &self.nums[id.0 as usize];
        numbers.known.has(row).then(|| numbers.values[row])
    }

    fn compute(&mut self, batch: &Batch<'_>, node: &NumNode, out: &mut BatchNumbers) {
        match node {
            NumNode::Const(number) => {
                out.values.fill(*number);
                out.known = Mask::ALL;
            }
            NumNode::Column(column) => {
                out.known = self.columns[*column].numbers(&mut out.values);
            }
            NumNode::Digits(text) => digits(batch, out, |row| match text.plain(batch, row) {
                Some(plain) => read::digits(plain),
                None => read::number(&text.make(batch, row)),
            }),
            // Sums of a few readable numbers (at most 18 digits) cannot overflow.
            NumNode::Add(a, b) => self.combine(batch, *a, *b, out, i64::wrapping_add),
            NumNode::Sub(a, b) => self.combine(batch, *a, *b, out, i64::wrapping_sub),
            NumNode::Age(birth, day) => {
                let parts = [*birth, *day];
                self.each_row(batch, parts, out, |[birth, day]| {
                    Some(read::age(read::in_calendar(birth)?, read::in_calendar(day)?))
                });
            }
            NumNode::SchoolYear(day) => {
                self.each_row(batch, [*day], out, |[day]| read::in_calendar(day).map(read::school_year));
            }
            NumNode::Latest(all) => self.latest(batch, all, out),
            NumNode::Lookup { what, record_type, grade, year, score } => {
                let parts = [*record_type, *grade, *year, score.unwrap_or(*year)];
                self.each_row(batch, parts, out, |[record_type, grade, year, score]| {
                    scores::find(*what, record_type, grade, year, score)
                });
            }
            NumNode::If(condition, yes, no) => self.select(batch, *condition, *yes, *no, out),
            NumNode::Second(second) => {
                digits(batch, out, |row| interpret::number(&second.what, &second_row(batch, row, second)));
            }
        }
    }

    /// Two numbers made one, for all rows alike; where one is unknown, so is the result.
    fn combine(&mut self, batch: &Batch<'_>, a: NumId, b: NumId, out: &mut BatchNumbers, with: impl Fn(i64, i64) -> i64) {
        self.number(batch, a);
        self.number(batch, b);
        let (a, b) = (&self.nums[a.0 as usize], &self.nums[b.0 as usize]);
        out.known = a.known.and(b.known);
        for (out, (a, b)) in out.values.iter_mut().zip(a.values.iter().zip(b.values.iter())) {
            *out = with(*a, *b);
        }
    }

    /// One of two numbers, by a condition.
    fn select(&mut self, batch: &Batch<'_>, condition: NodeId, yes: NumId, no: NumId, out: &mut BatchNumbers) {
        self.number(batch, yes);
        self.number(batch, no);
        let condition = self.truths(batch, condition);
        let (yes, no) = (&self.nums[yes.0 as usize], &self.nums[no.0 as usize]);
        out.known = condition.yes.and(yes.known).or(condition.no().and(no.known));
        out.values.copy_from_slice(&no.values);
        condition.yes.and(batch.valid).rows().for_each(|row| out.values[row] = yes.values[row]);
    }

    /// A number made from others, row by row where all of them are known.
    fn each_row<const N: usize>(
        &mut self,
        batch: &Batch<'_>,
        parts: [NumId; N],
        out: &mut BatchNumbers,
        with: impl Fn([i64; N]) -> Option<i64>,
    ) {
        for part in parts {
            self.number(batch, part);
        }
        let parts = parts.map(|part| &self.nums[part.0 as usize]);
        let known = parts.iter().fold(batch.valid, |known, part| known.and(part.known));
        out.known = known;
        known.rows().for_each(|row| match with(parts.map(|part| part.values[row])) {
            Some(number) => out.values[row] = number,
            None => out.known.clear(row),
        });
    }

    fn latest(&mut self, batch: &Batch<'_>, all: &[NumId], out: &mut BatchNumbers) {
        out.known = Mask::NONE;
        for one in all {
            self.number(batch, *one);
            let one = &self.nums[one.0 as usize];
            for row in one.known.rows() {
                let first = !out.known.has(row);
                if first || one.values[row] > out.values[row] {
                    out.values[row] = one.values[row];
                }
            }
            out.known = out.known.or(one.known);
        }
    }
}

/// Known rows of a window up to which they are compared one by one, and not all rows in a row.
const FEW: u32 = 16;

/// Compares two numbers in the known rows; what stands in the others afterwards does not matter.
fn fill(mask: &mut Mask, known: Mask, [left, right]: [&[i64]; 2], holds: impl Fn(i64, i64) -> bool) {
    let windows = left.as_chunks::<WINDOW>().0.iter().zip(right.as_chunks::<WINDOW>().0);
    for ((word, known), (left, right)) in mask.0.iter_mut().zip(known.0).zip(windows) {
        let holds = |row: usize| u64::from(holds(left[row], right[row])) << row;
        *word = if known.count_ones() < FEW {
            bits(known).fold(0, |all, row| all | holds(row))
        } else {
            (0..WINDOW).fold(0, |all, row| all | holds(row))
        };
    }
}

fn digits(batch: &Batch<'_>, out: &mut BatchNumbers, number: impl Fn(usize) -> Option<i64>) {
    out.known = Mask::NONE;
    for row in batch.valid.rows() {
        if let Some(number) = number(row) {
            out.values[row] = number;
            out.known.set(row);
        }
    }
}

fn same_texts(batch: &Batch<'_>, [left, right]: &[TextPlan; 2]) -> Mask {
    let mut same = Mask::NONE;
    for row in batch.valid.rows() {
        let equal = match (left.plain(batch, row), right.plain(batch, row)) {
            (Some(left), Some(right)) => left.trim_ascii().eq_ignore_ascii_case(right.trim_ascii()),
            _ => left.make(batch, row).trim().eq_ignore_ascii_case(right.make(batch, row).trim()),
        };
        if equal {
            same.set(row);
        }
    }
    same
}

/// A condition on second files, asked of each row by the reference interpreter.
fn second_truths(batch: &Batch<'_>, second: &SecondPlan<Expr>) -> Truths {
    let mut truths = Truths::constant(Truth::False);
    for row in batch.valid.rows() {
        match interpret::truth(&second.what, &second_row(batch, row, second)) {
            Truth::True => truths.yes.set(row),
            Truth::Unknown => truths.unknown.set(row),
            Truth::False => {}
        }
    }
    truths
}

fn second_row<'a, T>(batch: &'a Batch<'_>, row: usize, second: &'a SecondPlan<T>) -> ReferenceRow<'a> {
    ReferenceRow { batch, row, places: &second.places, second: batch.program.second.files() }
}

impl TextPlan {
    /// The text for a row.
    pub(crate) fn make(&self, batch: &Batch<'_>, row: usize) -> String {
        let row = ReferenceRow { batch, row, places: &self.places, second: &NoSecondFiles };
        interpret::text(&self.text, &row).into_owned()
    }

    /// The text for a row without making one: only where all of it is plain ASCII and nothing
    /// has to be padded.
    pub(crate) fn plain<'a>(&'a self, batch: &'a Batch<'_>, row: usize) -> Option<&'a [u8]> {
        self.plain_part(&self.text, batch, row)
    }

    fn plain_part<'a>(&'a self, text: &'a TextExpr, batch: &'a Batch<'_>, row: usize) -> Option<&'a [u8]> {
        match text {
            TextExpr::Const(text) => text.is_ascii().then_some(text.as_bytes()),
            TextExpr::Cell(cell) if cell.form == CellForm::Value => {
                let (_, column) = self.places.iter().find(|(field, _)| *field == cell.field)?;
                let text = batch.records.cell(batch.bytes, row, *column);
                // Printable at both ends: there is nothing to trim.
                let is_plain = |byte: &u8| (33..127).contains(byte);
                let is_trimmed = text.first().is_none_or(is_plain) && text.last().is_none_or(is_plain);
                let needs_padding = text.len() == 1 && read::reading(cell.field).padded;
                (is_trimmed && !needs_padding && text.is_ascii()).then_some(text)
            }
            TextExpr::Prefix(inner, len) => {
                let inner = self.plain_part(inner, batch, row)?;
                Some(&inner[..inner.len().min(*len)])
            }
            TextExpr::Suffix(inner, len) => {
                let inner = self.plain_part(inner, batch, row)?;
                Some(&inner[inner.len().saturating_sub(*len)..])
            }
            TextExpr::DropLast(inner, len) => {
                let inner = self.plain_part(inner, batch, row)?;
                Some(&inner[..inner.len().saturating_sub(*len)])
            }
            TextExpr::Cell(_) | TextExpr::Matched(_) | TextExpr::Subject(_) | TextExpr::TestName(..) => None,
        }
    }
}

/// A row of the batch as the reference interpreter sees it, limited to some fields.
struct ReferenceRow<'a> {
    batch: &'a Batch<'a>,
    row: usize,
    places: &'a [(FieldId, usize)],
    second: &'a dyn SecondFiles,
}

impl interpret::RecordView for ReferenceRow<'_> {
    fn cell(&self, field: FieldId) -> &str {
        let place = self.places.iter().find(|(one, _)| *one == field);
        let Some((_, column)) = place else { return "" };
        let cell = self.batch.records.cell(self.batch.bytes, self.row, *column);
        std::str::from_utf8(cell).unwrap_or_default()
    }

    fn second_files(&self) -> &dyn SecondFiles {
        self.second
    }
}
