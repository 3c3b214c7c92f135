//! Matches regular expressions of rules, with short cuts derived from the expression: the kinds of characters decide
//! (`^\d{10}$`), or the end of the text does (`(02|14)$`), or a character that every match needs (`=` for `^=`). All
//! else goes to the regex library.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::shape::{DIGIT, KINDS, Kinds, LETTER_E, LOWER, NON_ASCII, TextShape, UPPER};
use crate::rule::Expression;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use rustc_hash::FxHashMap;

/// A regular expression with its short cuts.
#[derive(Clone, Debug)]
pub(crate) struct Matcher {
    expression: Arc<Expression>,
    /// No match without bytes of certain kinds.
    required: RequiredKinds,
    /// The lengths (in bytes) that a match can have, where a match is the whole text.
    lengths: Option<(usize, usize)>,
    /// Matches exactly the texts that end with one of these.
    suffixes: Option<Vec<Ending>>,
    /// For ASCII texts made of some kinds: how they have to end.
    tail: Option<Tail>,
    /// For ASCII texts made of some kinds: what they have to include.
    includes: Option<Includes>,
    /// For ASCII texts: matches exactly those of these lengths made of these kinds.
    uniform: Option<Uniform>,
}

#[derive(Clone, Copy, Debug)]
struct Uniform {
    kinds: Kinds,
    min: usize,
    max: usize,
}

/// Kinds of which every match holds a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RequiredKinds {
    /// A byte of each.
    each: Kinds,
    /// A byte of one of the kinds of each of these.
    either: Vec<Kinds>,
}

impl RequiredKinds {
    fn new(hir: &Hir) -> Self {
        let (single, mut either): (Vec<Kinds>, Vec<Kinds>) =
            required(hir).into_iter().partition(|kinds| kinds.is_power_of_two());
        either.sort_unstable();
        either.dedup();
        Self { each: single.into_iter().fold(0, |all, kind| all | kind), either }
    }

    #[inline]
    fn is_met(&self, kinds: Kinds) -> bool {
        kinds & self.each == self.each && self.either.iter().all(|either| kinds & either != 0)
    }
}

/// What a text can end with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ending {
    bytes: Vec<u8>,
    /// The bytes as the end of a word, where they are no more than that.
    word: Option<(u64, u64)>,
}

impl Ending {
    fn new(bytes: &[u8]) -> Self {
        let word = (1..=8).contains(&bytes.len()).then(|| {
            let word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            (word, u64::MAX >> (64 - 8 * bytes.len()))
        });
        Self { bytes: bytes.to_vec(), word }
    }

    #[inline]
    fn ends(&self, text: &[u8]) -> bool {
        match (self.word, text.last_chunk::<8>()) {
            (Some((word, mask)), Some(last)) => u64::from_be_bytes(*last) & mask == word,
            _ => text.ends_with(&self.bytes),
        }
    }
}

/// The form `^[class]{min,max}(one|other)$`.
#[derive(Clone, Debug)]
struct Tail {
    kinds: Kinds,
    min: usize,
    max: usize,
    ends: Vec<Ending>,
}

impl Tail {
    /// Whether a text made of the kinds matches.
    fn is_match(&self, text: &[u8]) -> bool {
        let fits = |end: &Ending| {
            let before = text.len().checked_sub(end.bytes.len());
            before.is_some_and(|before| (self.min..=self.max).contains(&before))
        };
        self.ends.iter().any(|end| fits(end) && end.ends(text))
    }
}

/// The form `^[class]*[some][class]*$`, where all of `some` are in the class.
#[derive(Clone, Debug)]
struct Includes {
    kinds: Kinds,
    /// A bit an ASCII character.
    some: u128,
}

impl Includes {
    /// Whether a text made of the kinds matches.
    fn is_match(&self, text: &[u8]) -> bool {
        text.iter().any(|byte| self.some >> (byte % 128) & 1 != 0)
    }
}

