//! From files to records: sources (file, folder, zip, gzip, workbook, standard input), dialects,
//! encodings, and what can be found out before the first record is judged.
//!
//! A path becomes candidates ([`list`]), a candidate an [`Opened`] file: what it is
//! ([`FileInfo`]), what was noticed, and a [`BlockSource`]. Bytes pass through `stream` and
//! `archive` (unpacking, bounds), `encoding` and `care` (UTF-8 without NUL), `chunks` (whole
//! lines); then `delimited`, `fixed` or `workbook` make blocks of them.

mod ahead;
mod archive;
mod backing;
mod candidate;
mod chunks;
mod clues;
mod copies;
mod delimited;
mod detected;
mod displayed;
mod each;
mod encoding;
mod error;
mod failure;
mod fixed;
mod form;
mod header;
mod held;
pub mod index;
mod known;
mod list;
mod lookalikes;
pub mod mend;
mod model;
mod names;
mod open;
mod options;
mod pattern;
mod plain;
mod quoted;
mod remarks;
mod repeated;
mod resplit;
mod rows;
mod salvage;
mod sanitize;
mod scan;
mod skipped;
mod sheet;
mod sheets;
mod stream;
pub mod text;
mod twins;
mod view;
mod wanted;
mod watch;
mod whole;
mod workbook;
mod year;

pub use candidate::FileCandidate;
pub use clues::year_in_name;
pub use each::{OpenedFiles, look_through, open, open_each, reopen, reopen_at, run_through};
pub use error::{InputError, InputErrorKind, Nearest};
pub use held::hash_file;
pub use known::warm_up;
pub use list::{Listing, list};
pub use detected::{Detected};
pub use model::{Block, BlockSource, Cells, Column, Dialect, Encoding, FileInfo, ReadMark, Meaning, View};
pub use open::Opened;
pub use options::{Limits, InputOptions, SurveyedPart};
pub use pattern::expanded;
pub use plain::{Plain, open_plain};
pub use skipped::Skipped;
pub use sheet::{SheetRow, read_sheets};
pub use twins::Twin;
pub use whole::require_whole;
