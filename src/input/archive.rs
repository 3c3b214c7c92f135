//! Zip files: what is inside, and a stream of one member that owns its file.

use std::io::{Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::error::{InputError, InputErrorKind};
use super::options::Limits;
use super::backing::{Backing, Member};
use super::salvage::salvage;
use super::stream::{Bytes, Checked, unpack};
use crate::finding::FileFinding;

/// What is inside a zip.
#[derive(Debug, Default)]
pub struct Contents {
    /// The files that can be opened, in the order of the archive's list.
    pub members: Vec<Member>,
    /// Names of files that cannot be opened, with the reason.
    pub refused: Vec<(String, InputError)>,
    /// What is to be said about each file, where the list of files is damaged.
    pub damage: Option<FileFinding>,
}

/// Lists the files of a zip. Where the list of the archive is missing or damaged, files are looked
/// for without it.
///
/// # Errors
/// When nothing can be found.
pub fn contents(backing: &Backing, limits: Limits) -> Result<Contents, InputError> {
    let io = |reason| InputError::from(InputErrorKind::Io { reason });
    let archive = match ZipArchive::new(std::io::BufReader::new(backing.open().map_err(io)?)) {
        Ok(archive) => archive,
        Err(error) => return salvaged(backing, limits, &broken(&error)),
    };
    // A list that begins further on is that of an archive inside this one, whose own list is missing.
    if archive.offset() > 0 {
        return salvaged(backing, limits, CUT_OFF);
    }
    Ok(listed(archive))
}

fn listed<R: Read + Seek>(mut archive: ZipArchive<R>) -> Contents {
    let mut contents = Contents::default();
    for index in 0..archive.len() {
        let named = archive.name_for_index(index).and_then(Result::ok).map(std::borrow::Cow::into_owned);
        let entry = match archive.by_index_raw(index) {
            Ok(entry) => entry,
            Err(error) => {
                let name = named.unwrap_or_default();
                let reason = format!("{name}: {error}");
                contents.refused.push((name, InputError::from(InputErrorKind::BrokenArchive { reason })));
                continue;
            }
        };
        if entry.is_dir() {
            continue;
        }
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.encrypted() {
            let error = InputError::from(InputErrorKind::Encrypted { member: name.clone() });
            contents.refused.push((name, error));
            continue;
        }
        let Some(start) = entry.data_start() else { continue };
        contents.members.push(Member {
            name,
            packed: (start, entry.compressed_size()),
            expected: Some((entry.size(), entry.crc32())),
            method: entry.compression(),
        });
    }
    contents
}

fn salvaged(backing: &Backing, limits: Limits, reason: &str) -> Result<Contents, InputError> {
    let found = salvage(backing, limits).map_err(|reason| InputError::from(InputErrorKind::Io { reason }))?;
    if found.members.is_empty() {
        let reason = match found.lost.as_slice() {
            [] => reason.to_owned(),
            lost => format!("{reason}, and no file in it can be read: {}", lost.join(", ")),
        };
        return Err(InputError::from(InputErrorKind::BrokenArchive { reason }));
    }
    let damage = Some(found.finding());
    Ok(Contents { members: found.members, refused: Vec::new(), damage })
}

/// Opens one member as a stream within the limits.
///
/// # Errors
/// When the archive cannot be opened or packs in a way that cannot be unpacked.
pub fn open_member(backing: &Backing, member: &Member, limits: Limits) -> Result<Bytes, InputError> {
    let io = |reason| InputError::from(InputErrorKind::Io { reason });
    let mut file = backing.open().map_err(io)?;
    let (start, length) = member.packed;
    file.seek(SeekFrom::Start(start)).map_err(io)?;
    let packed = file.take(length);
    let expected = member.expected;
    match member.method {
        CompressionMethod::Stored => Ok(Box::new(Checked::new(packed, expected))),
        CompressionMethod::Deflated => {
            Ok(Box::new(Checked::new(unpack(packed, limits, DeflateDecoder::new), expected)))
        }
        other => Err(InputError::from(InputErrorKind::BrokenArchive {
            reason: format!("{} is packed by the method {other}, which is not supported", member.name),
        })),
    }
}

/// What is said of an archive without a list of files.
const CUT_OFF: &str = "its end is missing, so it was cut off";

/// Why the list of files cannot be read.
fn broken(error: &ZipError) -> String {
    let text = error.to_string();
    // The directory of a zip stands at its end.
    if text.contains("EOCD") { CUT_OFF.to_owned() } else { text }
}
