//! Reads one rule file: the front matter, the prose and the examples.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::layout::{Certainty, RecordTypes, registry};
use crate::years::Years;

use super::bind::RuleParts;
use super::error::{RuleMistake, Piece, RuleError, did_you_mean};
use crate::spanned::SourceText;
use super::example::{self, ReadExtent};
use super::model::{Grouping, Need, RecordScope, Rule, Scope, Severity, Source};

type Read<T> = Result<T, Box<RuleError>>;

const SEVERITIES: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warning", Severity::Warning), ("notice", Severity::Notice)];
const SCOPES: [(&str, Scope); 5] = [
    ("cell", Scope::Cell),
    ("record", Scope::Record),
    ("set", Scope::Set),
    ("file", Scope::File),
    ("official", Scope::Official),
];
const GROUPINGS: [(&str, Grouping); 3] =
    [("each", Grouping::Each), ("column", Grouping::Column), ("count", Grouping::Count)];
const CERTAINTIES: [(&str, Certainty); 3] =
    [("documented", Certainty::Documented), ("inferred", Certainty::Inferred), ("unknown", Certainty::Unknown)];
const NEEDS: [(&str, Need); 13] = [
    ("entity-list", Need::EntityList),
    ("earlier-file", Need::EarlierFile),
    ("roster", Need::Roster),
    ("official", Need::Official),
    ("view", Need::View),
    ("tested-view", Need::TestedView),
    ("delimited", Need::Delimited),
    ("fixed-width", Need::FixedWidth),
    ("quoting", Need::Quoting),
    ("name-year", Need::NameYear),
    ("name-lea", Need::NameLea),
    ("known-layout", Need::KnownLayout),
    ("unknown-layout", Need::UnknownLayout),
];
const RECORDS: [(&str, RecordScope); 2] = [("checked", RecordScope::Checked), ("roster", RecordScope::Roster)];
const OWNERS: [(&str, ()); 6] = [
    ("TOMS coordinator", ()),
    ("CALPADS/SIS", ()),
    ("school site", ()),
    ("CDE/ETS", ()),
    ("whoever re-saved the file", ()),
    ("no one (expected)", ()),
];
const FENCE: &str = "+++";

/// What a rule file holds.
pub(super) enum RuleFile {
    /// A rule of its own.
    Rule(Box<Loaded>),
    /// Changes to a rule of another file.
    Amendment { target: Piece, change: Amendment },
}

/// What happens to another rule.
pub(super) enum Amendment {
    /// Parts that differ in some years.
    Amend(Box<RuleVariant>),
    /// It no longer holds in some years.
    Retire(Years),
}

/// A rule with the parts that are bound to a year.
pub(super) struct Loaded {
    pub rule: Rule,
    pub parts: RuleParts,
    pub variants: Vec<RuleVariant>,
    pub code: Piece,
    pub implies: Vec<Piece>,
}

/// Parts that differ in some years.
pub(super) struct RuleVariant {
    pub years: Years,
    severity: Option<Severity>,
    tests: Option<RecordTypes>,
    each: Option<Piece>,
    when: Option<Piece>,
    require: Option<Piece>,
    message: Option<Piece>,
    labels: Option<Vec<Piece>>,
    shows: Option<Vec<(String, Piece)>>,
}

impl Loaded {
    fn in_force(&self, year: u16) -> impl Iterator<Item = &RuleVariant> {
        self.variants.iter().filter(move |variant| variant.years.contains(year))
    }

    /// The parts that hold in a year.
    pub fn parts(&self, year: u16) -> RuleParts {
        let mut parts = self.parts.clone();
        for variant in self.in_force(year) {
            parts.tests = variant.tests.unwrap_or(parts.tests);
            parts.each = variant.each.clone().or(parts.each);
            parts.when = variant.when.clone().or(parts.when);
            parts.require = variant.require.clone().unwrap_or(parts.require);
            parts.message = variant.message.clone().unwrap_or(parts.message);
            parts.labels = variant.labels.clone().or(parts.labels);
            parts.shows = variant.shows.clone().unwrap_or(parts.shows);
        }
        parts
    }

    /// The severity that is stated for a year.
    pub fn severity(&self, year: u16) -> Severity {
        self.in_force(year).filter_map(|variant| variant.severity).last().unwrap_or(self.rule.severity)
    }

    /// The message of a year.
    pub fn message(&self, year: u16) -> &str {
        let variant = self.in_force(year).filter_map(|variant| variant.message.as_ref()).last();
        &variant.unwrap_or(&self.parts.message).text
    }

