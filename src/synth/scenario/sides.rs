//! Hands every record to the file's side and to the official side, changed on one of them where a
//! cause says so, and notes which records make a difference.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::super::facts::SynthFacts;
use super::super::named::NamedColumns;
use super::super::record::MadeRecord;
use super::super::student::Student;
use super::super::write::LineWriter;
use super::bound::{BoundScenario, Parameters};
use super::counted::Counter;
use super::noise::{NoisyRecord, Harms};
use super::parameter::ChosenParameter;
use super::table::{RecordChange, Side};
use super::truth::{TrueCause, Harmed, FileLine};
use crate::layout::Layout;

/// Sets the draws of changes apart from all others of a student.
const SALT: u64 = 9_001;
/// The same for noise.
const NOISE_SALT: u64 = 11_001;

/// A file being written.
pub(super) struct Sink {
    out: BufWriter<File>,
    lines: LineWriter,
    text: Vec<u8>,
    /// The number of the line written last.
    line: u64,
    records: u64,
}

impl Sink {
    /// A file with its header, if its form has one.
    pub(super) fn new(file: File, lines: LineWriter) -> io::Result<Self> {
        let mut sink =
            Self { out: BufWriter::with_capacity(1 << 18, file), lines, text: Vec::new(), line: 0, records: 0 };
        sink.lines.header(&mut sink.text);
        if !sink.text.is_empty() {
            sink.end_line()?;
        }
        Ok(sink)
    }

    /// Writes a record; the number of its line.
    fn record(&mut self, record: &MadeRecord) -> io::Result<u64> {
        self.lines.record(record, &mut self.text);
        self.records += 1;
        self.end_line()?;
        Ok(self.line)
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.text.push(b'\n');
        self.out.write_all(&self.text)?;
        self.text.clear();
        self.line += 1;
        Ok(())
    }
}

/// The files of both sides.
pub(super) struct Sinks {
    /// The score files, the tested view first.
    pub(super) files: Vec<Sink>,
    /// The earlier download of the tested view.
    pub(super) earlier: Option<Sink>,
    /// What the official numbers are made of.
    pub(super) official: Sink,
}

struct BoundChange {
    side: Side,
    share: Option<u32>,
    bound: BoundScenario,
}

/// Both sides of a district.
pub(super) struct Sides<'a> {
    layout: &'a Layout,
    counter: Counter<'a>,
    parameters: Parameters,
    record_type: NamedColumns,
    changes: Vec<BoundChange>,
    /// What only the official side knows, applied in the end.
    unseen: Vec<BoundChange>,
    causes: Vec<TrueCause>,
    sinks: Sinks,
    harms: Harms,
    noise: Vec<Harmed>,
    /// Copies that go to the end of the file, with the change that makes them.
    copies: Vec<(usize, MadeRecord)>,
}

/// What becomes of a record.
struct Fate {
    /// The record on the official side, where it is another.
    official: Option<MadeRecord>,
    /// The record in the files, where it is another.
    file: Option<MadeRecord>,
    missing: bool,
    twice: Option<usize>,
    /// The changes that make a difference.
    hits: Vec<usize>,
}

impl<'a> Sides<'a> {
    pub(super) fn new(
        changes: Vec<RecordChange>,
        layout: &'a Layout,
        facts: &SynthFacts,
        seed: u64,
        counter: Counter<'a>,
        sinks: Sinks,
        harms: Harms,
    ) -> Self {
        let (unseen, changes): (Vec<RecordChange>, Vec<RecordChange>) =
            changes.into_iter().partition(|change| change.side == Side::Unseen);
        let chosen = |change: &RecordChange| {
            let (name, wanted) = change.parameter?;
            Some(ChosenParameter::choose(name, wanted, facts, seed))
        };
        let chosen: Vec<Option<ChosenParameter>> = changes.iter().map(chosen).collect();
        let parameters: Parameters = chosen.iter().flatten().flat_map(ChosenParameter::known).collect();
        let causes = changes.iter().zip(&chosen);
        let causes = causes.map(|(change, parameter)| TrueCause::new(change.cause, parameter.as_ref())).collect();
        let bound = |change: &RecordChange| BoundChange {
            side: change.side,
            share: change.share,
            bound: BoundScenario::new(layout, &parameters, &change.conditions, &change.assignments),
        };
        let (changes, unseen) = (changes.iter().map(bound).collect(), unseen.iter().map(bound).collect());
        let record_type = NamedColumns::new(layout, "record_type");
        let (copies, noise) = (Vec::new(), Vec::new());
        Self { layout, counter, parameters, record_type, changes, unseen, causes, sinks, harms, noise, copies }
    }

