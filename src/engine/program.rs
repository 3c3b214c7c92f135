//! Compiles rule instances for one file: equal conditions are shared, what looks at one column
//! goes to that column, and what a file lacks makes a rule *not run*.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::column_plan::{ATOMS, CellRule, ColumnPlan};
use super::fields::{Reach, Reads, Visitor};
use super::hash::mix;
use super::second::Beside;
use super::sets::{SetPlan, Table};
use super::unary::{Reading, CellCondition};
use crate::counting::Group;
use crate::input::{FileInfo, Meaning};
use crate::layout::{FieldId, registry};
use crate::rule::{
    self as interpret, Demand, Expr, Grouping, Instance, Lookup, LookupKind, Num, Op, Rule, Scope, Text, Truth, read,
};

/// A condition of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// A number of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NumId(pub(crate) u32);

#[derive(Debug)]
pub(crate) enum Node {
    Const(Truth),
    /// A condition on one column: the plan and its bit.
    Atom(usize, usize),
    Not(NodeId),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    Compare(NumId, Op, NumId),
    Known(NumId),
    SameText(Box<[TextPlan; 2]>),
    /// As above, for texts made from one field each: column plans that hash them.
    SameCell(usize, usize),
    /// A question that second files answer, asked record by record.
    Beside(Box<BesidePlan<Expr>>),
}

#[derive(Debug)]
pub(crate) enum NumNode {
    Const(i64),
    /// The numbers of a column plan.
    Column(usize),
    Digits(TextPlan),
    Add(NumId, NumId),
    Sub(NumId, NumId),
    Latest(Vec<NumId>),
    SchoolYear(NumId),
    Age(NumId, NumId),
    Lookup {
        what: LookupKind,
        record_type: NumId,
        grade: NumId,
        year: NumId,
        score: Option<NumId>,
    },
    If(NodeId, NumId, NumId),
    /// A number out of second files.
    Beside(Box<BesidePlan<Num>>),
}

/// Something to be asked of second files, with the place among the kept columns of each field it reads.
#[derive(Debug)]
pub(crate) struct BesidePlan<T> {
    pub(crate) what: T,
    pub(crate) places: Vec<(FieldId, usize)>,
}

/// A text to be made row by row, with the place among the kept columns of each field it reads.
#[derive(Clone, Debug)]
pub(crate) struct TextPlan {
    pub(crate) text: Text,
    pub(crate) places: Vec<(FieldId, usize)>,
}

/// One instance of a rule, ready to run or known not to be.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The rule's place in the run.
    pub(crate) rule: usize,
    /// The instance as bound, for messages.
    pub(crate) source: Arc<Instance>,
    /// The column a finding points at.
    pub(crate) column: Option<usize>,
    pub(crate) grouping: Grouping,
    pub(crate) kind: Kind,
    pub(crate) reads: Reads,
    /// Whether it judges a cell; such rules tell what is wrong with a column.
    pub(crate) is_cell: bool,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Judged in a column plan.
    Cell,
    /// Judged a record at a time.
    Record,
    /// Judged over records taken together.
    Set,
    /// Cannot run on this file.
    NotRun(String),
}

/// A rule that is judged a record at a time; skipped where the guarded column's cell is broken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordRule {
    /// Its place among the instances.
    pub(crate) instance: usize,
    pub(crate) when: NodeId,
    pub(crate) require: NodeId,
    pub(crate) guard: Option<usize>,
}

/// Everything that is evaluated for one file.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) columns: Vec<ColumnPlan>,
    pub(crate) nodes: Vec<Node>,
    /// Where the answer of each node is kept for the batch; `None` for nodes that are asked once, whose
    /// answers would only take room in the caches.
    pub(crate) kept_answers: Vec<Option<u32>>,
    pub(crate) nums: Vec<NumNode>,
    pub(crate) sets: Vec<SetPlan>,
    pub(crate) tables: Vec<Table>,
    pub(crate) instances: Vec<Planned>,
    /// The record rules among them, apart from all that only their findings need.
    pub(crate) record_rules: Vec<RecordRule>,
    /// The student groups of the year, where a rule goes through them.
    pub(crate) groups: Vec<GroupPlan>,
    /// Of the kept columns, those that name the record's school, the first filled one counts.
    pub(crate) schools: Vec<usize>,
    /// Columns whose texts are kept for the batch: they are read letter by letter.
    pub(crate) kept: Vec<usize>,
    /// The second files that go with the file.
    pub(crate) beside: Beside,
}

