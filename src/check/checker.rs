//! Runs the selected rules over one file after the other, and puts the findings of all files together.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::damage::{collapse, spoil};
use super::details::reread;
use super::entries::EntryCollector;
use super::error::CheckError;
use super::findings::UnreadFinding;
use super::follows::{Causes, FollowCounts, Follows, Implied};
use super::groups::GroupCollector;
use super::hits::{InstanceCounts, CountedBreaches, Hit, HitCollector, Hits};
use super::judge::{SetHit, judge};
use super::needs::{schools, unmet};
use super::odd_rows::{CUT_OFF, findings_of_rows};
use super::options::{CheckOptions, KeptFindings};
use super::parts::{Companions, FileParts, is_of_whole_file};
use super::rule_account::RuleAccount;
use super::second::{GivenSecondFiles, WantedCells, wanted_of};
use crate::counting::{StudentGroup, student_groups};
use crate::engine::compiler::Compiler;
use crate::engine::program::{InstanceKind, Program};
use crate::engine::run::{BlockPlace, Collected, RunOptions, run};
use crate::engine::scores;
use crate::engine::second_data::SecondData;
use crate::finding::{FileFinding, FileVerdict};
use crate::input::{self, BlockSource, FileInfo, InputError, Opened};
use crate::layout::{FieldId, registry};
use crate::outcome::{Finding, InputOutcome, Outcome, RecordShown, FileRole, Subject};
use crate::parallel::{both, drop_in_background};
use crate::rule::{CellRef, Expr, CellForm, Instance, RecordScope, Rule, Scope, Severity, CellTest};

pub(super) struct Checker<'a> {
    options: &'a CheckOptions<'a>,
    pub(super) given: GivenSecondFiles,
    /// Which files are parts of one.
    pub(super) parts: FileParts,
    /// What the parts of the file that is being checked have.
    companions: Companions,
    accounts: Vec<RuleAccount<'a>>,
    inputs: Vec<InputOutcome>,
    findings: Vec<Finding>,
    pub(super) unreadable: Vec<Arc<InputError>>,
    bound: HashMap<u16, BoundYear>,
    implied: Implied,
}

/// What is bound to the layout of a year, once for all files of it.
struct BoundYear {
    /// The instances of each rule, by its place.
    instances: Vec<Vec<Arc<Instance>>>,
    groups: Vec<StudentGroup>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(options: &'a CheckOptions<'a>, given: GivenSecondFiles) -> Self {
        let room = |rule| match (options.detail)(rule) {
            KeptFindings::Samples(samples) => samples,
            KeptFindings::All => usize::MAX,
        };
        // Rules about official files have no say on score files.
        let own = options.rules.rules().filter(|rule| rule.scope != Scope::Official);
        let implied = Implied::new(own.clone());
        let accounts = own.map(|rule| RuleAccount {
            rule,
            weight: (options.weight)(rule, rule.severity),
            carried: false,
            counts: InstanceCounts::default(),
            by_school: HashMap::new(),
            follows: FollowCounts::new(),
            within: 0,
            time: Duration::ZERO,
            ran: false,
            not_run: None,
            room: room(rule),
        });
        Self {
            options,
            given,
            parts: FileParts::default(),
            companions: Companions::default(),
            accounts: accounts.collect(),
            inputs: Vec::new(),
            findings: Vec::new(),
            unreadable: Vec::new(),
            bound: HashMap::new(),
            implied,
        }
    }

    pub(super) fn file(&mut self, opened: Opened) -> Result<(), CheckError> {
        let Opened { mut info, mut findings, source } = opened;
        findings.extend(self.given.meet(&mut info, &self.options.input)?);
        let weights = self.weights(info.year);
        self.bind(info.year, &weights)?;
        let planned = self.planned(&info, &weights, RecordScope::Checked);
        let second = self.given.join(&self.wanted(info.year, &planned), &info)?;
        self.companions = self.companions_of(&info, &weights, &planned)?;
        let program = self.program(&info, &weights, &planned, second.clone())?;
        if self.judge(FileRole::Checked, &info, source, findings.clone(), program, &weights)? == Judged::NewDamage {
            self.withdraw_built_in(&planned, &weights);
            let again = input::look_through(&info, &self.options.input)?;
            info = again.info;
            let findings = findings.into_iter().chain(again.findings).collect();
            let program = self.program(&info, &weights, &planned, second)?;
            self.judge(FileRole::Checked, &info, again.source, findings, program, &weights)?;
        }
        self.rosters(&info, &weights)
    }

