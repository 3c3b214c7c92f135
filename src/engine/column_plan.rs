//! The conditions, numbers, hashes and cell rules that look at one column, and their answers for a text. Most
//! answers follow from the shape of the text.

use super::cell_conditions::{CellCondition, NumberReading, CellValue, text_of};
use super::hash::{BLANK, fold};
use super::shape::{self, TextShape};
use crate::input::mend::WatchedColumn;
use crate::layout::FieldId;
use crate::rule::{CellForm, TextExpr, Truth};

/// Conditions and cell rules that one plan can hold: one bit each.
pub(crate) const ATOMS: usize = 64;

/// What is asked of a column.
#[derive(Debug)]
pub(crate) struct ColumnPlan {
    /// The column's place in the file.
    pub(crate) place: usize,
    pub(crate) field: Option<FieldId>,
    /// Whether a single digit is read with a zero in front.
    pub(crate) is_padded: bool,
    /// Conditions of record rules, at most [`ATOMS`].
    pub(crate) atoms: Vec<CellCondition>,
    /// How it is read where a number is needed.
    pub(crate) reading: Option<NumberReading>,
    /// The text made of it that is hashed, where it is part of a key or compared within a set.
    pub(crate) hashed: Option<TextExpr>,
    /// Cell rules, in order of precedence, at most [`ATOMS`].
    pub(crate) cell_rules: Vec<CellRule>,
    /// What is looked out for in each new text, where damage may still come up.
    pub(crate) watched: Option<WatchedColumn>,
}

/// A rule about the cell itself.
#[derive(Debug)]
pub(crate) struct CellRule {
    /// Its place among the instances of the program.
    pub(crate) instance: usize,
    /// Its precedence within a cell, lower first.
    pub(crate) order: u8,
    pub(crate) when: CellCondition,
    pub(crate) require: CellCondition,
}

/// Everything known about a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextVerdict {
    /// Conditions that hold.
    pub(crate) yes: u64,
    /// Conditions that cannot be decided.
    pub(crate) unknown: u64,
    pub(crate) number: i64,
    pub(crate) hash: u64,
    /// The place of its class among those of the column.
    pub(crate) class: u16,
}

/// What all plain texts of one shape have in common, and what has to be asked of each.
#[derive(Clone, Debug)]
pub(crate) struct Shaped {
    pub(crate) shape: TextShape,
    known: PlanAnswers,
    /// Conditions that the shape does not decide, without the parts that it does.
    open_atoms: Vec<(usize, CellCondition)>,
    /// Those of them that the last bytes decide, where there are several.
    tails: Option<Tails>,
    /// Cell rules that the shape does not decide: when they apply and what they require.
    open_rules: Vec<(usize, CellCondition, CellCondition)>,
}

/// Conditions that the last bytes of a text decide: identifiers that end in the number of a test
/// have few endings, and a question for each.
#[derive(Clone, Debug)]
struct Tails {
    atoms: Vec<(usize, CellCondition)>,
    /// The bits of the last eight bytes that matter.
    mask: u64,
    /// The answers for endings that were met.
    known: Vec<(u64, PlanAnswers)>,
}

impl Tails {
    /// Conditions that make it worth while.
    const FEW: usize = 3;

    /// Endings that are remembered.
    const MOST: usize = 16;

    /// Takes conditions out of the open ones.
    fn take(open: &mut Vec<(usize, CellCondition)>, shape: TextShape) -> Option<Self> {
        let is_tail = |(_, atom): &(usize, CellCondition)| atom.tail(shape).is_some();
        if open.iter().filter(|one| is_tail(one)).count() < Self::FEW {
            return None;
        }
        let (atoms, rest): (Vec<_>, Vec<_>) = std::mem::take(open).into_iter().partition(is_tail);
        *open = rest;
        let longest = atoms.iter().filter_map(|(_, atom)| atom.tail(shape)).max().filter(|bytes| *bytes > 0);
        let mask = longest.map_or(0, |bytes| u64::MAX >> (64 - 8 * bytes));
        Some(Self { atoms, mask, known: Vec::new() })
    }