    /// Takes a change from a later file.
    pub fn change(&mut self, change: Amendment) {
        match change {
            Amendment::Amend(variant) => {
                self.rule.years = self.rule.years.with(&variant.years);
                self.variants.push(*variant);
            }
            Amendment::Retire(years) => self.rule.years = self.rule.years.without(&years),
        }
    }

    /// Sources that name a field number that the layout does not have.
    pub fn unsound_sources(&self) -> Vec<RuleError> {
        let unsound = self.rule.sources.iter().filter_map(|source| {
            let (year, field) = source.layout.zip(source.field)?;
            let count = registry().layout(year)?.fields.len();
            (field == 0 || usize::from(field) > count).then(|| {
                let message =
                    format!("`sources` names field {field}, the layout of {year} has the fields 1 to {count}");
                *self.code.error_whole(message, "in this rule")
            })
        });
        unsound.collect()
    }

    /// Variants that are for none of the rule's years.
    pub fn variants_outside(&self) -> Option<RuleError> {
        let has_year = |variant: &RuleVariant| {
            registry().years().any(|year| variant.years.contains(year) && self.rule.years.contains(year))
        };
        let open = |variant: &RuleVariant| variant.years.0.iter().any(|(_, to)| *to == u16::MAX);
        self.variants
            .iter()
            .any(|variant| !has_year(variant) && !open(variant))
            .then(|| *self.code.error_whole("a variant is for none of the years of the rule", "in this rule"))
    }

