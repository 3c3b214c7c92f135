//! Where the bytes of an archive are, and where a file stands in them.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

use zip::CompressionMethod;

/// Where an archive's bytes are.
#[derive(Clone)]
pub enum Backing {
    /// On disk.
    File(PathBuf),
    /// In memory: it came through a pipe, or out of another archive.
    Held(Held),
}

/// Bytes in memory, shared.
#[derive(Clone)]
pub struct Held(pub Arc<Vec<u8>>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A stream that can be moved in.
pub trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Backing {
    /// Opens the archive's bytes.
    pub fn open(&self) -> std::io::Result<Box<dyn Seekable>> {
        match self {
            Self::File(path) => Ok(Box::new(File::open(path)?)),
            Self::Held(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
        }
    }
}

/// A file inside a zip.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name, with folders.
    pub name: String,
    /// Where its packed bytes start, and how many there are.
    pub(super) packed: (u64, u64),
    /// Its length unpacked and its checksum; unknown where a damaged archive breaks off in it.
    pub(super) expected: Option<(u64, u32)>,
    pub(super) method: CompressionMethod,
}
