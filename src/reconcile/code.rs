//! The code of an entity.

/// Code of an entity, fourteen digits.
pub type Code = [u8; 14];
