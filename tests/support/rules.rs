//! Arbitrary conditions and records over a handful of fields, for tests that hold two readings of
//! the same condition equal.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use scorelint::layout::{FieldId, registry};
use scorelint::rule::{
    CellForm, CellRef, CellTest, Expr, Expression, LookupKind, Num, Op, RecordView, RuleSet, ScoreLookup, TextExpr,
};
use scorelint::spanned::SourceText;

/// The fields that arbitrary conditions and records are about; all of them are in every layout.
pub const FIELDS: [&str; 10] = [
    "record_type",
    "ssid",
    "last_name",
    "grade_assessed",
    "include_indicator",
    "scale_score",
    "achievement_level",
    "test_start_date_1",
    "test_completion_date_1",
    "eds_print_size_1",
];

/// Cells as real and damaged files hold them. None holds a delimiter, a quote or a line end, so
/// that a record can be written as a line.
const CELLS: [&[&str]; 10] = [
    &["01", "1", " 2 ", "06", "9", "09", "12", "XX", ""],
    &["9000000001", "9000000002", "9E+09", "12", "  ", ""],
    &["Alder", "ALDER ", "alder", "Mu\u{f1}oz", "Mu\u{c3}\u{b1}oz", "Mu?oz", "A\u{a0}B", "A\u{200b}", "\u{fffd}", ""],
    &["03", "3", "11", " 8", "KN", "011", ""],
    &["Y", "y", "N", "T", "R", " Y", "Q", ""],
    &["2400", "2114", "NS", "0350", "1234567890123456789", "\u{664}\u{665}", "-5", "2.5", ""],
    &["1", "2", "3", "4", "9", "04", ""],
    &["2025-04-15", "2025-02-29", "2024-02-29", "4/15/2025", "2025-13-01", "0000-01-01", " 2025-04-15 ", ""],
    &["2025-04-15", "2024-12-31", "2025-07-01", "9999-12-31", "x", "2025-4-5", ""],
    &["TDS_PS_L1", "tds_ps_l2", "TDS_PS_L1&TDS_PS_L2", "TDS_PS_L1&XX", "&", ""],
];
const WORDS: [&str; 14] =
    ["01", "02", "06", "Y", "N", "T", "03", "11", "TDS_PS_L1", "TDS_PS_L2", "ALDER", "1", "4", "2025-04-15"];
const REGEXES: [&str; 6] = ["^[0-9]{10}$", "^[1-9]$", "(?i)alder", "[^ -~]", r"^\s|\s$", "^$"];

/// A record of arbitrary cells.
#[derive(Clone, Debug)]
pub struct ArbitraryRecord(pub BTreeMap<FieldId, String>);

impl RecordView for ArbitraryRecord {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }
}

fn id(name: &str) -> FieldId {
    registry().id(name).unwrap()
}

/// Records of the fields above, each cell clean, damaged or blank.
pub fn arbitrary_record() -> impl Strategy<Value = ArbitraryRecord> {
    let cells: Vec<_> = CELLS.iter().map(|cells| proptest::sample::select(*cells)).collect();
    cells.prop_map(|cells| {
        let named = FIELDS.iter().zip(cells);
        ArbitraryRecord(named.map(|(name, cell)| (id(name), cell.to_owned())).collect())
    })
}

fn field() -> impl Strategy<Value = FieldId> {
    proptest::sample::select(&FIELDS[..]).prop_map(id)
}

fn cell() -> impl Strategy<Value = CellRef> {
    let form = prop_oneof![4 => Just(CellForm::Value), 1 => Just(CellForm::Written)];
    (field(), form).prop_map(|(field, form)| CellRef { field, form })
}

fn words() -> impl Strategy<Value = Arc<[String]>> {
    let word = proptest::sample::select(&WORDS[..]).prop_map(str::to_owned);
    proptest::collection::vec(word, 1..4).prop_map(Into::into)
}

/// Arbitrary questions about a cell.
pub fn arbitrary_test() -> impl Strategy<Value = CellTest> {
    let regex = proptest::sample::select(&REGEXES[..]).prop_map(|text| Arc::new(Expression::new(text.to_owned())));
    prop_oneof![
        3 => Just(CellTest::Blank),
        4 => words().prop_map(CellTest::OneOf),
        1 => words().prop_map(CellTest::ExactlyOneOf),
        1 => words().prop_map(CellTest::PartsOneOf),
        1 => words().prop_map(CellTest::ExactPartsOneOf),
        2 => regex.prop_map(CellTest::Matches),
        1 => (0u32..12).prop_map(CellTest::LongerThan),
        1 => Just(CellTest::Invisible),
        1 => Just(CellTest::BrokenLetters),
    ]
}

