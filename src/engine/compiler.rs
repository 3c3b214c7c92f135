//! Compiles conditions, numbers and texts for the columns of one file: equal conditions are shared, and what
//! looks at one column goes to that column.

use rustc_hash::FxHashMap;

use super::cell_conditions::{CellCondition, NumberReading};
use super::column_plan::{ATOMS, ColumnPlan};
use super::fields::{FieldReach, Reads, Visitor};
use super::fingerprint::ExprFingerprint;
use super::nodes::{ProgramNode, NodeId, NumId, NumNode, SecondPlan, TextPlan};
use super::program::{GroupPlan, Program};
use super::second_data::SecondData;
use super::sets::EntryTable;
use crate::counting::StudentGroup;
use crate::input::{FileInfo, Meaning};
use crate::layout::FieldId;
use crate::rule::{self as interpret, Expr, ScoreLookup, Num, TextExpr, Truth, read};

/// Makes a [`Program`].
pub(crate) struct Compiler<'a> {
    pub(super) info: &'a FileInfo,
    groups: &'a [StudentGroup],
    pub(super) program: Program,
    /// Column of each field.
    pub(super) places: FxHashMap<FieldId, usize>,
    /// Plans of each column; more than one where one is full or the cell is read in two ways.
    plans: FxHashMap<usize, Vec<usize>>,
    shared_nodes: FxHashMap<ExprFingerprint, NodeId>,
    /// How often each node is asked a batch, about.
    asked: Vec<u32>,
    shared_nums: FxHashMap<ExprFingerprint, NumId>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(info: &'a FileInfo, groups: &'a [StudentGroup]) -> Self {
        let fields = info.columns.iter().enumerate().filter_map(|(place, column)| match column.meaning {
            Meaning::Field(field) => Some((field, place)),
            _ => None,
        });
        Self {
            info,
            groups,
            program: Program::default(),
            places: fields.collect(),
            plans: FxHashMap::default(),
            shared_nodes: FxHashMap::default(),
            asked: Vec::new(),
            shared_nums: FxHashMap::default(),
        }
    }

    /// Gives the program second files to read.
    pub(crate) fn with(mut self, second: SecondData) -> Self {
        self.program.second = second;
        self
    }

    pub(crate) fn finish(mut self) -> Program {
        self.watch_kept();
        let mut kept = 0..;
        let answers = self.asked.iter().map(|asked| if *asked > 1 { kept.next() } else { None });
        self.program.kept_answers = answers.collect();
        self.program
    }

    /// Sees to it that damage is noticed in columns that are read letter by letter alone.
    fn watch_kept(&mut self) {
        let is_watched = |place: usize| self.info.mends.as_ref().is_some_and(|mends| mends.watched(place).is_some());
        let places: Vec<usize> = self.program.kept.iter().copied().filter(|place| is_watched(*place)).collect();
        for place in places {
            let field = self.places.iter().find(|(_, column)| **column == place).map(|(field, _)| *field);
            self.plan(place, field, &PlanRequest::CellRule);
        }
    }

    /// Whether the file has no column for a field.
    pub(crate) fn lacks(&self, field: FieldId) -> bool {
        !self.places.contains_key(&field)
    }

    /// A field that is read but has no column in the file.
    pub(crate) fn missing(&self, reads: &Reads) -> Option<FieldId> {
        reads.fields.iter().chain(&reads.keys).find(|field| !self.places.contains_key(field)).copied()
    }

    /// A plan of a column that can take what is asked.
    pub(super) fn plan(&mut self, place: usize, field: Option<FieldId>, asked: &PlanRequest<'_>) -> usize {
        let watched = self.info.mends.as_ref().and_then(|mends| mends.watched(place)).cloned();
        let plans = self.plans.entry(place).or_default();
        let columns = &mut self.program.columns;
        let plan = plans.iter().find(|plan| asked.fits(&columns[**plan])).copied().unwrap_or_else(|| {
            columns.push(ColumnPlan {
                place,
                field,
                is_padded: field.is_some_and(|field| read::reading(field).padded),
                atoms: Vec::new(),
                reading: None,
                hashed: None,
                cell_rules: Vec::new(),
                watched: if plans.is_empty() { watched } else { None },
            });
            plans.push(columns.len() - 1);
            columns.len() - 1
        });
        match asked {
            PlanRequest::Number(reading) => columns[plan].reading = Some(*reading),
            PlanRequest::Hash(text) => columns[plan].hashed = Some((*text).clone()),
            PlanRequest::CellRule | PlanRequest::Atom => {}
        }
        plan
    }

    /// The plan that hashes a text made from one field, if it is made from one.
    pub(crate) fn hashed(&mut self, text: &TextExpr) -> Option<usize> {
        let FieldReach::One(field) = FieldReach::of_text(text) else { return None };
        Some(self.plan(self.places[&field], Some(field), &PlanRequest::Hash(text)))
    }

    /// The node of a condition; the same node for equal conditions.
    pub(crate) fn node(&mut self, expr: &Expr) -> NodeId {
        let fingerprint = ExprFingerprint::of(expr);
        if let Some(node) = self.shared_nodes.get(&fingerprint) {
            self.asked[node.0 as usize] += 1;
            return *node;
        }
        let node = self.new_node(expr);
        self.program.nodes.push(node);
        self.asked.push(1);
        let id = NodeId(self.program.nodes.len() as u32 - 1);
        self.shared_nodes.insert(fingerprint, id);
        id
    }

    /// As [`Self::node`], for one that is asked more than once a batch.
    pub(crate) fn node_asked_often(&mut self, expr: &Expr) -> NodeId {
        let node = self.node(expr);
        self.asked[node.0 as usize] += 1;
        node
    }

    fn new_node(&mut self, expr: &Expr) -> ProgramNode {
        match FieldReach::of_expr(expr) {
            FieldReach::Second => return self.second(expr),
            FieldReach::Nothing => return ProgramNode::Const(interpret::truth(expr, &Nothing)),
            FieldReach::One(field) => return self.atom(expr, field),
            FieldReach::Several => {}
        }
        match expr {
            Expr::Const(answer) => ProgramNode::Const(Truth::of(*answer)),
            Expr::Not(inner) => ProgramNode::Not(self.node(inner)),
            Expr::And(parts) => ProgramNode::And(self.cheapest_first(parts)),
            Expr::Or(parts) => ProgramNode::Or(self.cheapest_first(parts)),
            Expr::Compare { left, op, right } => ProgramNode::Compare(self.num(left), *op, self.num(right)),
            Expr::Known(num) => ProgramNode::Known(self.num(num)),
            Expr::SameText(left, right) => match (self.hashed(left), self.hashed(right)) {
                (Some(left), Some(right)) => ProgramNode::SameCell(left, right),
                _ => ProgramNode::SameText(Box::new([self.text(left), self.text(right)])),
            },
            Expr::Cell { cell, .. } => self.atom(expr, cell.field),
            Expr::Found(_) | Expr::Matched { .. } => self.second(expr),
        }
    }

    /// A condition on second files: what joins is done with masks, what asks is asked of each
    /// record.
    fn second(&mut self, expr: &Expr) -> ProgramNode {
        match expr {
            Expr::Not(inner) => ProgramNode::Not(self.node(inner)),
            Expr::And(parts) => ProgramNode::And(self.cheapest_first(parts)),
            Expr::Or(parts) => ProgramNode::Or(self.cheapest_first(parts)),
            _ => ProgramNode::Second(Box::new(SecondPlan { what: expr.clone(), places: self.places_of(&Reads::of(expr)) })),
        }
    }

    fn places_of(&mut self, reads: &Reads) -> Vec<(FieldId, usize)> {
        let fields: Vec<FieldId> = reads.fields.union(&reads.keys).copied().collect();
        fields.into_iter().map(|field| (field, self.keep(self.places[&field]))).collect()
    }

    /// The parts of a condition, those first that cost least: they may settle it for the batch.
    fn cheapest_first(&mut self, parts: &[Expr]) -> Vec<NodeId> {
        let mut parts: Vec<NodeId> = parts.iter().map(|part| self.node(part)).collect();
        parts.sort_by_key(|part| match &self.program.nodes[part.0 as usize] {
            ProgramNode::Const(_) | ProgramNode::Atom(..) => 0,
            ProgramNode::Not(_) | ProgramNode::And(_) | ProgramNode::Or(_) => 1,
            ProgramNode::Compare(..) | ProgramNode::Known(_) | ProgramNode::SameCell(..) => 2,
            ProgramNode::SameText(_) => 3,
            ProgramNode::Second(_) => 4,
        });
        parts
    }

    fn atom(&mut self, expr: &Expr, field: FieldId) -> ProgramNode {
        let plan = self.plan(self.places[&field], Some(field), &PlanRequest::Atom);
        let atoms = &mut self.program.columns[plan].atoms;
        atoms.push(CellCondition::new(expr, field));
        ProgramNode::Atom(plan, atoms.len() - 1)
    }

    /// The node of a number; the same node for equal numbers.
    pub(crate) fn num(&mut self, num: &Num) -> NumId {
        let fingerprint = ExprFingerprint::of(num);
        if let Some(num) = self.shared_nums.get(&fingerprint) {
            return *num;
        }
        let node = self.new_num(num);
        self.program.nums.push(node);
        let id = NumId(self.program.nums.len() as u32 - 1);
        self.shared_nums.insert(fingerprint, id);
        id
    }

    fn new_num(&mut self, num: &Num) -> NumNode {
        if FieldReach::of_num(num) == FieldReach::Second {
            return self.second_number(num);
        }
        match num {
            Num::Const(number) => NumNode::Const(*number),
            Num::Number(field) => {
                NumNode::Column(self.plan(self.places[field], Some(*field), &PlanRequest::Number(NumberReading::Number)))
            }
            Num::Day(field) => {
                NumNode::Column(self.plan(self.places[field], Some(*field), &PlanRequest::Number(NumberReading::Day)))
            }
            Num::Digits(text) => NumNode::Digits(self.text(text)),
            Num::Add(a, b) => NumNode::Add(self.num(a), self.num(b)),
            Num::Sub(a, b) => NumNode::Sub(self.num(a), self.num(b)),
            Num::Latest(all) => NumNode::Latest(all.iter().map(|one| self.num(one)).collect()),
            Num::SchoolYear(day) => NumNode::SchoolYear(self.num(day)),
            Num::Age(birth, day) => NumNode::Age(self.num(birth), self.num(day)),
            Num::Lookup(lookup) => self.lookup(lookup),
            Num::If(condition, yes, no) => NumNode::If(self.node(condition), self.num(yes), self.num(no)),
            Num::MatchedNumber(_) | Num::MatchedDay(_) | Num::EntityType(_) => self.second_number(num),
        }
    }

    fn second_number(&mut self, num: &Num) -> NumNode {
        let mut reads = Reads::default();
        reads.num(num);
        NumNode::Second(Box::new(SecondPlan { what: num.clone(), places: self.places_of(&reads) }))
    }

    fn lookup(&mut self, lookup: &ScoreLookup) -> NumNode {
        NumNode::Lookup {
            what: lookup.what,
            record_type: self.num(&lookup.record_type),
            grade: self.num(&lookup.grade),
            year: self.num(&lookup.year),
            score: lookup.score.as_ref().map(|score| self.num(score)),
        }
    }

    pub(crate) fn text(&mut self, text: &TextExpr) -> TextPlan {
        let mut reads = Reads::default();
        reads.text(text);
        let places = reads.fields.iter().map(|field| (*field, self.keep(self.places[field]))).collect();
        TextPlan { text: text.clone(), places }
    }

    /// Keeps the texts of a column for the batch; returns its place among those kept.
    pub(crate) fn keep(&mut self, column: usize) -> usize {
        let kept = &mut self.program.kept;
        kept.iter().position(|one| *one == column).unwrap_or_else(|| {
            kept.push(column);
            kept.len() - 1
        })
    }

    /// Takes in the student groups of the year whose fields the file has, once.
    pub(crate) fn compile_groups(&mut self) {
        if !self.program.groups.is_empty() {
            return;
        }
        for group in self.groups {
            if self.missing(&Reads::of(&group.condition)).is_none() {
                let member = self.node_asked_often(&group.condition);
                self.program.groups.push(GroupPlan { label: group.label.clone(), member });
            }
        }
    }

    pub(crate) fn tables(&mut self) -> &mut Vec<EntryTable> {
        &mut self.program.tables
    }
}

/// What a column plan is asked for.
pub(super) enum PlanRequest<'a> {
    /// Room for a rule of the cell; all of a column's are in its first plan.
    CellRule,
    /// Room for a condition.
    Atom,
    /// Its number or day.
    Number(NumberReading),
    /// The hash of a text made of it.
    Hash(&'a TextExpr),
}

impl PlanRequest<'_> {
    fn fits(&self, plan: &ColumnPlan) -> bool {
        match self {
            Self::CellRule => true,
            Self::Atom => plan.atoms.len() < ATOMS,
            Self::Number(reading) => plan.reading.is_none_or(|one| one == *reading),
            Self::Hash(text) => plan.hashed.as_ref().is_none_or(|one| one == *text),
        }
    }
}

/// A record without cells, for conditions that read none.
struct Nothing;

impl interpret::RecordView for Nothing {
    fn cell(&self, _: FieldId) -> &str {
        ""
    }
}
