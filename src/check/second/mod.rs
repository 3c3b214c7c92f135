//! Second files: earlier downloads, rosters and entity lists that a checked file is compared with.

mod common;
mod error;
mod given;
mod joined;
mod rows;
mod store;

pub use error::SecondError;
pub(crate) use given::GivenSecondFiles;
pub use given::SecondPaths;
pub(crate) use joined::{WantedCells, wanted_of};