    /// What the rules about complete files find in all parts of a file; nothing where it is whole.
    fn companions_of(
        &mut self,
        info: &FileInfo,
        weights: &[Option<Severity>],
        planned: &[usize],
    ) -> Result<Companions, CheckError> {
        let mut companions = Companions::default();
        let wanted = planned.iter().copied().filter(|place| is_of_whole_file(self.accounts[*place].rule));
        let wanted: Vec<usize> = wanted.collect();
        for part in self.parts.of(info).to_vec() {
            let program = self.program(&part, weights, &wanted, SecondData::default())?;
            let mut source = input::reopen(&part, &self.options.input)?;
            let run_options = RunOptions { threads: useful_threads(&part, self.options.threads), progress: None };
            let collector = EntryCollector(&program);
            let Collected { file: entries, .. } = run(&program, &part, source.as_mut(), &collector, &run_options);
            companions.take(&program, &entries);
        }
        Ok(companions)
    }

    /// Runs the rules that go through the roster of a checked file.
    fn rosters(&mut self, checked: &FileInfo, weights: &[Option<Severity>]) -> Result<(), CheckError> {
        let planned = self.planned(checked, weights, RecordScope::Roster);
        if planned.is_empty() {
            return Ok(());
        }
        let wanted = self.wanted(checked.year, &planned);
        let second = GivenSecondFiles::join_checked(&wanted, checked, &self.options.input)?;
        for roster in self.given.rosters(checked) {
            let source = input::reopen(&roster, self.given.options())?;
            let program = self.program(&roster, weights, &planned, second.clone())?;
            self.judge(FileRole::Roster, &roster, source, Vec::new(), program, weights)?;
        }
        Ok(())
    }

    /// Evaluates a program on a file, and adds its results.
    fn judge(
        &mut self,
        role: FileRole,
        info: &FileInfo,
        mut source: Box<dyn BlockSource>,
        findings: Vec<FileFinding>,
        program: Program,
        weights: &[Option<Severity>],
    ) -> Result<Judged, CheckError> {
        let run_options =
            RunOptions { threads: useful_threads(info, self.options.threads), progress: self.options.progress };
        let hit_collector = HitCollector { program: &program, timings: self.options.timings };
        let collector = (hit_collector, (EntryCollector(&program), GroupCollector));
        let Collected { run, file: (mut hits, (entries, groups)), failure } =
            run(&program, info, source.as_mut(), &collector, &run_options);
        if run.has_new_damage {
            return Ok(Judged::NewDamage);
        }
        let mut file_findings = findings;
        file_findings.extend(source.take_findings());
        file_findings.extend(findings_of_rows(info, &run));
        if run.records < 2 {
            self.withdraw(CUT_OFF);
        }
        if role == FileRole::Roster {
            // What is wrong with the roster as a file is reported where it is checked itself.
            file_findings.clear();
        }
        let input = self.inputs.len();
        self.inputs.push(InputOutcome {
            role,
            records: run.records,
            bytes: run.bytes,
            sha256: source.sha256(),
            info: info.clone(),
        });
        // What was read before a failure is judged.
        self.unreadable.extend(failure.map(Arc::new));
        let mut sets = judge(&program, &entries, &self.companions, &mut hits.counts, self.options.threads);
        sets.extend(groups.judge(&program, &mut hits.counts));
        drop(entries);
        spoil(&program, |rule| self.accounts[rule].rule.spoils, &mut hits);
        let causes = Causes::new(&self.implied, &program, &hits.hits, &sets);
        collapse(&program, &mut hits, &Follows { implied: &self.implied, causes: &causes, weights });
        self.count(&program, &hits, weights);
        self.file_findings(input, weights, file_findings);
        let (hits, sets) = self.follow(&program, &causes, weights, hits, sets);
        let drafts = self.drafts(&program, input, weights, hits, sets);
        let findings = self.details(info, &program, &run.blocks, drafts);
        self.findings.extend(findings);
        drop_in_background(program);
        Ok(Judged::Whole)
    }