    /// The years of the rule that have a layout.
    pub fn layout_years(&self) -> Vec<u16> {
        registry().years().filter(|year| self.rule.years.contains(*year)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    code: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    severity: Option<Spanned<String>>,
    scope: Option<Spanned<String>>,
    years: Option<Spanned<String>>,
    tests: Option<Vec<Spanned<String>>>,
    each: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    require: Option<Spanned<String>>,
    message: Option<Spanned<String>>,
    help: Option<Spanned<String>>,
    owner: Option<Vec<Spanned<String>>>,
    certainty: Option<Spanned<String>>,
    sources: Option<Spanned<Vec<Spanned<FrontSource>>>>,
    labels: Option<Vec<Spanned<String>>>,
    group: Option<Spanned<String>>,
    order: Option<u8>,
    #[serde(default)]
    carried: bool,
    #[serde(default)]
    keeps_severity: bool,
    #[serde(default)]
    spoils: bool,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    records: Option<Spanned<String>>,
    #[serde(rename = "match")]
    by: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    implies: Vec<Spanned<String>>,
    since: Option<Spanned<String>>,
    show: Option<BTreeMap<String, Spanned<String>>>,
    #[serde(default)]
    variant: Vec<Spanned<FrontVariant>>,
    amends: Option<Spanned<String>>,
    retires: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontVariant {
    years: Option<Spanned<String>>,
    severity: Option<Spanned<String>>,
    tests: Option<Vec<Spanned<String>>>,
    each: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    require: Option<Spanned<String>>,
    message: Option<Spanned<String>>,
    labels: Option<Vec<Spanned<String>>>,
    show: Option<BTreeMap<String, Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontSource {
    layout: Option<u16>,
    field: Option<u16>,
    table: Option<String>,
    text: Option<String>,
}

/// Reads a rule file.
///
/// # Errors
/// The first thing that is wrong with its front matter or its examples. Conditions are not
/// looked at.
pub(super) fn read(source: Arc<SourceText>, extent: ReadExtent) -> Read<RuleFile> {
    let (front, body) = split(&source)?;
    let parsed: Front =
        toml::from_str(&source.text[front.clone()]).map_err(|error| front_error(&source, &front, &error))?;
    let reader = RuleFileReader { source, front, body };
    if let Some(target) = &parsed.retires {
        let years = reader.years(parsed.years.as_ref())?;
        return Ok(RuleFile::Amendment { target: reader.piece(target), change: Amendment::Retire(years) });
    }
    if parsed.amends.is_some() {
        return reader.amendment(parsed);
    }
    reader.rule(parsed, extent).map(|loaded| RuleFile::Rule(Box::new(loaded)))
}

/// The place of the front matter (fences excluded) and the start of the body.
fn split(source: &SourceText) -> Read<(Range<usize>, usize)> {
    let text = &source.text;
    let fail = |span: Range<usize>, message: &str| {
        let help = "a rule file starts with its front matter between two lines of +++";
        RuleMistake::new(span.clone(), message, "here").help(help).in_file(source, span)
    };
    let start = line_end(text, 0);
    if text[..start].trim_end() != FENCE {
        return Err(fail(0..start, "file does not start with a line of +++"));
    }
    let mut at = start;
    while at < text.len() {
        let end = line_end(text, at);
        if text[at..end].trim_end() == FENCE {
            return Ok((start..at, end));
        }
        at = end;
    }
    Err(fail(0..start, "front matter does not end"))
}

fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at + 1)
}

fn front_error(source: &SourceText, front: &Range<usize>, error: &toml::de::Error) -> Box<RuleError> {
    let span = error.span().unwrap_or(0..0);
    let span = span.start + front.start..span.end + front.start;
    let message = error.message();
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
    let Some((key, rest)) = unknown else {
        return RuleMistake::new(span.clone(), message.to_owned(), "here").in_file(source, span);
    };
    let known = rest.split('`').skip(1).step_by(2);
    let mistake = RuleMistake::new(span.clone(), format!("there is no key `{key}`"), "unknown key");
    let help = did_you_mean(key, known).unwrap_or_else(|| "docs/rule-reference.md lists the keys".to_owned());
    mistake.help(help).in_file(source, span)
}

fn no_span(piece: &Piece, message: String) -> Box<RuleError> {
    let help = "write for example \"2017..\", \"2019..2023\" or \"2017, 2019..\"";
    piece.error(RuleMistake::new(0..piece.text.len(), message, "here").help(help))
}

struct RuleFileReader {
    source: Arc<SourceText>,
    front: Range<usize>,
    body: usize,
}

impl RuleFileReader {
    fn piece(&self, value: &Spanned<String>) -> Piece {
        let span = value.span();
        Piece {
            text: value.get_ref().clone(),
            span: span.start + self.front.start..span.end + self.front.start,
            source: Arc::clone(&self.source),
        }
    }

    fn pieces(&self, values: Option<&Vec<Spanned<String>>>) -> Option<Vec<Piece>> {
        values.map(|values| values.iter().map(|value| self.piece(value)).collect())
    }

    fn shows(&self, values: &BTreeMap<String, Spanned<String>>) -> Vec<(String, Piece)> {
        values.iter().map(|(name, value)| (name.clone(), self.piece(value))).collect()
    }

    fn missing(&self, key: &str, help: &str) -> Box<RuleError> {
        let span = 0..FENCE.len();
        let mistake = RuleMistake::new(span.clone(), format!("`{key}` is missing"), "in this front matter");
        mistake.help(help).in_file(&self.source, span)
    }

    fn needed(&self, key: &str, value: Option<&Spanned<String>>) -> Read<Piece> {
        let piece = value.map(|value| self.piece(value)).ok_or_else(|| self.missing(key, "every rule states it"))?;
        if piece.text.trim().is_empty() {
            return Err(piece.error_whole(format!("`{key}` is empty"), "here"));
        }
        Ok(piece)
    }

    fn word<T: Copy>(&self, key: &str, value: &Spanned<String>, known: &[(&str, T)]) -> Read<T> {
        let text = value.get_ref();
        if let Some((_, meaning)) = known.iter().find(|(word, _)| word == text) {
            return Ok(*meaning);
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let piece = self.piece(value);
        let help = did_you_mean(text, words.iter().copied()).unwrap_or_else(|| format!("one of: {}", words.join(", ")));
        Err(piece.error(RuleMistake::new(0..text.len(), format!("`{text}` is no {key}"), "unknown word").help(help)))
    }

    fn needed_word<T: Copy>(&self, key: &str, value: Option<&Spanned<String>>, known: &[(&str, T)]) -> Read<T> {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let value = value.ok_or_else(|| self.missing(key, &format!("one of: {}", words.join(", "))))?;
        self.word(key, value, known)
    }

    /// Spans of years that have layouts.
    fn years(&self, value: Option<&Spanned<String>>) -> Read<Years> {
        let years = self.spans(value)?;
        let first = registry().years().next().unwrap_or_default();
        match years.0.iter().map(|(from, _)| *from).find(|from| *from < first) {
            None => Ok(years),
            Some(from) => {
                let piece = self.needed("years", value)?;
                Err(no_span(&piece, format!("there is no layout of {from}, the first is of {first}")))
            }
        }
    }

    fn spans(&self, value: Option<&Spanned<String>>) -> Read<Years> {
        let piece = self.needed("years", value)?;
        Years::parse(&piece.text).map_err(|error| no_span(&piece, error.to_string()))
    }

    fn tests(&self, values: Option<&Vec<Spanned<String>>>) -> Read<Option<RecordTypes>> {
        let Some(values) = values else {
            return Ok(None);
        };
        let mut all = RecordTypes::default();
        for value in values {
            let one = RecordTypes::parse(value.get_ref());
            if one.is_empty() || value.get_ref().len() != 2 {
                let whole = 0..value.get_ref().len();
                let mistake =
                    RuleMistake::new(whole, format!("`{}` is no record type", value.get_ref()), "two digits are needed");
                return Err(self.piece(value).error(mistake.help("for example \"01\" for Smarter Balanced ELA")));
            }
            all = RecordTypes(all.0 | one.0);
        }
        Ok(Some(all))
    }

    fn variant(&self, front: &FrontVariant) -> Read<RuleVariant> {
        let severity = front.severity.as_ref().map(|value| self.word("severity", value, &SEVERITIES)).transpose()?;
        Ok(RuleVariant {
            years: self.years(front.years.as_ref())?,
            severity,
            tests: self.tests(front.tests.as_ref())?,
            each: front.each.as_ref().map(|value| self.piece(value)),
            when: front.when.as_ref().map(|value| self.piece(value)),
            require: front.require.as_ref().map(|value| self.piece(value)),
            message: front.message.as_ref().map(|value| self.piece(value)),
            labels: self.pieces(front.labels.as_ref()),
            shows: front.show.as_ref().map(|show| self.shows(show)),
        })
    }

    fn amendment(&self, front: Front) -> Read<RuleFile> {
        let target = self.needed("amends", front.amends.as_ref())?;
        let variant = FrontVariant {
            years: front.years,
            severity: front.severity,
            tests: front.tests,
            each: front.each,
            when: front.when,
            require: front.require,
            message: front.message,
            labels: front.labels,
            show: front.show,
        };
        Ok(RuleFile::Amendment { target, change: Amendment::Amend(Box::new(self.variant(&variant)?)) })
    }

    fn rule(&self, front: Front, extent: ReadExtent) -> Read<Loaded> {
        let code = self.code(front.code.as_ref())?;
        let name = self.needed("name", front.name.as_ref())?;
        let scope = self.needed_word("scope", front.scope.as_ref(), &SCOPES)?;
        let tests = self.tests(front.tests.as_ref())?.unwrap_or(RecordTypes::ALL);
        let message = self.needed("message", front.message.as_ref())?;
        let body = self.source.text.get(self.body..).unwrap_or_default();
        let (prose, examples) = example::read(&self.source, self.body, body, scope, extent)?;
        let variants = front.variant.iter().map(|one| self.variant(one.get_ref())).collect::<Read<_>>()?;
        let needs = front.needs.iter().map(|need| self.word("need", need, &NEEDS)).collect::<Read<Vec<_>>>()?;
        let records = self.records(front.records.as_ref(), &needs)?;
        let implies = self.pieces(Some(&front.implies)).unwrap_or_default();
        let is_own = is_own(&code.text);
        let rule = Rule {
            code: code.text.clone(),
            name: name.text,
            severity: self.needed_word("severity", front.severity.as_ref(), &SEVERITIES)?,
            scope,
            // Official results are older than the layouts.
            years: match scope {
                Scope::Official => self.spans(front.years.as_ref())?,
                _ => self.years(front.years.as_ref())?,
            },
            tests,
            message: message.text.clone(),
            help: self.needed("help", front.help.as_ref())?.text,
            owners: self.owners(front.owner.as_ref())?,
            certainty: self.certainty(is_own, front.certainty.as_ref())?,
            sources: self.sources(front.sources.as_ref())?,
            grouping: match &front.group {
                Some(group) => self.word("group", group, &GROUPINGS)?,
                None => Grouping::Each,
            },
            order: front.order.unwrap_or(u8::MAX),
            carried: front.carried,
            keeps_severity: front.keeps_severity,
            spoils: front.spoils,
            needs: needs.clone(),
            records,
            implies: implies.iter().map(|piece| piece.text.clone()).collect(),
            since: self.since(is_own, front.since.as_ref())?,
            prose,
            examples,
            path: self.source.name.clone(),
        };
        let parts = RuleParts {
            scope,
            tests,
            each: front.each.as_ref().map(|value| self.piece(value)),
            when: front.when.as_ref().map(|value| self.piece(value)),
            require: match (&front.require, scope) {
                // Built-in rules: their files only carry words.
                (None, scope) if scope.is_built_in() => Piece { text: String::new(), ..code.clone() },
                (require, _) => self.needed("require", require.as_ref())?,
            },
            message,
            labels: self.pieces(front.labels.as_ref()),
            shows: front.show.as_ref().map(|show| self.shows(show)).unwrap_or_default(),
            needs,
            records,
            by: self.pieces(front.by.as_ref()).unwrap_or_default(),
        };
        Ok(Loaded { rule, parts, variants, code, implies })
    }

    fn records(&self, value: Option<&Spanned<String>>, needs: &[Need]) -> Read<RecordScope> {
        let Some(value) = value else {
            return Ok(RecordScope::Checked);
        };
        let records = self.word("file with records", value, &RECORDS)?;
        if records == RecordScope::Roster && !needs.contains(&Need::Roster) {
            let whole = 0..value.get_ref().len();
            let mistake =
                RuleMistake::new(whole, "the rule goes through a roster without saying that it needs one", "here");
            return Err(self.piece(value).error(mistake.help("write `needs = [\"roster\"]`")));
        }
        Ok(records)
    }

    fn code(&self, value: Option<&Spanned<String>>) -> Read<Piece> {
        let code = self.needed("code", value)?;
        let letters = code.text.bytes().take_while(u8::is_ascii_uppercase).count();
        let digits = &code.text[letters..];
        if (1..=4).contains(&letters) && digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(code);
        }
        let mistake = RuleMistake::new(0..code.text.len(), format!("`{}` is no code of a rule", code.text), "here");
        Err(code.error(mistake.help("one to four capital letters and three digits, for example LOC001")))
    }

    /// How sure the rule is: own rules may leave it out, and are then inferred.
    fn certainty(&self, is_own: bool, value: Option<&Spanned<String>>) -> Read<Certainty> {
        match value {
            None if is_own => Ok(Certainty::Inferred),
            _ => self.needed_word("certainty", value, &CERTAINTIES),
        }
    }

    /// The version that first had the rule; own rules may leave it out.
    fn since(&self, is_own: bool, value: Option<&Spanned<String>>) -> Read<Option<String>> {
        match value {
            None if is_own => Ok(None),
            _ => Ok(Some(self.needed("since", value)?.text)),
        }
    }

    fn owners(&self, values: Option<&Vec<Spanned<String>>>) -> Read<Vec<String>> {
        let values = values.ok_or_else(|| self.missing("owner", "say who can do something about it"))?;
        for value in values {
            self.word("owner", value, &OWNERS)?;
        }
        Ok(values.iter().map(|value| value.get_ref().clone()).collect())
    }

    fn sources(&self, values: Option<&Spanned<Vec<Spanned<FrontSource>>>>) -> Read<Vec<Source>> {
        let help = "say where the claim can be read: { layout = 2022, field = 122 }, or { text = \"…\" }";
        let Some(values) = values else {
            return Err(self.missing("sources", help));
        };
        if values.get_ref().is_empty() {
            return Err(self.mistake_at(values.span(), "`sources` names no source", "empty", help));
        }
        values.get_ref().iter().map(|source| self.source(source)).collect()
    }

    fn source(&self, value: &Spanned<FrontSource>) -> Read<Source> {
        let source = value.get_ref();
        let help = "write { layout = YEAR, field = N }, { layout = YEAR, table = \"…\" } or { text = \"…\" }";
        let says_where = source.field.is_some() || source.table.is_some();
        if source.text.is_none() && !(source.layout.is_some() && says_where) {
            return Err(self.mistake_at(value.span(), "source names no place", "here", help));
        }
        // Whether the field exists is asked later: reading every layout here would be slow.
        if let Some(year) = source.layout.filter(|year| registry().years().all(|one| one != *year)) {
            return Err(self.mistake_at(value.span(), &format!("there is no layout of {year}"), "here", help));
        }
        Ok(Source {
            layout: source.layout,
            field: source.field,
            table: source.table.clone(),
            text: source.text.clone(),
        })
    }

    fn mistake_at(&self, span: Range<usize>, message: &str, label: &str, help: &str) -> Box<RuleError> {
        let span = span.start + self.front.start..span.end + self.front.start;
        RuleMistake::new(span.clone(), message, label).help(help).in_file(&self.source, span)
    }
}

/// Whether a code is one of a user's own rules: those that are shipped have one letter.
fn is_own(code: &str) -> bool {
    code.bytes().take_while(u8::is_ascii_uppercase).count() > 1
}
