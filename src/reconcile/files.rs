//! The score files of a reconciliation: how each of their records counts, under the standard rules
//! and under each supposition.

use std::collections::BTreeMap;
use std::path::PathBuf;


use super::ReconcileError;
use super::pairs::{pairs};
use super::records::{InputFile, Records, Supposed};
use crate::cause::{BoundCause, Hypothesis};
use crate::counting::CountingRules;
use crate::facets::{
    FacetChange, FacetOptions, Facets, FileFacets, NO_PLACE, SupposedParameter, PlaceName, Supposition, trace,
};
use crate::input::{self, FileInfo, Opened, View};
use crate::rule::TextExpr;
use crate::tally::EntityCode;

/// How files are read.
pub struct ReadOptions<'a> {
    /// What is known of the files before they are opened.
    pub input: &'a input::InputOptions,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Called with the bytes of the current file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

/// What causes ask of the records.
pub struct Questions {
    /// Suppositions, with the place of their cause.
    pub suppositions: Vec<Supposition>,
    /// The cause of each supposition; those of pairs follow after the last.
    pub causes: Vec<usize>,
    /// Causes of which the second sees what the first has changed, in the order of their suppositions.
    pub pairs: Vec<(usize, usize)>,
    /// Keys of repeats.
    pub keys: Vec<Vec<TextExpr>>,
}

impl Questions {
    /// The questions of causes.
    pub fn of(causes: &[BoundCause]) -> Self {
        let mut questions = Self { suppositions: Vec::new(), causes: Vec::new(), pairs: Vec::new(), keys: Vec::new() };
        for (place, cause) in causes.iter().enumerate() {
            match &cause.hypothesis {
                Hypothesis::Suppose(supposition) => {
                    questions.suppositions.push(supposition.clone());
                    questions.causes.push(place);
                }
                Hypothesis::Repeats { key, but_not } => questions.keys.extend([key.clone(), but_not.clone()]),
                Hypothesis::Earlier(_) | Hypothesis::AbsentSchools | Hypothesis::EnrolledAlone => {}
            }
        }
        for (pair, supposition) in pairs(causes) {
            questions.pairs.push(pair);
            questions.suppositions.push(supposition);
        }
        questions
    }

    fn is_text(&self, supposition: usize) -> bool {
        self.suppositions.get(supposition).is_some_and(|one| matches!(one.parameter, SupposedParameter::Text(_)))
    }
}

/// Opens files of one year: tested views first, so that a record that stands in both views counts
/// where its student was tested.
///
/// # Errors
/// When a file cannot be opened, or they are of several years.
pub fn open(paths: &[PathBuf], options: &input::InputOptions) -> Result<(u16, Vec<Opened>), ReconcileError> {
    let mut years: BTreeMap<u16, Vec<Opened>> = BTreeMap::new();
    for opened in input::open(paths, options)? {
        years.entry(opened.info.year).or_default().push(opened);
    }
    let all: Vec<u16> = years.keys().copied().collect();
    let (Some((year, mut files)), None) = (years.pop_first(), years.pop_first()) else {
        return Err(ReconcileError::Years(all));
    };
    files.sort_by_key(|opened| match opened.info.view {
        View::Tested => 0,
        View::Unknown => 1,
        View::Enrolled => 2,
    });
    Ok((year, files))
}

impl Records {
    /// Reads the records of files that belong together.
    ///
    /// # Errors
    /// When a file cannot be read to its end, or lacks a column that every count rests on.
    pub fn read(
        &mut self,
        files: Vec<Opened>,
        counting: &CountingRules,
        questions: &Questions,
        options: &ReadOptions<'_>,
    ) -> Result<(), ReconcileError> {
        let first_file = self.files.len();
        self.changes.resize_with(questions.suppositions.len(), Vec::new);
        self.keys.resize_with(questions.keys.len(), Vec::new);
        for opened in files {
            let path = opened.info.path.display().to_string();
            let asked = FacetOptions {
                input: options.input,
                threads: options.threads,
                progress: options.progress,
                suppositions: &questions.suppositions,
                keys: &questions.keys,
            };
            let traced = trace(opened, counting, &asked).map_err(|source| ReconcileError::Count { path, source });
            let (info, mut traced) = traced?;
            if let Some(error) = traced.failure.take() {
                return Err(error.into());
            }
            self.unknown_counts.add(&info, counting);
            let lost = |facets: &&Facets| counting.is_lost(usize::from(facets.class));
            let lost = traced.facets.iter().filter(lost).count() as u64;
            self.unknown_counts.add_lost(&info, lost + traced.odd);
            self.add(info, traced, questions);
        }
        self.settle_copies(first_file);
        Ok(())
    }

