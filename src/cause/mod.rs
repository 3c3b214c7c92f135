//! Causes of difference: why a number of the file is not the official one. Each is a file under
//! `rules/causes`, read here and bound to a year; what follows from it is worked out elsewhere.

mod beyond;
mod bound;
mod families;
mod file;

pub use beyond::{KnownReason, ReasonState, beyond};
pub use bound::{Aspect, BoundCause, Evidence, Hypothesis, bound_causes};
pub use families::{CauseFamily, families};
pub use file::{Case, Cause, CauseError, causes};
