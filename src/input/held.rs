//! Takes streams into memory, within the limit.

use std::io::Read as _;
use std::sync::{Arc, OnceLock};

use super::backing::{Held};
use super::error::{InputError, InputErrorKind};
use super::options::InputOptions;
use super::stream::Bytes;

/// Takes standard input into memory, within the limit. It flows only once, and records that are
/// shown are read a second time; so what came is kept for the life of the program.
pub(super) fn standard_input(options: &InputOptions) -> Result<Held, InputError> {
    static KEPT: OnceLock<Held> = OnceLock::new();
    if let Some(held) = KEPT.get() {
        return Ok(held.clone());
    }
    let held = hold(&mut (Box::new(std::io::stdin()) as Bytes), options)?;
    Ok(KEPT.get_or_init(|| held).clone())
}

/// Takes a stream into memory, within the limit.
pub(super) fn hold(stream: &mut Bytes, options: &InputOptions) -> Result<Held, InputError> {
    let limit = options.limits.held;
    let mut bytes = Vec::new();
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| InputError::from(InputErrorKind::BrokenArchive { reason: super::failure::reason(&error) }))?;
    if bytes.len() as u64 > limit {
        return Err(InputError::from(InputErrorKind::TooLarge { limit }));
    }
    Ok(Held(Arc::new(bytes)))
}