impl Matcher {
    /// The matcher of an expression; the same one for equal expressions, which rules over many
    /// columns have by the hundred.
    pub(crate) fn shared(expression: &Arc<Expression>) -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<FxHashMap<String, Arc<Matcher>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = known.get(expression.as_str()) {
            return Arc::clone(matcher);
        }
        let matcher = Arc::new(Self::new(expression));
        known.insert(expression.as_str().to_owned(), Arc::clone(&matcher));
        matcher
    }

    pub(crate) fn new(expression: &Arc<Expression>) -> Self {
        let hir = regex_syntax::Parser::new().parse(expression.as_str()).ok();
        Self {
            expression: Arc::clone(expression),
            required: hir.as_ref().map(RequiredKinds::new).unwrap_or_default(),
            suffixes: hir.as_ref().and_then(suffixes),
            tail: hir.as_ref().and_then(tail),
            includes: hir.as_ref().and_then(includes),
            lengths: hir.as_ref().and_then(lengths),
            uniform: hir.as_ref().and_then(uniform),
        }
    }

    /// The answer for every ASCII text of these kinds and this length, if it is the same.
    pub(crate) fn by_shape(&self, shape: TextShape) -> Option<bool> {
        if !self.required.is_met(shape.kinds) {
            return Some(false);
        }
        if let Some(uniform) = self.uniform {
            let fits = (uniform.min..=uniform.max).contains(&shape.len);
            return Some(shape.kinds & !uniform.kinds == 0 && fits);
        }
        if self.lengths.is_some_and(|(min, max)| !(min..=max).contains(&shape.len)) {
            return Some(false);
        }
        let too_short =
            self.suffixes.as_ref().is_some_and(|all| all.iter().all(|suffix| suffix.bytes.len() > shape.len));
        too_short.then_some(false)
    }

    /// How many of the last bytes of an ASCII text of a shape decide whether it matches, if some do;
    /// at most eight.
    pub(crate) fn tail_of(&self, shape: TextShape) -> Option<usize> {
        let ends = match self {
            Self { suffixes: Some(suffixes), .. } => suffixes,
            Self { tail: Some(tail), .. } if shape.kinds & !tail.kinds == 0 => &tail.ends,
            _ => return None,
        };
        let longest = ends.iter().map(|end| end.bytes.len()).max().unwrap_or_default();
        (longest <= 8 && shape.len >= 8).then_some(longest)
    }

    /// Whether the expression matches a text, given as its bytes; `kinds` are those of the text.
    #[inline]
    pub(crate) fn is_match(&self, bytes: &[u8], kinds: Kinds) -> bool {
        if !self.required.is_met(kinds) {
            return false;
        }
        match self {
            Self { uniform: Some(uniform), .. } if kinds & NON_ASCII == 0 => {
                kinds & !uniform.kinds == 0 && (uniform.min..=uniform.max).contains(&bytes.len())
            }
            Self { suffixes: Some(suffixes), .. } => suffixes.iter().any(|suffix| suffix.ends(bytes)),
            Self { tail: Some(tail), .. } if kinds & !tail.kinds == 0 => tail.is_match(bytes),
            Self { includes: Some(includes), .. } if kinds & !includes.kinds == 0 => includes.is_match(bytes),
            _ => std::str::from_utf8(bytes).is_ok_and(|text| self.expression.is_match(text)),
        }
    }
}

/// Sets of kinds: every match holds at least one byte of each set. Empty where nothing is known.
fn required(hir: &Hir) -> Vec<Kinds> {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().map(|byte| KINDS[usize::from(*byte)]).collect(),
        HirKind::Class(class) => vec![class_kinds(class)],
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(parts) => either(parts),
        HirKind::Concat(parts) => parts.iter().flat_map(required).collect(),
        _ => Vec::new(),
    }
}