    /// Adds the answers for a text to others.
    fn answer(&mut self, answers: &mut PlanAnswers, value: &CellValue<'_>) {
        let last = value.bytes(CellForm::Written).last_chunk::<8>().map(|last| u64::from_be_bytes(*last) & self.mask);
        let known = last.and_then(|last| self.known.iter().find(|(one, _)| *one == last));
        let own = known.map(|(_, answers)| *answers).unwrap_or_else(|| {
            let mut own = PlanAnswers::default();
            own.atoms(self.atoms.iter().map(|(bit, atom)| (*bit, atom)), value);
            if let Some(last) = last.filter(|_| self.known.len() < Self::MOST) {
                self.known.push((last, own));
            }
            own
        });
        answers.yes |= own.yes;
        answers.unknown |= own.unknown;
    }
}

/// Conditions and cell rules by their answers.
#[derive(Clone, Copy, Debug, Default)]
struct PlanAnswers {
    yes: u64,
    unknown: u64,
    applies: u64,
    fails: u64,
    undecidable: u64,
}

/// Stands for "no number": no cell of up to 18 digits reads as it.
pub(crate) const NO_NUMBER: i64 = i64::MIN;

/// How the cell rules of a column come out for a value, one bit a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct CellClass {
    /// The rule applies.
    pub(crate) applies: u64,
    /// It is broken and no rule before it is.
    pub(crate) broken: u64,
    /// It cannot be decided.
    pub(crate) undecidable: u64,
}

impl PlanAnswers {
    /// Adds the answer to a condition.
    fn atom(&mut self, bit: usize, truth: Truth) {
        match truth {
            Truth::True => self.yes |= 1 << bit,
            Truth::Unknown => self.unknown |= 1 << bit,
            Truth::False => {}
        }
    }

    /// Adds how a cell rule comes out.
    fn rule(&mut self, bit: usize, when: Truth, require: impl FnOnce() -> Truth) {
        let truth = match when {
            Truth::False => return,
            Truth::True => require(),
            Truth::Unknown => Truth::Unknown,
        };
        self.applies |= 1 << bit;
        match truth {
            Truth::False => self.fails |= 1 << bit,
            Truth::Unknown => self.undecidable |= 1 << bit,
            Truth::True => {}
        }
    }

    /// Adds the answers for a value to the conditions.
    fn atoms<'a>(&mut self, open: impl Iterator<Item = (usize, &'a CellCondition)>, value: &CellValue<'_>) {
        open.for_each(|(bit, atom)| self.atom(bit, atom.truth(value)));
    }

    /// Adds how the cell rules come out for a value.
    fn rules<'a>(
        &mut self,
        open: impl Iterator<Item = (usize, &'a CellCondition, &'a CellCondition)>,
        value: &CellValue<'_>,
    ) {
        open.for_each(|(bit, when, require)| self.rule(bit, when.truth(value), || require.truth(value)));
    }
}