    /// The weight of each rule for a year; `None` for rules left out of the run.
    fn weights(&mut self, year: u16) -> Vec<Option<Severity>> {
        let rules = self.options.rules;
        let carried = registry().layout(year).is_some_and(|layout| layout.info.values_carried);
        let weights = self.accounts.iter_mut().map(|account| {
            account.carried |= carried && account.rule.carried && account.rule.years.contains(year);
            (self.options.weight)(account.rule, rules.severity(account.rule, year))
        });
        weights.collect()
    }

    /// Binds the selected rules to a year, once.
    fn bind(&mut self, year: u16, weights: &[Option<Severity>]) -> Result<(), CheckError> {
        if self.bound.contains_key(&year) {
            return Ok(());
        }
        let runs = |rule: &Rule, weight: &Option<Severity>| weight.is_some() && rule.scope != Scope::File;
        let pairs = self.accounts.iter().zip(weights);
        let wanted: Vec<Option<&Rule>> =
            pairs.map(|(account, weight)| Some(account.rule).filter(|rule| runs(rule, weight))).collect();
        let (rules, threads) = (self.options.rules, self.options.threads);
        let second = || {
            scores::warm_up(year);
            student_groups(year)
        };
        let (all, groups) = both(threads, || rules.bind_each(&wanted, year, threads), second);
        let shared = |instances: Vec<Instance>| instances.into_iter().map(Arc::new).collect();
        let instances = all?.into_iter().map(shared).collect();
        self.bound.insert(year, BoundYear { instances, groups: groups? });
        Ok(())
    }

    /// The rules that are run over these records of a checked file, by place. Why others are not is
    /// noted.
    fn planned(&mut self, info: &FileInfo, weights: &[Option<Severity>], records: RecordScope) -> Vec<usize> {
        let mut planned = Vec::new();
        for (place, (account, weight)) in self.accounts.iter_mut().zip(weights).enumerate() {
            if weight.is_none() {
                account.not_run.get_or_insert_with(|| "it is not selected".to_owned());
                continue;
            }
            if !account.rule.years.contains(info.year) {
                continue;
            }
            if let Some(reason) = unmet(account.rule, info, &self.given) {
                account.not_run.get_or_insert(reason);
                continue;
            }
            if account.rule.records == records {
                planned.push(place);
            }
        }
        planned
    }

    /// What the planned rules read of second files.
    fn wanted(&self, year: u16, planned: &[usize]) -> WantedCells {
        let second = planned.iter().filter(|place| self.accounts[**place].rule.reads_second_files());
        wanted_of(second.flat_map(|place| self.bound[&year].instances[*place].iter().map(Arc::as_ref)))
    }

    fn program(
        &mut self,
        info: &FileInfo,
        weights: &[Option<Severity>],
        planned: &[usize],
        second: SecondData,
    ) -> Result<Program, CheckError> {
        let bound = &self.bound[&info.year];
        let mut compiler = Compiler::new(info, &bound.groups).with(second);
        for place in planned.iter().copied().filter(|place| weights[*place].is_some()) {
            let account = &mut self.accounts[place];
            if account.rule.scope == Scope::File {
                self_contained(account, place, weights[place], &mut compiler);
                continue;
            }
            let reads_second = account.rule.reads_second_files();
            for instance in &bound.instances[place] {
                let missing = if reads_second {
                    self.given.misses(&wanted_of([instance.as_ref()].into_iter()), info)
                } else {
                    None
                };
                match missing {
                    Some(reason) => drop(account.not_run.get_or_insert(reason)),
                    None => compiler.add(place, account.rule, instance),
                }
            }
        }
        let schools = schools(info).into_iter().map(|column| compiler.keep(column)).collect();
        Ok(Program { schools, ..compiler.finish() })
    }

    /// Takes back that a built-in rule applied to the present file.
    fn withdraw(&mut self, code: &str) {
        if let Some(account) = self.accounts.iter_mut().find(|account| account.rule.code == code) {
            account.counts.applicable = account.counts.applicable.saturating_sub(1);
        }
    }

    /// Takes back that the built-in rules applied to a file, which is to be judged again.
    fn withdraw_built_in(&mut self, planned: &[usize], weights: &[Option<Severity>]) {
        for place in planned.iter().filter(|place| weights[**place].is_some()) {
            let account = &mut self.accounts[*place];
            if account.rule.scope == Scope::File && account.rule.name != FILLERS {
                account.counts.applicable = account.counts.applicable.saturating_sub(1);
            }
        }
    }

