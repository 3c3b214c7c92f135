//! Compiles rule instances for one file, as rules of a cell, a record or a set, or as *not run* where the file
//! lacks a column.

use std::sync::Arc;

use super::cell_conditions::CellCondition;
use super::column_plan::{ATOMS, CellRule};
use super::compiler::{PlanRequest, Compiler};
use super::fields::{FieldReach, Reads, Visitor};
use super::program::{InstanceKind, PlannedInstance, RecordRule};
use super::reduced::reduced;
use super::set_compiler::{compares_within_groups, set_plan};
use crate::input::Meaning;
use crate::layout::{FieldId, registry};
use crate::rule::{Demand, Expr, Grouping, Instance, Rule, Scope, Truth};

impl Compiler<'_> {
    /// Adds an instance of the rule at a place of the run.
    pub(crate) fn add(&mut self, place: usize, rule: &Rule, instance: &Arc<Instance>) {
        let reduced = reduced(instance, |field| self.lacks(field));
        let instance = reduced.as_ref().unwrap_or(instance);
        let mut reads = Reads::of(&instance.when);
        reads.demand(&instance.demand);
        let kind = match self.missing(&reads) {
            Some(field) => InstanceKind::NotRun(format!("the column for {} is missing", registry().info(field).title)),
            None => self.kind(rule, instance),
        };
        let column = instance.labels.iter().find_map(|field| self.places.get(field)).copied();
        let is_cell = matches!(kind, InstanceKind::Cell);
        self.program.instances.push(PlannedInstance {
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
            let plan = self.plan(column, None, &PlanRequest::CellRule);
            let instance = self.program.instances.len();
            let (when, require) = (CellCondition::Const(Truth::True), CellCondition::new(blank, FieldId(u16::MAX)));
            self.program.columns[plan].cell_rules.push(CellRule { instance, order: u8::MAX, when, require });
            self.program.instances.push(PlannedInstance {
                rule: place,
                source: Arc::new(Instance {
                    binding: None,
                    when: Expr::Const(true),
                    demand: Demand::Record(blank.clone()),
                    members: Vec::new(),
                    labels: Vec::new(),
                    shows: Vec::new(),
                    placeholders: Vec::new(),
                }),
                column: Some(column),
                grouping: Grouping::Column,
                kind: InstanceKind::Cell,
                reads: Reads::default(),
                is_cell: true,
            });
        }
    }

    fn kind(&mut self, rule: &Rule, instance: &Instance) -> InstanceKind {
        let require = match &instance.demand {
            Demand::Set(test) if compares_within_groups(test) => {
                return InstanceKind::NotRun("records are not compared within student groups".to_owned());
            }
            Demand::Set(test) => {
                let plan = set_plan(self, self.program.instances.len(), &instance.when, test);
                self.program.sets.push(plan);
                return InstanceKind::Set;
            }
            Demand::Record(require) => require,
        };
        if rule.scope == Scope::Cell
            && let Some(()) = self.cell_rule(rule.order, instance, require)
        {
            return InstanceKind::Cell;
        }
        let guard = (rule.scope == Scope::Cell).then(|| instance.labels.first().copied()).flatten();
        let guard = guard.map(|field| self.plan(self.places[&field], Some(field), &PlanRequest::CellRule));
        let (when, require) = (self.node(&instance.when), self.node(require));
        let instance = self.program.instances.len();
        self.program.record_rules.push(RecordRule { instance, when, require, guard });
        InstanceKind::Record
    }

    /// Makes it a rule of its column, if both its conditions look at that column alone.
    fn cell_rule(&mut self, order: u8, instance: &Instance, require: &Expr) -> Option<()> {
        let mut reach = FieldReach::of_expr(&instance.when);
        reach.expr(require);
        let FieldReach::One(field) = reach else {
            return None;
        };
        let plan = self.plan(self.places[&field], Some(field), &PlanRequest::CellRule);
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
}
