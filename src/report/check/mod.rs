//! What a check found, for people, for editors and for programs.

mod concise;
mod human;
mod json;
mod material;
mod message;
mod place;
mod words;

pub use material::Material;
pub use place::Place;
pub use words::{RuleBook, RuleWords, Unit};

pub use concise::write as write_concise;
pub use human::{Colour, Links, Look, Signs, write as write_human};
pub use json::{Timings, write as write_json};