/// A match is one of the parts: it holds what is most telling of that part.
fn either(parts: &[Hir]) -> Vec<Kinds> {
    let telling = |part: &Hir| required(part).into_iter().min_by_key(|kinds| (kinds & COMMON != 0, kinds.count_ones()));
    let all: Option<Vec<Kinds>> = parts.iter().map(telling).collect();
    all.map(|all| vec![all.into_iter().fold(0, |any, one| any | one)]).unwrap_or_default()
}

/// Kinds that most texts have.
const COMMON: Kinds = DIGIT | LETTER_E | UPPER | LOWER;

/// The short cut for expressions that only look at the end: `(02|14)$`, `0{5,}$`.
fn suffixes(hir: &Hir) -> Option<Vec<Ending>> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let (last, front) = parts.split_last()?;
    if !matches!(last.kind(), HirKind::Look(Look::End)) {
        return None;
    }
    if let [only] = front
        && let HirKind::Repetition(repetition) = only.kind()
        && let HirKind::Literal(literal) = repetition.sub.kind()
        && repetition.max.is_none()
    {
        return Some(vec![Ending::new(&literal.0.repeat(repetition.min as usize))]);
    }
    literals(front)
}

/// All texts that the parts match one after the other, if these are few.
fn literals(parts: &[Hir]) -> Option<Vec<Ending>> {
    let whole = Hir::concat(parts.to_vec());
    if !whole.properties().look_set().is_empty() {
        return None;
    }
    let ends = Extractor::new().kind(ExtractKind::Suffix).extract(&whole);
    let ends = ends.literals().filter(|ends| ends.iter().all(Literal::is_exact))?;
    Some(ends.iter().map(|end| Ending::new(end.as_bytes())).collect())
}

/// What stands between the start and the end of the text, where an expression looks at both.
fn between_ends(hir: &Hir) -> Option<&[Hir]> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let [first, middle @ .., last] = parts.as_slice() else { return None };
    let is_whole =
        matches!(first.kind(), HirKind::Look(Look::Start)) && matches!(last.kind(), HirKind::Look(Look::End));
    is_whole.then_some(middle)
}

/// The short cut for [`Tail`].
fn tail(hir: &Hir) -> Option<Tail> {
    let [first, rest @ ..] = between_ends(hir)? else { return None };
    let Uniform { kinds, min, max } = repeated(first)?;
    if rest.is_empty() {
        return None;
    }
    Some(Tail { kinds, min, max, ends: literals(rest)? })
}

/// The short cut for [`Includes`].
fn includes(hir: &Hir) -> Option<Includes> {
    let [before, one, after] = between_ends(hir)? else { return None };
    let (before, after) = (repeated(before)?, repeated(after)?);
    let HirKind::Class(class) = one.kind() else { return None };
    let is_any = |uniform: Uniform| uniform.min == 0 && uniform.max == usize::MAX;
    if before.kinds != after.kinds || !is_any(before) || !is_any(after) {
        return None;
    }
    let some = (0..128u8).filter(|byte| class_has(class, *byte)).fold(0, |some, byte| some | 1u128 << byte);
    Some(Includes { kinds: before.kinds, some })
}

/// The kinds of the bytes that a match of the class can start with.
fn class_kinds(class: &Class) -> Kinds {
    let mut kinds = 0;
    for byte in 0..128u8 {
        if class_has(class, byte) {
            kinds |= KINDS[usize::from(byte)];
        }
    }
    let beyond_ascii = match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| range.end() as u32 > 127),
        Class::Bytes(class) => class.ranges().iter().any(|range| range.end() > 127),
    };
    if beyond_ascii { kinds | NON_ASCII } else { kinds }
}

fn class_has(class: &Class, byte: u8) -> bool {
    match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte)),
    }
}

/// The lengths of the texts that match from the first character to the last.
fn lengths(hir: &Hir) -> Option<(usize, usize)> {
    let properties = hir.properties();
    let is_whole =
        properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End);
    is_whole.then_some((properties.minimum_len()?, properties.maximum_len().unwrap_or(usize::MAX)))
}

