//! From files to records: sources (file, folder, zip, gzip, workbook, standard input), dialects,
//! encodings, and what can be found out before the first record is judged.

mod error;
mod model;

pub use error::InputError;
pub use model::{Block, BlockSource, Cells, Column, Detected, Dialect, Encoding, FileInfo, Meaning, View};
