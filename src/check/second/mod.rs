//! Second files: what is given besides the files that are checked, whether it fits them, and what
//! rules read of it.

mod error;
mod given;
mod joined;
mod rows;
mod store;

pub use error::SecondError;
pub(crate) use given::Given;
pub use given::SecondPaths;
pub(crate) use joined::{Wanted, wanted_of};