    /// Hands on a record of a student; `views` tells which files have the student.
    pub(super) fn record(&mut self, student: &Student<'_>, record: &MadeRecord, views: [bool; 2]) -> io::Result<()> {
        if views == [false, false] {
            return Ok(());
        }
        let fate = self.fate(student, record);
        self.write_official(fate.official.as_ref().unwrap_or(record))?;
        if fate.missing {
            for place in fate.hits {
                self.causes[place].missing += 1;
            }
            return Ok(());
        }
        if let Some(harm) = self.harm(student, record, &fate) {
            return self.write_harmed(student, harm, views);
        }
        let in_file = fate.file.as_ref().unwrap_or(record);
        let mut place = None;
        for (file, sink) in self.sinks.files.iter_mut().enumerate().filter(|(file, _)| views[*file]) {
            let line = sink.record(in_file)?;
            // A record that stands in both views is counted in the first.
            place = place.or(Some(FileLine { file, line }));
        }
        if let (Some(earlier), true) = (&mut self.sinks.earlier, views[0]) {
            earlier.record(record)?;
        }
        let Some(place) = place else { return Ok(()) };
        for hit in fate.hits {
            self.causes[hit].records.push(place);
        }
        match fate.twice.filter(|_| views[0]) {
            Some(change) if place.line % 2 == 0 => self.copy(change, record),
            Some(change) => {
                self.copies.push((change, record.clone()));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What noise does to a record. Those that are in the files otherwise, or twice, for the sake of a
    /// cause are left alone.
    fn harm(&self, student: &Student<'_>, record: &MadeRecord, fate: &Fate) -> Option<NoisyRecord> {
        if fate.file.is_some() || fate.twice.is_some() {
            return None;
        }
        self.harms.befall(self.layout, record, student.random.branch(NOISE_SALT + self.type_of(record)))
    }

    /// Writes a damaged record, or leaves it out, in all downloads alike. A cause owns it if it would
    /// own a record that is as this one stands in the file.
    fn write_harmed(&mut self, student: &Student<'_>, harm: NoisyRecord, views: [bool; 2]) -> io::Result<()> {
        let known = self.noise.iter().position(|one| one.kind == harm.kind).unwrap_or_else(|| {
            self.noise.push(Harmed { kind: harm.kind, records: Vec::new(), missing: 0 });
            self.noise.len() - 1
        });
        let Some(record) = harm.record else {
            self.noise[known].missing += 1;
            return Ok(());
        };
        let mut place = None;
        for (file, sink) in self.sinks.files.iter_mut().enumerate().filter(|(file, _)| views[*file]) {
            let line = sink.record(&record)?;
            place = place.or(Some(FileLine { file, line }));
        }
        if let (Some(earlier), true) = (&mut self.sinks.earlier, views[0]) {
            earlier.record(&record)?;
        }
        let Some(place) = place else { return Ok(()) };
        self.noise[known].records.push(place);
        let hits = self.fate(student, &record).hits;
        for hit in hits.into_iter().filter(|hit| self.changes[*hit].side == Side::Official) {
            self.causes[hit].records.push(place);
        }
        Ok(())
    }

    /// Ends the files; the causes with their records, the damaged ones, and the number of records in
    /// the score files.
    pub(super) fn finish(mut self) -> io::Result<(Vec<TrueCause>, Vec<Harmed>, u64)> {
        for (change, record) in std::mem::take(&mut self.copies) {
            self.copy(change, &record)?;
        }
        let records = self.sinks.files.iter().map(|sink| sink.records).sum();
        for sink in self.sinks.files.iter_mut().chain(&mut self.sinks.earlier).chain([&mut self.sinks.official]) {
            sink.out.flush()?;
        }
        self.noise.sort_by_key(|one| one.kind);
        Ok((self.causes, self.noise, records))
    }

    fn write_official(&mut self, record: &MadeRecord) -> io::Result<()> {
        let mut whole = None;
        for change in self.unseen.iter().filter(|change| change.bound.fits(record)) {
            change.bound.apply(self.layout, &self.parameters, whole.get_or_insert_with(|| record.clone()));
        }
        self.sinks.official.record(whole.as_ref().unwrap_or(record)).map(|_| ())
    }

    /// Writes a record to the tested view a second time.
    fn copy(&mut self, change: usize, record: &MadeRecord) -> io::Result<()> {
        if let Some(earlier) = &mut self.sinks.earlier {
            earlier.record(record)?;
        }
        let Some(sink) = self.sinks.files.first_mut() else { return Ok(()) };
        let line = sink.record(record)?;
        self.causes[change].records.push(FileLine { file: 0, line });
        Ok(())
    }

    fn fate(&self, student: &Student<'_>, record: &MadeRecord) -> Fate {
        let mut fate = Fate { official: None, file: None, missing: false, twice: None, hits: Vec::new() };
        for (place, change) in self.changes.iter().enumerate() {
            let current = fate.official.as_ref().unwrap_or(record);
            // Records that the official side has otherwise are left to that cause alone.
            let is_free = fate.official.is_none() && !fate.missing && fate.file.is_none();
            let is_asked = match change.side {
                Side::Official | Side::Missing | Side::Unseen => true,
                Side::File | Side::Twice => is_free,
            };
            // Whether the file lacks a record is determined from what would stand in the file.
            let asked = if change.side == Side::Missing { record } else { current };
            if is_asked && change.bound.fits(asked) && self.is_drawn(place, change, student, record) {
                self.befall(place, change, record, &mut fate);
            }
        }
        fate
    }

    fn is_drawn(&self, place: usize, change: &BoundChange, student: &Student<'_>, record: &MadeRecord) -> bool {
        let salt = SALT + u64::try_from(place).unwrap_or_default() * 16 + self.type_of(record);
        change.share.is_none_or(|share| student.random.branch(salt).chance(share))
    }

    fn type_of(&self, record: &MadeRecord) -> u64 {
        let text = std::str::from_utf8(self.record_type.get(record)).unwrap_or_default();
        text.parse().unwrap_or_default()
    }

    fn befall(&self, place: usize, change: &BoundChange, record: &MadeRecord, fate: &mut Fate) {
        let current = fate.official.as_ref().unwrap_or(record);
        let before = self.counter.counted(current);
        let mut changed = current.clone();
        change.bound.apply(self.layout, &self.parameters, &mut changed);
        let differs = before != self.counter.counted(&changed);
        match change.side {
            Side::Official => {
                fate.official = Some(changed);
                if differs {
                    fate.hits.push(place);
                }
            }
            Side::File if differs => {
                fate.file = Some(changed);
                fate.hits.push(place);
            }
            Side::Missing => {
                // The record's other differences are not to be seen in a file that lacks it.
                fate.hits = if before.is_some() { vec![place] } else { Vec::new() };
                fate.missing = true;
            }
            Side::Twice if before.is_some() => fate.twice = Some(place),
            Side::File | Side::Twice | Side::Unseen => {}
        }
    }
}