/// Arbitrary computed texts.
pub fn arbitrary_text() -> impl Strategy<Value = TextExpr> {
    let leaf = prop_oneof![
        cell().prop_map(TextExpr::Cell),
        proptest::sample::select(&WORDS[..]).prop_map(|word| TextExpr::Const(word.to_owned())),
        Just(TextExpr::Subject(id("record_type"))),
    ];
    leaf.prop_recursive(2, 4, 1, |inner| {
        let cut = (inner, 0usize..12);
        prop_oneof![
            cut.clone().prop_map(|(of, length)| TextExpr::Prefix(Box::new(of), length)),
            cut.clone().prop_map(|(of, length)| TextExpr::Suffix(Box::new(of), length)),
            cut.prop_map(|(of, length)| TextExpr::DropLast(Box::new(of), length)),
        ]
    })
}

fn plain_number() -> impl Strategy<Value = Num> {
    prop_oneof![
        prop_oneof![0i64..12, 2100i64..2500, 19_800i64..20_300].prop_map(Num::Const),
        field().prop_map(Num::Number),
        field().prop_map(Num::Day),
        arbitrary_text().prop_map(|of| Num::Digits(Box::new(of))),
    ]
}

/// Arbitrary numbers and days.
pub fn arbitrary_number() -> impl Strategy<Value = Num> {
    plain_number().prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        let what = prop_oneof![Just(LookupKind::LowestScore), Just(LookupKind::HighestScore), Just(LookupKind::Level)];
        let condition = (cell(), arbitrary_test()).prop_map(|(cell, test)| Expr::Cell { cell, test });
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Num::Add(a, b)),
            pair.clone().prop_map(|(a, b)| Num::Sub(a, b)),
            pair.clone().prop_map(|(a, b)| Num::Age(a, b)),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Num::Latest),
            inner.clone().prop_map(|day| Num::SchoolYear(Box::new(day))),
            (what, inner).prop_map(|(what, score)| Num::Lookup(ScoreLookup {
                what,
                record_type: Box::new(Num::Number(id("record_type"))),
                grade: Box::new(Num::Number(id("grade_assessed"))),
                year: Box::new(Num::Const(2022)),
                score: (what == LookupKind::Level).then(|| Box::new(score)),
            })),
            (condition, pair).prop_map(|(condition, (a, b))| Num::If(Box::new(condition), a, b)),
        ]
    })
}

fn op() -> impl Strategy<Value = Op> {
    proptest::sample::select(&[Op::Is, Op::IsNot, Op::Less, Op::AtMost, Op::More, Op::AtLeast][..])
}

/// Arbitrary conditions, nested up to four deep.
pub fn arbitrary_expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        6 => (cell(), arbitrary_test()).prop_map(|(cell, test)| Expr::Cell { cell, test }),
        3 => (arbitrary_number(), op(), arbitrary_number())
            .prop_map(|(left, op, right)| Expr::Compare { left, op, right }),
        1 => arbitrary_number().prop_map(Expr::Known),
        1 => (arbitrary_text(), arbitrary_text()).prop_map(|(left, right)| Expr::SameText(left, right)),
        1 => any::<bool>().prop_map(Expr::Const),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Expr::Not(Box::new(part))),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::And),
            proptest::collection::vec(inner, 1..4).prop_map(Expr::Or),
        ]
    })
}

/// A sound rule with these lines in place of its own.
pub fn rule_text(changes: &[(&str, &str)]) -> String {
    let mut lines: Vec<(&str, String)> = [
        ("code", "\"LOC001\""),
        ("name", "\"invalid-score-counted\""),
        ("severity", "\"error\""),
        ("scope", "\"record\""),
        ("years", "\"2021..\""),
        ("when", "\"score_status is 'I'\""),
        ("require", "\"include_indicator is not 'Y'\""),
        ("message", "\"invalid score is counted as {include_indicator}\""),
        ("help", "\"look into TOMS\""),
        ("owner", "[\"TOMS coordinator\"]"),
        ("certainty", "\"documented\""),
        ("sources", "[{ layout = 2022, field = 122 }]"),
        ("since", "\"0.1.0\""),
    ]
    .map(|(key, value)| (key, value.to_owned()))
    .into();
    for (key, value) in changes {
        match lines.iter_mut().find(|(one, _)| one == key) {
            Some(line) => line.1 = (*value).to_owned(),
            None => lines.push((key, (*value).to_owned())),
        }
    }
    lines.retain(|(_, value)| !value.is_empty());
    let body = lines.iter().fold(String::new(), |all, (key, value)| format!("{all}{key} = {value}\n"));
    format!("+++\n{body}+++\nAn invalid score must not be counted.\n")
}

/// The rules of these file texts.
pub fn rules_of(texts: &[String]) -> RuleSet {
    let named = (1..).zip(texts);
    let sources = named.map(|(number, text)| SourceText { name: format!("rules/{number}.md"), text: text.clone() });
    RuleSet::of_texts(sources.collect()).unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)))
}

/// A record with these cells.
pub fn record(cells: &[(&str, &str)]) -> ArbitraryRecord {
    ArbitraryRecord(cells.iter().map(|(name, cell)| (id(name), (*cell).to_owned())).collect())
}