impl ColumnPlan {
    /// Whether a text shows damage that is not known yet.
    pub(crate) fn is_odd(&self, text: &[u8]) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.is_odd(text))
    }

    /// As [`Self::is_odd`], for all texts of a shape; `None` where each has to be looked at.
    pub(crate) fn is_odd_by_shape(&self, shape: TextShape) -> Option<bool> {
        let Some(watched) = &self.watched else { return Some(false) };
        if shape::is_digits(shape.kinds) {
            return Some(watched.is_odd_number(shape.len));
        }
        (watched.takes_decimals() && shape::is_decimal(shape.kinds)).then_some(false)
    }

    /// The shape of a text, if it is printable ASCII without spaces and needs no padding.
    pub(crate) fn shape_of(&self, text: &[u8]) -> Option<TextShape> {
        let kinds = shape::kinds(text);
        let needs_padding = text.len() == 1 && self.is_padded;
        let is_plain = !(text.is_empty() || needs_padding || shape::may_have_space(kinds));
        is_plain.then_some(TextShape { kinds, len: text.len() })
    }

    /// Judges a text of no shape from scratch.
    pub(crate) fn judge(&self, text: &[u8], classes: &mut CellClasses) -> TextVerdict {
        let value = CellValue::new(text, self.field);
        let mut answers = PlanAnswers::default();
        answers.atoms(self.atoms.iter().enumerate(), &value);
        let rules = self.cell_rules.iter().enumerate();
        answers.rules(rules.map(|(bit, rule)| (bit, &rule.when, &rule.require)), &value);
        self.judged(&value, answers, classes)
    }

    /// Judges a text of a shape: most of it is known from that.
    pub(crate) fn judge_shaped(&self, text: &[u8], shaped: &mut Shaped, classes: &mut CellClasses) -> TextVerdict {
        let value = CellValue::plain(text, shaped.shape.kinds);
        let mut answers = shaped.known;
        answers.atoms(shaped.open_atoms.iter().map(|(bit, atom)| (*bit, atom)), &value);
        if let Some(tails) = &mut shaped.tails {
            tails.answer(&mut answers, &value);
        }
        answers.rules(shaped.open_rules.iter().map(|(bit, when, require)| (*bit, when, require)), &value);
        self.judged(&value, answers, classes)
    }

    /// Whether all texts of a shape are judged alike.
    pub(crate) fn is_decided(&self, shaped: &Shaped) -> bool {
        let is_open = shaped.tails.is_some() || !shaped.open_atoms.is_empty() || !shaped.open_rules.is_empty();
        !is_open && self.reading.is_none() && self.hashed.is_none()
    }

    /// What a shape decides.
    pub(crate) fn shaped(&self, shape: TextShape) -> Shaped {
        let mut known = PlanAnswers::default();
        let (mut open_atoms, mut open_rules) = (Vec::new(), Vec::new());
        for (bit, atom) in self.atoms.iter().enumerate() {
            match atom.by_shape(shape) {
                Some(truth) => known.atom(bit, truth),
                None => open_atoms.push((bit, atom.given(shape))),
            }
        }
        for (bit, rule) in self.cell_rules.iter().enumerate() {
            match (rule.when.by_shape(shape), rule.require.by_shape(shape)) {
                (Some(Truth::False), _) => {}
                (Some(when), Some(require)) => known.rule(bit, when, || require),
                _ => open_rules.push((bit, rule.when.given(shape), rule.require.given(shape))),
            }
        }
        let tails = Tails::take(&mut open_atoms, shape);
        Shaped { shape, known, open_atoms, tails, open_rules }
    }

    fn judged(&self, value: &CellValue<'_>, answers: PlanAnswers, classes: &mut CellClasses) -> TextVerdict {
        let number = self.reading.and_then(|reading| value.number(reading)).unwrap_or(NO_NUMBER);
        let hash = self.hash(value);
        let class = CellClass::new(answers.applies, answers.fails, answers.undecidable);
        TextVerdict { yes: answers.yes, unknown: answers.unknown, number, hash, class: classes.place_of(class) }
    }

    fn hash(&self, value: &CellValue<'_>) -> u64 {
        match (&self.hashed, self.field) {
            (Some(TextExpr::Cell(cell)), _) => fold(value.trimmed(cell.form)),
            (Some(text), Some(field)) => fold(text_of(text, field, value).trim().as_bytes()),
            _ => BLANK,
        }
    }
}

impl CellClass {
    /// Of the rules that fail only the first counts, the others do not apply to a cell that is
    /// damaged already.
    fn new(applies: u64, fails: u64, undecidable: u64) -> Self {
        let broken = fails & fails.wrapping_neg();
        Self { applies: applies & !(fails & !broken), broken, undecidable }
    }
}

/// The places of the bits that are set, ascending.
#[inline]
pub(crate) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = set.trailing_zeros() as usize;
        (set != 0).then(|| {
            set &= set - 1;
            bit
        })
    })
}

/// The classes that a column has come across.
#[derive(Debug, Default)]
pub(crate) struct CellClasses(Vec<CellClass>);

impl CellClasses {
    fn place_of(&mut self, class: CellClass) -> u16 {
        let place = self.0.iter().position(|one| *one == class).unwrap_or_else(|| {
            self.0.push(class);
            self.0.len() - 1
        });
        // Classes differ in outcomes of at most 64 rules; real columns have a handful.
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The class at a place.
    pub(crate) fn at(&self, place: u16) -> CellClass {
        self.0[usize::from(place)]
    }
}
