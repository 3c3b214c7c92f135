//! Accounts for every record: reads score files and adds records up by entity, test, grade and student group as public
//! results do. The counting rules are in `rules/counting`.

mod cells;
mod cube;
mod known;
mod participation;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rustc_hash::FxHashSet;

pub use cells::{ALL_GRADES, AccountCell, Dimension, CellFigures, CubeFilter, Results, Sharing};
pub(crate) use cells::{ALL_STUDENTS, share};
pub use cube::{Cube, CubeEntity, EntityName};
pub use known::UnknownChoice;
pub use participation::Participation;

use crate::counting::CountingRules;
use crate::finding::FileFinding;
use crate::input::{self, FileInfo, InputError, Opened, View};
use crate::layout::registry;
use crate::privacy::text::neutralise;
use crate::rule::RuleError;
use crate::tally::{FileTally, TallyError, TallyOptions, lost_words, tally};

/// How files are accounted for.
pub struct AccountOptions<'a> {
    /// How files are read.
    pub input: input::InputOptions,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Receives the bytes of the current file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

/// Why a file is not in an account, or an account could not be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum AccountError {
    /// A file cannot be found, opened, or read to its end.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A file cannot be counted.
    #[error("{path}: {source}")]
    #[diagnostic(help("download the file again with all columns"))]
    Tally {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: TallyError,
    },
    /// A shipped table is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] Box<RuleError>),
}

impl AccountError {
    /// The file, where it is about one.
    pub fn path(&self) -> &str {
        match self {
            Self::Input(error) => error.path(),
            Self::Tally { path, .. } => path,
            Self::Rule(_) => "",
        }
    }

    /// What is wrong, in one line and without the path.
    pub fn reason(&self) -> String {
        match self {
            Self::Input(error) => error.reason(),
            Self::Tally { source, .. } => source.to_string(),
            Self::Rule(error) => error.to_string(),
        }
    }
}

/// The accounts of all files, and the files that are in none.
#[derive(Debug, Default)]
pub struct Accounts {
    /// One account a year.
    pub years: Vec<Account>,
    /// Why files are missing from them, or were not read to their end.
    pub unreadable: Vec<AccountError>,
}

impl Accounts {
    /// Whether anything is missing, so that counts are too small.
    pub fn is_incomplete(&self) -> bool {
        !self.unreadable.is_empty() || self.years.iter().any(Account::is_incomplete)
    }
}

/// The account of all files of one year.
#[derive(Debug)]
pub struct Account {
    /// What is known about counting in that year.
    pub counting: CountingRules,
    /// The files, in the order they were counted.
    pub files: Vec<FileAccount>,
    /// The sums.
    pub cube: Cube,
    /// The districts and charters whose tested view was read as a whole.
    pub whole: BTreeSet<String>,
}

