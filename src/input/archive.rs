//! Zip files: what is inside, and a stream of one member that owns its file.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::error::InputError;
use super::options::Limits;
use super::stream::{Bytes, Checked, unpack};

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
    packed: (u64, u64),
    /// Its length unpacked.
    pub length: u64,
    crc: u32,
    method: CompressionMethod,
}

/// Lists the files of a zip, in the order of its directory.
///
/// # Errors
/// When the directory cannot be read or a member is encrypted.
pub fn members(backing: &Backing) -> Result<Vec<Member>, InputError> {
    let io = |source| InputError::Io { path: String::new(), source };
    let mut archive = ZipArchive::new(std::io::BufReader::new(backing.open().map_err(io)?)).map_err(broken)?;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.encrypted() {
            return Err(InputError::Encrypted { path: String::new(), member: name });
        }
        let Some(start) = entry.data_start() else { continue };
        members.push(Member {
            name,
            packed: (start, entry.compressed_size()),
            length: entry.size(),
            crc: entry.crc32(),
            method: entry.compression(),
        });
    }
    Ok(members)
}

/// Opens one member as a stream within the limits.
///
/// # Errors
/// When the archive cannot be opened or packs in a way that cannot be unpacked.
pub fn open_member(backing: &Backing, member: &Member, limits: Limits) -> Result<Bytes, InputError> {
    let io = |source| InputError::Io { path: String::new(), source };
    let mut file = backing.open().map_err(io)?;
    let (start, length) = member.packed;
    file.seek(SeekFrom::Start(start)).map_err(io)?;
    let packed = file.take(length);
    let (length, crc) = (member.length, member.crc);
    match member.method {
        CompressionMethod::Stored => Ok(Box::new(Checked::new(packed, length, crc))),
        CompressionMethod::Deflated => {
            Ok(Box::new(Checked::new(unpack(packed, limits, DeflateDecoder::new), length, crc)))
        }
        other => Err(InputError::BrokenArchive {
            path: String::new(),
            reason: format!("{} is packed by the method {other}, which is not supported", member.name),
        }),
    }
}

fn broken(error: zip::result::ZipError) -> InputError {
    let text = error.to_string();
    // The directory of a zip stands at its end.
    let reason = if text.contains("EOCD") { "its end is missing, so it was cut off".to_owned() } else { text };
    InputError::BrokenArchive { path: String::new(), reason }
}
