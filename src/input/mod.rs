//! From files to records: sources (file, folder, zip, gzip, workbook, standard input), dialects,
//! encodings, and what can be found out before the first record is judged.

mod chunks;
mod error;
mod finding;
mod header;
pub mod index;
mod known;
mod model;
mod open;
mod options;
mod plain;
mod scan;
mod year;

pub use error::{InputError, Nearest};
pub use model::{Block, BlockSource, Cells, Column, Detected, Dialect, Encoding, FileInfo, Meaning, View};
pub use open::{Opened, open};
pub use options::{Limits, Options};