/// What one file came to.
#[derive(Clone, Debug)]
pub struct FileAccount {
    /// What it is.
    pub info: FileInfo,
    /// Records read.
    pub records: u64,
    /// Records with a wrong number of cells.
    pub unreadable: u64,
    /// Records that an earlier file has.
    pub repeated: u64,
    /// Records without an identifier, where records were to be found again.
    pub unidentified: u64,
    /// What could not be determined for lack of a column: what, and the column.
    pub not_known: Vec<(String, &'static str)>,
    /// What is missing of the file, in words: it breaks off, a record was skipped.
    pub losses: Vec<String>,
}

impl FileAccount {
    /// What was put right in it before it was counted, in words, or that something could not be.
    pub fn damage(&self) -> Option<String> {
        let mends = self.info.mends.as_ref()?;
        mends.words().or_else(|| mends.unreadable().next().map(|_| "cells that cannot be read".to_owned()))
    }
}

/// Reads files and folders and accounts for their records, year by year. Files that cannot be read
/// or counted are reported as well; the accounts are made of the others.
///
/// Files of one year are counted together: tested views first, so that a record that stands in
/// both views is counted where its student was tested.
///
/// # Errors
/// When a shipped table is wrong.
pub fn account(paths: &[PathBuf], options: &AccountOptions<'_>) -> Result<Accounts, AccountError> {
    let mut accounts = Accounts::default();
    let mut years: BTreeMap<u16, Vec<Opened>> = BTreeMap::new();
    for opened in input::open_each(paths, &options.input) {
        match opened {
            Ok(opened) => years.entry(opened.info.year).or_default().push(opened),
            Err(error) => accounts.unreadable.push(error.into()),
        }
    }
    for (year, files) in years {
        accounts.add_year(year, files, options)?;
    }
    Ok(accounts)
}

impl Accounts {
    fn add_year(
        &mut self,
        year: u16,
        mut files: Vec<Opened>,
        options: &AccountOptions<'_>,
    ) -> Result<(), AccountError> {
        let counting = CountingRules::of(year)?;
        files.sort_by_key(|opened| match opened.info.view {
            View::Tested => 0,
            View::Unknown => 1,
            View::Enrolled => 2,
        });
        let remember = files.len() > 1;
        let mut known = FxHashSet::default();
        let mut account = Account { cube: Cube::new(&counting), counting, files: Vec::new(), whole: BTreeSet::new() };
        for opened in files {
            let path = neutralise(&opened.info.path.to_string_lossy()).into_owned();
            let run = TallyOptions {
                input: &options.input,
                threads: options.threads,
                progress: options.progress,
                known: &known,
                remember,
            };
            match tally(opened, &account.counting, &run) {
                Ok((info, mut counted)) => {
                    known.extend(counted.identities.iter().copied());
                    self.unreadable.extend(counted.failure.take().map(AccountError::from));
                    account.add(info, counted);
                }
                Err(source) => {
                    self.unreadable.push(AccountError::Tally { path, source });
                }
            }
        }
        if !account.files.is_empty() {
            self.years.push(account);
        }
        Ok(())
    }
}

impl Account {
    fn add(&mut self, info: FileInfo, tally: FileTally) {
        self.cube.add(&self.counting, &tally.sets, tally.count_groups);
        let mut losses: Vec<String> = tally.findings.iter().filter_map(loss).chain(tally.unreadable_columns).collect();
        if tally.lost + tally.unreadable > 0 {
            losses.push(lost_words(tally.lost + tally.unreadable));
        }
        if info.view == View::Tested && losses.is_empty() {
            self.whole.extend(info.lea.clone());
        }
        self.files.push(FileAccount {
            info,
            records: tally.records,
            unreadable: tally.unreadable,
            repeated: tally.repeated,
            unidentified: tally.unidentified,
            not_known: tally.not_known,
            losses,
        });
    }

    /// Whether a part of a file is missing, so that counts are too small.
    pub fn is_incomplete(&self) -> bool {
        self.files.iter().any(|file| !file.losses.is_empty())
    }

    /// Records read from all files.
    pub fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    /// Records by reason: the classes in the order of the counting rules, then those that no class has. Adds
    /// up to [`Account::records`].
    pub fn reasons(&self) -> Vec<(&str, &str, u64)> {
        let classes = self.counting.classes.iter().zip(self.cube.classes());
        let mut reasons: Vec<(&str, &str, u64)> = Vec::new();
        for (class, records) in classes {
            // Classes of one name are one reason, given for different tests.
            match reasons.iter_mut().find(|(id, ..)| *id == class.id) {
                Some((.., all)) => *all += records,
                None => reasons.push((&class.id, &class.reason, records)),
            }
        }
        let sum = |of: fn(&FileAccount) -> u64| self.files.iter().map(of).sum();
        reasons.push(("repeated", "stands in a file counted before", sum(|file| file.repeated)));
        reasons.push(("unreadable", "row with a wrong number of cells", sum(|file| file.unreadable)));
        reasons
    }

    /// Whether all records of an entity that its LEA has are in the files.
    pub fn is_whole(&self, entity: CubeEntity) -> bool {
        let code = entity.code_text();
        let lea = match entity.entity_type {
            6 | 7 | 10 => format!("{}0000000", code.get(..7).unwrap_or_default()),
            9 => code,
            _ => return false,
        };
        self.whole.contains(&lea)
    }

    /// What these files cannot tell, in sentences.
    pub fn limits(&self) -> Vec<(&'static str, &'static str)> {
        let has_view = |view: View| self.files.iter().any(|file| file.info.view == view);
        let has_class_of =
            self.counting.grades.iter().any(|row| matches!(row.kind, crate::counting::GradeKind::ClassOf(_)));
        let applies = |when: &str| match when {
            "enrolled" => has_view(View::Enrolled),
            "unknown" => has_view(View::Unknown),
            "science" => has_class_of,
            "carried" => registry()
                .layout(self.counting.year)
                .is_some_and(|layout| layout.info.values_carried && layout.info.base.is_none()),
            "not-known" => registry().year_info(self.counting.year).is_some_and(|info| info.base.is_some()),
            _ => true,
        };
        crate::counting::limits().filter(|(_, when, _)| applies(when)).map(|(id, _, text)| (id, text)).collect()
    }
}

/// What a finding says is missing from the counts, if it does.
fn loss(finding: &FileFinding) -> Option<String> {
    finding.loss().map(|loss| neutralise(&loss).into_owned())
}
