//! The code of an entity.

/// Code of an entity, fourteen digits.
pub type CdsCode = [u8; 14];
