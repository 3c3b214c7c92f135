//! What a check found out, written for people, for editors and for programs. Reports compute no
//! facts: counts and findings are those of the outcome, words are those of the rules.

mod concise;
mod human;
mod json;
mod link;
mod material;
mod message;
pub mod number;
mod place;
mod waiver;
mod words;

pub use material::Material;
pub use place::Place;
pub use waiver::WaiverOut;
pub use words::{RuleBook, RuleWords, Unit};

pub use concise::write as write_concise;
pub use human::{Colour, Links, Look, Signs, write as write_human};
pub use json::{Timings, write as write_json};