    /// Adds a file's counts to the accounts of the rules.
    fn count(&mut self, program: &Program, hits: &Hits, weights: &[Option<Severity>]) {
        for (place, planned) in program.instances.iter().enumerate() {
            let account = &mut self.accounts[planned.rule];
            if let InstanceKind::NotRun(reason) = &planned.kind {
                account.not_run.get_or_insert_with(|| reason.clone());
                continue;
            }
            account.weigh(weights[planned.rule]);
            account.ran = true;
            account.counts.applicable += hits.counts[place].applicable;
            account.counts.broke += hits.counts[place].broke;
            account.counts.undecidable += hits.counts[place].undecidable;
            account.time += hits.times[place];
        }
    }

    /// Says of each breach which rule it follows from, and counts those that do. Breaches that follow from none come
    /// first, so that they are the ones shown.
    fn follow(
        &mut self,
        program: &Program,
        causes: &Causes,
        weights: &[Option<Severity>],
        hits: Hits,
        sets: Vec<SetHit>,
    ) -> (Breaches<Hit>, Vec<FollowingBreach<SetHit>>) {
        let follows = Follows { implied: &self.implied, causes, weights };
        let mut of_records = Vec::with_capacity(hits.hits.len());
        for hit in hits.hits {
            let rule = program.instances[hit.instance as usize].rule;
            let cause = follows.of_record(rule, hit.record);
            self.accounts[rule].add(cause, hit.school);
            of_records.push(FollowingBreach { hit, cause });
        }
        let mut of_sets = Vec::with_capacity(sets.len());
        for hit in sets {
            let rule = program.instances[hit.instance].rule;
            let cause = follows.of_set(rule, &hit.records);
            self.accounts[rule].add(cause, 0);
            of_sets.push(FollowingBreach { hit, cause });
        }
        of_records.sort_by_key(|one| one.cause.is_some());
        of_sets.sort_by_key(|one| one.cause.is_some());
        (Breaches { single: of_records, grouped: hits.grouped }, of_sets)
    }

    /// Findings about the file as such.
    fn file_findings(&mut self, input: usize, weights: &[Option<Severity>], found: Vec<FileFinding>) {
        for one in found {
            let Some(place) = self.accounts.iter().position(|account| account.rule.code == one.code) else { continue };
            let Some(severity) = weights[place] else { continue };
            let account = &mut self.accounts[place];
            let count = one.count.max(1);
            if one.verdict == FileVerdict::Undecidable {
                account.counts.undecidable += count;
                continue;
            }
            account.counts.broke += count;
            account.within += if one.column.is_some() { count - 1 } else { 0 };
            account.counts.applicable = account.counts.applicable.max(account.counts.broke);
            if account.room == 0 {
                continue;
            }
            account.room = account.room.saturating_sub(1);
            let record =
                one.line.map(|line| RecordShown { line, byte: one.byte.unwrap_or_default(), ..RecordShown::default() });
            self.findings.push(Finding {
                rule: place,
                severity,
                input,
                field: None,
                column: one.column,
                count,
                record,
                related: Vec::new(),
                shown: one.shown,
                subject: Subject::Whole,
                waiver: None,
                follows: None,
            });
        }
    }

