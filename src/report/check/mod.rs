//! What a check found, for people, for editors and for programs.

mod concise;
mod csv;
mod facts;
mod formats;
mod github;
mod gitlab;
mod grouped;
mod human;
mod json;
mod junit;
mod lines;
mod markdown;
mod material;
mod message;
mod place;
mod sarif;
mod words;

pub use formats::{CheckKind, CheckReport};
pub use material::Material;
pub use place::FilePosition;
pub use words::{RuleBook, RuleWords};

pub use concise::write as write_concise;
pub use human::{Look, write as write_human};
pub use json::{Timings, write as write_json};