/// The short cut for `^[class]{min,max}$` where the class is made of whole kinds.
fn uniform(hir: &Hir) -> Option<Uniform> {
    let [middle] = between_ends(hir)? else { return None };
    repeated(middle)
}

/// A class made of whole kinds, once or repeated.
fn repeated(hir: &Hir) -> Option<Uniform> {
    let (class, min, max) = match hir.kind() {
        HirKind::Repetition(repetition) => {
            let HirKind::Class(class) = repetition.sub.kind() else { return None };
            let max = repetition.max.map_or(usize::MAX, |max| max as usize);
            (class, repetition.min as usize, max)
        }
        HirKind::Class(class) => (class, 1, 1),
        _ => return None,
    };
    let kinds = class_kinds(class) & !NON_ASCII;
    let whole = (0..128u8).all(|byte| class_has(class, byte) == (KINDS[usize::from(byte)] & kinds != 0));
    whole.then_some(Uniform { kinds, min, max })
}

#[cfg(test)]
mod tests {
    use super::super::shape::{is_plain, kinds, may_have_space};
    use super::*;

    fn matcher(pattern: &str) -> Matcher {
        Matcher::new(&Arc::new(Expression::new(pattern.to_owned())))
    }

    #[test]
    fn short_cuts_are_found() {
        assert!(matcher(r"^\d{10}$").uniform.is_some());
        assert!(matcher(r"^[A-Z]{3}$").uniform.is_none(), "E is a kind of its own but of both cases");
        assert_eq!(matcher(r"^=").required.each, KINDS[b'=' as usize]);
        assert!(matcher(r"(?i)^\d(\.\d+)?E\+?\d+$").required.each & LETTER_E != 0);
        assert!(matcher(r"^\d+\.0+$").required.each & KINDS[b'.' as usize] != 0);
        assert_eq!(matcher(r"0{5,}$").suffixes, Some(vec![Ending::new(b"00000")]));
        assert_eq!(matcher(r"^[0-9]{7,10}(002014|002002)$").tail.map(|tail| tail.ends.len()), Some(2));
        assert!(matcher(r"^[0-9]*[1-9][0-9]*$").includes.is_some());
        assert!(matcher(r"^[0-9]*[1-9][0-9]{2}$").includes.is_none());
        assert_eq!(matcher(r"(002014|002002)$").suffixes.map(|ends| ends.len()), Some(2));
        assert!(matcher(r"^(02|14)$").suffixes.is_none());
    }

    proptest::proptest! {
        #[test]
        fn short_cuts_agree_with_the_expression(text in "[0-9A-Ea-e=#. &\\PC]{0,14}") {
            for pattern in [
                r"^\d{10}$", r"^\d{13,16}$", r"^[0-9]$", r"(?i)^\d(\.\d+)?E\+?\d+$", r"^=", r"^#(N/A|REF!)|^#+$",
                r"^\d+\.0+$", r"0{5,}$", r"(02|0a4|9)$", r"^ | $", r"^(null|nan|n/a)$", r"(ab)*$", r"a?$", r"^[A-Z]{3}$", r"^(BR|EM)?\d{1,4}[LQ]$", r"", r"^$", r"a|", r"[^a]",
                r"^[0-9]{2,4}(02|0a4|9|1234567)$", r"^\d*(12|7)$", r"^[0-9]*[1-9][0-9]*$", r"^\d*[ab]\d*$",
            ] {
                let matcher = matcher(pattern);
                let expected = matcher.expression.is_match(&text);
                let shape = TextShape { kinds: kinds(text.as_bytes()), len: text.len() };
                if is_plain(shape.kinds) && !may_have_space(shape.kinds) {
                    proptest::prop_assert!(matcher.by_shape(shape).is_none_or(|answer| answer == expected));
                }
                proptest::prop_assert_eq!(matcher.is_match(text.as_bytes(), kinds(text.as_bytes())), expected, "{}", pattern);
            }
        }
    }
}