    /// Reads earlier downloads: how their records count, no suppositions.
    ///
    /// # Errors
    /// As [`Records::read`].
    pub fn read_earlier(
        &mut self,
        files: Vec<Opened>,
        counting: &CountingRules,
        options: &ReadOptions<'_>,
    ) -> Result<std::ops::Range<u32>, ReconcileError> {
        let first = self.count();
        let keys = std::mem::take(&mut self.keys);
        let changes = std::mem::take(&mut self.changes);
        let alone = std::mem::take(&mut self.enrolled_alone);
        let place = self.files.len();
        let now = std::mem::take(&mut self.unknown_counts);
        let none = Questions { suppositions: Vec::new(), causes: Vec::new(), pairs: Vec::new(), keys: Vec::new() };
        self.read(files, counting, &none, options)?;
        let then = std::mem::replace(&mut self.unknown_counts, now);
        self.unknown_counts.add_reasons(then);
        (self.keys, self.changes) = (keys, changes);
        // What the enrolled view alone had then counted then.
        for one in std::mem::replace(&mut self.enrolled_alone, alone) {
            if let Some(facets) = self.facets.get_mut(one.record as usize) {
                *facets = one.after;
            }
        }
        self.files.iter_mut().skip(place).for_each(|file| file.is_earlier = true);
        let all = self.count();
        self.then = self.facets.split_off(first as usize);
        self.facets.resize(all as usize, Facets::NONE);
        self.then_first = first;
        Ok(first..all)
    }

    /// How a record of an earlier download counted then.
    pub fn then_of(&self, record: u32) -> Facets {
        let place = record.checked_sub(self.then_first).map(|place| place as usize);
        place.and_then(|place| self.then.get(place)).copied().unwrap_or(Facets::NONE)
    }

    /// Records of all files.
    pub fn count(&self) -> u32 {
        u32::try_from(self.facets.len()).unwrap_or(u32::MAX)
    }

    /// The file a record is of, by its place, and its line there.
    pub fn place_of(&self, record: u32) -> (usize, u32) {
        let file = self.files.partition_point(|file| file.first <= record).saturating_sub(1);
        (file, self.lines.get(record as usize).copied().unwrap_or_default())
    }

    fn add(&mut self, info: FileInfo, traced: FileFacets, questions: &Questions) {
        let first = self.count();
        let places: Vec<u32> = traced.places.iter().map(|place| self.number(*place)).collect();
        self.name_places(&traced);
        let texts: Vec<i32> = traced.texts.iter().map(|text| self.text_number(text)).collect();
        let renumbered = |facets: Facets| Facets {
            place: if facets.place == NO_PLACE {
                NO_PLACE
            } else {
                places.get(facets.place as usize).copied().unwrap_or(NO_PLACE)
            },
            ..facets
        };
        for FacetChange { record, supposition, parameter, after } in traced.changes {
            let place = usize::from(supposition);
            let parameter = match usize::try_from(parameter) {
                Ok(text) if questions.is_text(place) => texts.get(text).copied().unwrap_or(-1),
                _ => parameter,
            };
            if let Some(changes) = self.changes.get_mut(place) {
                changes.push(Supposed { record: first + record, parameter, after: renumbered(after) });
            }
        }
        let records = u32::try_from(traced.facets.len()).unwrap_or(u32::MAX);
        self.facets.extend(traced.facets.into_iter().map(renumbered));
        self.lines.extend(traced.lines);
        self.identities.extend(traced.identities);
        self.recency.extend(traced.recency);
        for (all, one) in self.keys.iter_mut().zip(traced.keys) {
            all.extend(one);
        }
        self.not_known.extend(traced.not_known);
        self.not_known.sort_unstable();
        self.not_known.dedup();
        self.files.push(InputFile { info, records, first, is_earlier: false, sha256: None });
    }

    /// Names of schools come from their own records, those of districts from their schools'.
    fn name_places(&mut self, traced: &FileFacets) {
        let mut named: Vec<(&EntityCode, &PlaceName)> =
            traced.names.iter().filter_map(|(place, name)| Some((traced.places.get(*place as usize)?, name))).collect();
        named.sort_unstable_by_key(|(place, name)| (name.record, **place));
        for (place, name) in named {
            let mut district = place.code;
            district[7..].fill(b'0');
            let own = (place.code, &name.school);
            let above = (district, &name.lea);
            for (code, name) in [own, above].into_iter().filter(|(_, name)| !name.is_empty()) {
                self.names.entry(code).or_insert_with(|| name.clone());
            }
        }
    }

    fn number(&mut self, place: EntityCode) -> u32 {
        *self.numbers.entry(place).or_insert_with(|| {
            self.places.push(place);
            u32::try_from(self.places.len() - 1).unwrap_or(NO_PLACE)
        })
    }

    fn text_number(&mut self, text: &str) -> i32 {
        if let Some(number) = self.text_numbers.get(text) {
            return *number;
        }
        let number = i32::try_from(self.texts.len()).unwrap_or(i32::MAX);
        self.texts.push(text.to_owned());
        self.text_numbers.insert(text.to_owned(), number);
        number
    }
}