impl Program {
    /// The columns of the file that are looked at.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().map(|column| column.place).chain(self.kept.iter().copied())
    }
}

/// Who belongs to a student group.
#[derive(Debug)]
pub(crate) struct GroupPlan {
    pub(crate) label: String,
    pub(crate) member: NodeId,
}

/// Makes a [`Program`].
pub(crate) struct Compiler<'a> {
    info: &'a FileInfo,
    groups: &'a [Group],
    program: Program,
    /// Column of each field.
    places: FxHashMap<FieldId, usize>,
    /// Plans of each column; more than one where one is full or the cell is read in two ways.
    plans: FxHashMap<usize, Vec<usize>>,
    shared_nodes: FxHashMap<Fingerprint, NodeId>,
    /// How often each node is asked a batch, about.
    asked: Vec<u32>,
    shared_nums: FxHashMap<Fingerprint, NumId>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(info: &'a FileInfo, groups: &'a [Group]) -> Self {
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
    pub(crate) fn with(mut self, beside: Beside) -> Self {
        self.program.beside = beside;
        self
    }

    /// Adds an instance of the rule at a place of the run.
    pub(crate) fn add(&mut self, place: usize, rule: &Rule, instance: &Arc<Instance>) {
        let mut reads = Reads::of(&instance.when);
        reads.demand(&instance.demand);
        let kind = match self.missing(&reads) {
            Some(field) => Kind::NotRun(format!("the column for {} is missing", registry().info(field).title)),
            None => self.kind(rule, instance),
        };
        let column = instance.labels.iter().find_map(|field| self.places.get(field)).copied();
        let is_cell = matches!(kind, Kind::Cell);
        self.program.instances.push(Planned {
            rule: place,
            source: Arc::clone(instance),
            column,
            grouping: rule.grouping,
            kind,
            reads,
            is_cell,
        });
    }

    /// Adds a check that the fillers of the file are blank, for the rule at a place of the run.
    pub(crate) fn add_fillers(&mut self, place: usize, blank: &Expr) {
        let fillers: Vec<usize> = (0..self.info.columns.len())
            .filter(|column| self.info.columns[*column].meaning == Meaning::Filler)
            .collect();
        for column in fillers {
            let plan = self.plan(column, None, &Asked::CellRule);
            let instance = self.program.instances.len();
            let (when, require) = (CellCondition::Const(Truth::True), CellCondition::new(blank, FieldId(u16::MAX)));
            self.program.columns[plan].cell_rules.push(CellRule { instance, order: u8::MAX, when, require });
            self.program.instances.push(Planned {
                rule: place,
                source: Arc::new(Instance {
                    binding: None,
                    when: Expr::Const(true),
                    demand: Demand::Record(blank.clone()),
                    labels: Vec::new(),
                    shows: Vec::new(),
                    placeholders: Vec::new(),
                }),
                column: Some(column),
                grouping: Grouping::Column,
                kind: Kind::Cell,
                reads: Reads::default(),
                is_cell: true,
            });
        }
    }

    pub(crate) fn finish(mut self) -> Program {
        let mut kept = 0..;
        let answers = self.asked.iter().map(|asked| if *asked > 1 { kept.next() } else { None });
        self.program.kept_answers = answers.collect();
        self.program
    }

    /// Whether the file has no column for a field.
    pub(crate) fn lacks(&self, field: FieldId) -> bool {
        !self.places.contains_key(&field)
    }

    /// A field that is read but has no column in the file.
    pub(crate) fn missing(&self, reads: &Reads) -> Option<FieldId> {
        reads.fields.iter().chain(&reads.keys).find(|field| !self.places.contains_key(field)).copied()
    }

    fn kind(&mut self, rule: &Rule, instance: &Instance) -> Kind {
        let require = match &instance.demand {
            Demand::Set(test) if SetPlan::compares_within_groups(test) => {
                return Kind::NotRun("records are not compared within student groups".to_owned());
            }
            Demand::Set(test) => {
                let plan = SetPlan::new(self, self.program.instances.len(), &instance.when, test);
                self.program.sets.push(plan);
                return Kind::Set;
            }
            Demand::Record(require) => require,
        };
        if rule.scope == Scope::Cell
            && let Some(()) = self.cell_rule(rule.order, instance, require)
        {
            return Kind::Cell;
        }
        let guard = (rule.scope == Scope::Cell).then(|| instance.labels.first().copied()).flatten();
        let guard = guard.map(|field| self.plan(self.places[&field], Some(field), &Asked::CellRule));
        let (when, require) = (self.node(&instance.when), self.node(require));
        let instance = self.program.instances.len();
        self.program.record_rules.push(RecordRule { instance, when, require, guard });
        Kind::Record
    }

    /// Makes it a rule of its column, if both its conditions look at that column alone.
    fn cell_rule(&mut self, order: u8, instance: &Instance, require: &Expr) -> Option<()> {
        let mut reach = Reach::of_expr(&instance.when);
        reach.expr(require);
        let Reach::One(field) = reach else {
            return None;
        };
        let plan = self.plan(self.places[&field], Some(field), &Asked::CellRule);
        let rules = &mut self.program.columns[plan].cell_rules;
        if rules.len() == ATOMS {
            return None;
        }
        // The file of a rule gives its precedence; rules of equal precedence keep the order of their codes.
        let place = rules.partition_point(|rule| rule.order <= order);
        rules.insert(
            place,
            CellRule {
                instance: self.program.instances.len(),
                order,
                when: CellCondition::new(&instance.when, field),
                require: CellCondition::new(require, field),
            },
        );
        Some(())
    }

    /// A plan of a column that can take what is asked.
    fn plan(&mut self, place: usize, field: Option<FieldId>, asked: &Asked<'_>) -> usize {
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
            });
            plans.push(columns.len() - 1);
            columns.len() - 1
        });
        match asked {
            Asked::Number(reading) => columns[plan].reading = Some(*reading),
            Asked::Hash(text) => columns[plan].hashed = Some((*text).clone()),
            Asked::CellRule | Asked::Atom => {}
        }
        plan
    }

    /// The plan that hashes a text made from one field, if it is made from one.
    pub(crate) fn hashed(&mut self, text: &Text) -> Option<usize> {
        let Reach::One(field) = Reach::of_text(text) else { return None };
        Some(self.plan(self.places[&field], Some(field), &Asked::Hash(text)))
    }

    /// The node of a condition; the same node for equal conditions.
    pub(crate) fn node(&mut self, expr: &Expr) -> NodeId {
        let fingerprint = Fingerprint::of(expr);
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

    fn new_node(&mut self, expr: &Expr) -> Node {
        match Reach::of_expr(expr) {
            Reach::Beside => return self.beside(expr),
            Reach::Nothing => return Node::Const(interpret::truth(expr, &Nothing)),
            Reach::One(field) => return self.atom(expr, field),
            Reach::Several => {}
        }
        match expr {
            Expr::Const(answer) => Node::Const(Truth::of(*answer)),
            Expr::Not(inner) => Node::Not(self.node(inner)),
            Expr::And(parts) => Node::And(self.cheapest_first(parts)),
            Expr::Or(parts) => Node::Or(self.cheapest_first(parts)),
            Expr::Compare { left, op, right } => Node::Compare(self.num(left), *op, self.num(right)),
            Expr::Known(num) => Node::Known(self.num(num)),
            Expr::SameText(left, right) => match (self.hashed(left), self.hashed(right)) {
                (Some(left), Some(right)) => Node::SameCell(left, right),
                _ => Node::SameText(Box::new([self.text(left), self.text(right)])),
            },
            Expr::Cell { cell, .. } => self.atom(expr, cell.field),
            Expr::Found(_) | Expr::Matched { .. } => self.beside(expr),
        }
    }

    /// A condition on second files: what joins is done with masks, what asks is asked of each
    /// record.
    fn beside(&mut self, expr: &Expr) -> Node {
        match expr {
            Expr::Not(inner) => Node::Not(self.node(inner)),
            Expr::And(parts) => Node::And(self.cheapest_first(parts)),
            Expr::Or(parts) => Node::Or(self.cheapest_first(parts)),
            _ => Node::Beside(Box::new(BesidePlan { what: expr.clone(), places: self.places_of(&Reads::of(expr)) })),
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
            Node::Const(_) | Node::Atom(..) => 0,
            Node::Not(_) | Node::And(_) | Node::Or(_) => 1,
            Node::Compare(..) | Node::Known(_) | Node::SameCell(..) => 2,
            Node::SameText(_) => 3,
            Node::Beside(_) => 4,
        });
        parts
    }

    fn atom(&mut self, expr: &Expr, field: FieldId) -> Node {
        let plan = self.plan(self.places[&field], Some(field), &Asked::Atom);
        let atoms = &mut self.program.columns[plan].atoms;
        atoms.push(CellCondition::new(expr, field));
        Node::Atom(plan, atoms.len() - 1)
    }

    /// The node of a number; the same node for equal numbers.
    pub(crate) fn num(&mut self, num: &Num) -> NumId {
        let fingerprint = Fingerprint::of(num);
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
        if Reach::of_num(num) == Reach::Beside {
            return self.number_beside(num);
        }
        match num {
            Num::Const(number) => NumNode::Const(*number),
            Num::Number(field) => {
                NumNode::Column(self.plan(self.places[field], Some(*field), &Asked::Number(Reading::Number)))
            }
            Num::Day(field) => {
                NumNode::Column(self.plan(self.places[field], Some(*field), &Asked::Number(Reading::Day)))
            }
            Num::Digits(text) => NumNode::Digits(self.text(text)),
            Num::Add(a, b) => NumNode::Add(self.num(a), self.num(b)),
            Num::Sub(a, b) => NumNode::Sub(self.num(a), self.num(b)),
            Num::Latest(all) => NumNode::Latest(all.iter().map(|one| self.num(one)).collect()),
            Num::SchoolYear(day) => NumNode::SchoolYear(self.num(day)),
            Num::Age(birth, day) => NumNode::Age(self.num(birth), self.num(day)),
            Num::Lookup(lookup) => self.lookup(lookup),
            Num::If(condition, yes, no) => NumNode::If(self.node(condition), self.num(yes), self.num(no)),
            Num::MatchedNumber(_) | Num::MatchedDay(_) | Num::EntityType(_) => self.number_beside(num),
        }
    }

    fn number_beside(&mut self, num: &Num) -> NumNode {
        let mut reads = Reads::default();
        reads.num(num);
        NumNode::Beside(Box::new(BesidePlan { what: num.clone(), places: self.places_of(&reads) }))
    }

    fn lookup(&mut self, lookup: &Lookup) -> NumNode {
        NumNode::Lookup {
            what: lookup.what,
            record_type: self.num(&lookup.record_type),
            grade: self.num(&lookup.grade),
            year: self.num(&lookup.year),
            score: lookup.score.as_ref().map(|score| self.num(score)),
        }
    }

    pub(crate) fn text(&mut self, text: &Text) -> TextPlan {
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

    pub(crate) fn tables(&mut self) -> &mut Vec<Table> {
        &mut self.program.tables
    }
}

/// What a column plan is asked for.
enum Asked<'a> {
    /// Room for a rule of the cell; all of a column's are in its first plan.
    CellRule,
    /// Room for a condition.
    Atom,
    /// Its number or day.
    Number(Reading),
    /// The hash of a text made of it.
    Hash(&'a Text),
}

impl Asked<'_> {
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

/// Tells expressions apart by a hash of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Fingerprint(u64, u64);

impl Fingerprint {
    fn of(value: &impl Hash) -> Self {
        let mut print = Self(0, 1);
        value.hash(&mut print);
        print
    }
}

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.rotate_left(29) ^ !word);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