    /// The findings to be kept with their records.
    fn drafts<'p>(
        &mut self,
        program: &'p Program,
        input: usize,
        weights: &[Option<Severity>],
        hits: Breaches<Hit>,
        sets: Vec<FollowingBreach<SetHit>>,
    ) -> Vec<UnreadFinding<'p>> {
        let mut drafts = Vec::new();
        let keep = |instance: usize, accounts: &mut Vec<RuleAccount<'_>>| {
            let planned = &program.instances[instance];
            let room = &mut accounts[planned.rule].room;
            let kept = weights[planned.rule].filter(|_| *room > 0);
            *room = room.saturating_sub(1);
            kept.map(|severity| (planned, severity))
        };
        for (instance, grouped) in hits.grouped {
            // Columns are few, and each is a finding of its own: they are not limited.
            let planned = &program.instances[instance as usize];
            self.accounts[planned.rule].within += grouped.count.saturating_sub(1);
            if let Some(severity) = weights[planned.rule] {
                drafts.push(UnreadFinding::of_whole(planned, severity, input, grouped.first, grouped.count));
            }
        }
        for FollowingBreach { hit, cause } in hits.single {
            if let Some((planned, severity)) = keep(hit.instance as usize, &mut self.accounts) {
                drafts.push(UnreadFinding::of_record(planned, severity, input, hit.record).following(cause));
            }
        }
        for FollowingBreach { hit, cause } in sets {
            if let Some((planned, severity)) = keep(hit.instance, &mut self.accounts) {
                let group = hit.group.and_then(|place| program.groups.get(usize::from(place)));
                let group = group.map(|group| group.label.clone());
                drafts.push(UnreadFinding::of_set(planned, severity, input, hit, group).following(cause));
            }
        }
        drafts
    }

    /// Reads the records of the kept findings again.
    fn details(
        &mut self,
        info: &FileInfo,
        program: &Program,
        blocks: &[BlockPlace],
        mut drafts: Vec<UnreadFinding<'_>>,
    ) -> Vec<Finding> {
        let mut wanted: Vec<(u32, usize, usize)> = Vec::new();
        for (place, draft) in drafts.iter().enumerate() {
            wanted.extend(draft.records.iter().enumerate().map(|(member, record)| (*record, place, member)));
        }
        wanted.sort_unstable();
        let mut records: Vec<u32> = wanted.iter().map(|(record, ..)| *record).collect();
        records.dedup();
        if !records.is_empty() {
            let mut next = wanted.iter().peekable();
            let second = program.second.files();
            let again = reread(info, second, &self.options.input, blocks, &records, |record, row| {
                while let Some((_, draft, member)) = next.next_if(|(one, ..)| *one == record) {
                    drafts[*draft].read(*member, info, record, row);
                }
            });
            // The findings stand, without what their records hold.
            self.unreadable.extend(again.err().map(Arc::new));
        }
        drafts.into_iter().map(UnreadFinding::finish).collect()
    }

    pub(super) fn finish(mut self, elapsed: Duration) -> Outcome {
        let line = |finding: &Finding| finding.record.as_ref().map_or(0, |record| record.line);
        self.findings.sort_by_key(|finding| (finding.rule, finding.input, line(finding), finding.column));
        drop_in_background(self.bound);
        let codes: Vec<String> = self.accounts.iter().map(|account| account.rule.code.clone()).collect();
        let rules = self.accounts.into_iter().map(|account| account.finish(&codes)).collect();
        Outcome {
            inputs: self.inputs,
            unreadable: self.unreadable,
            rules,
            findings: self.findings,
            settings: None,
            elapsed,
        }
    }
}

/// How far a file was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// To its end.
    Whole,
    /// Until damage came up that was not known: it has to be looked through and judged again.
    NewDamage,
}

/// A breach, with the rule that it follows from, by its place.
struct FollowingBreach<T> {
    hit: T,
    cause: Option<usize>,
}

/// The breaches of a file by records: those that are listed, and those that are counted by instance.
struct Breaches<T> {
    single: Vec<FollowingBreach<T>>,
    grouped: BTreeMap<u32, CountedBreaches>,
}

/// A built-in rule about the file: found while reading, but for the fillers, which are columns.
fn self_contained(account: &mut RuleAccount<'_>, place: usize, weight: Option<Severity>, compiler: &mut Compiler<'_>) {
    if account.rule.name == FILLERS {
        account.not_run.get_or_insert_with(|| "the file has no filler columns".to_owned());
        let blank = Expr::Cell { cell: CellRef { field: FieldId(u16::MAX), form: CellForm::Value }, test: CellTest::Blank };
        compiler.add_fillers(place, &blank);
        return;
    }
    account.weigh(weight);
    account.ran = true;
    account.counts.applicable += 1;
}

/// The rule about fillers, which have no field that a rule could name.
const FILLERS: &str = "filler-column-filled";

/// Threads worth starting: a file of less than a block is read by one.
fn useful_threads(info: &FileInfo, threads: usize) -> usize {
    const BLOCK: u64 = 1 << 20;
    if info.bytes.is_some_and(|bytes| bytes < BLOCK) { 1 } else { threads }
}
