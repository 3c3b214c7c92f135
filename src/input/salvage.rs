//! Takes files out of a zip whose list of files is missing or damaged: a broken download lacks the
//! list, which stands at the end, but every file has a header of its own before its bytes.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::CompressionMethod;

use super::backing::{Backing, Member, Seekable};
use super::options::Limits;
use crate::finding::FileFinding;
use crate::finding::draft::file;

/// Files taken from one archive; TOMS delivers a handful.
const MOST: usize = 4096;
/// Names in a finding.
const NAMED: usize = 5;

/// The mark before a file.
const LOCAL: &[u8] = b"PK\x03\x04";
/// The mark before the list of files.
const DIRECTORY: &[u8] = b"PK\x01\x02";
/// The mark of an archive's end, which follows the list.
const END: &[u8] = b"PK\x05\x06";
/// The mark that may stand before the sizes behind a file.
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// The length of a header without its name.
const HEADER: usize = 30;

/// What could be taken out of a damaged archive.
#[derive(Debug, Default)]
pub struct Salvage {
    /// The files, in the order they are stored.
    pub members: Vec<Member>,
    /// Files that were seen and cannot be read, each with the reason.
    pub lost: Vec<String>,
    /// What is known about the rest of the archive.
    rest: String,
}

impl Salvage {
    /// The finding to be made about every file that was taken out.
    pub fn finding(&self) -> FileFinding {
        let names = |all: &mut dyn Iterator<Item = &str>, count: usize| {
            let named: Vec<&str> = all.take(NAMED).collect();
            let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            format!("{}{more}", named.join(", "))
        };
        let found = names(&mut self.members.iter().map(|member| member.name.as_str()), self.members.len());
        let lost = match self.lost.len() {
            0 => self.rest.clone(),
            count => format!("not {}; {}", names(&mut self.lost.iter().map(String::as_str), count), self.rest),
        };
        file("L036").with("found", found).with("lost", lost).done()
    }
}

/// Looks for files from the start of an archive, header by header. Nothing is searched for in the
/// bytes of files, where a hostile archive could hide headers.
///
/// # Errors
/// When the archive cannot be read.
pub fn salvage(backing: &Backing, limits: Limits) -> io::Result<Salvage> {
    let mut archive = BufReader::new(backing.open()?);
    let length = archive.seek(SeekFrom::End(0))?;
    let mut found = Salvage::default();
    let mut at = 0;
    found.rest = loop {
        if found.members.len() + found.lost.len() >= MOST {
            break format!("it holds more than {MOST} files, and the others were not looked at");
        }
        archive.seek(SeekFrom::Start(at))?;
        let header = match ZipHeader::read(&mut archive)? {
            Next::Local(header) => *header,
            Next::List => break "nothing else stands before its list of files".to_owned(),
            Next::Nothing => break "what came after it is lost".to_owned(),
            Next::Unknown => break format!("its bytes from {at} on cannot be understood and are lost"),
        };
        match header.place(&mut archive, length, limits)? {
            PackedRange::Whole { packed, length, crc, next } => {
                found.take(header, packed, Some((length, crc)));
                at = next;
            }
            PackedRange::Unreadable { why, next } => {
                if !header.name.ends_with('/') {
                    found.lost.push(format!("{} ({why})", header.name));
                }
                let Some(next) = next else { break "what came after it is lost".to_owned() };
                at = next;
            }
            PackedRange::CutOff { start } => {
                found.rest = format!("{} breaks off, and what came after it is lost", header.name);
                let rest = length.saturating_sub(start);
                found.take(header, (start, rest), None);
                return Ok(found);
            }
        }
    };
    Ok(found)
}

impl Salvage {
    fn take(&mut self, header: ZipHeader, packed: (u64, u64), expected: Option<(u64, u32)>) {
        if header.name.ends_with('/') {
            return;
        }
        let name = self.free_name(&header.name);
        let method = header.method.unwrap_or(CompressionMethod::Stored);
        self.members.push(Member { name, packed, expected, method });
    }

    /// Names tell files apart when they are read a second time.
    fn free_name(&self, name: &str) -> String {
        let is_free = |name: &String| self.members.iter().all(|member| member.name != *name);
        let (stem, ending) =
            name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
        let numbered = (2..).map(|number| format!("{stem} ({number}){ending}"));
        std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

/// What stands at a place of the archive.
enum Next {
    Local(Box<ZipHeader>),
    /// The list of files, or the archive's end.
    List,
    /// The end of the bytes.
    Nothing,
    Unknown,
}

/// Where a file's packed bytes are.
enum PackedRange {
    Whole {
        packed: (u64, u64),
        length: u64,
        crc: u32,
        next: u64,
    },
    /// The archive ends in the middle of it.
    CutOff {
        start: u64,
    },
    /// It cannot be read; the next header, where that is known.
    Unreadable {
        why: String,
        next: Option<u64>,
    },
}

/// The header before a file.
struct ZipHeader {
    name: String,
    is_encrypted: bool,
    /// Whether its sizes stand behind the file.
    has_descriptor: bool,
    /// How it is packed, if it can be unpacked.
    method: Option<CompressionMethod>,
    crc: u32,
    packed: u64,
    length: u64,
}

impl ZipHeader {
    fn read(archive: &mut impl Read) -> io::Result<Next> {
        let bytes = up_to(archive, HEADER)?;
        if bytes.starts_with(DIRECTORY) || bytes.starts_with(END) {
            return Ok(Next::List);
        }
        if bytes.len() < HEADER && (bytes.is_empty() || bytes.starts_with(LOCAL) || LOCAL.starts_with(&bytes)) {
            return Ok(Next::Nothing);
        }
        if bytes.len() < HEADER || !bytes.starts_with(LOCAL) {
            return Ok(Next::Unknown);
        }
        let (name_length, extra_length) = (usize::from(two(&bytes, 26)), usize::from(two(&bytes, 28)));
        let name = up_to(archive, name_length)?;
        let extra = up_to(archive, extra_length)?;
        if name.len() < name_length || extra.len() < extra_length {
            return Ok(Next::Nothing);
        }
        let flags = two(&bytes, 6);
        let (packed, length) = sizes(four(&bytes, 18), four(&bytes, 22), &extra);
        Ok(Next::Local(Box::new(Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            is_encrypted: flags & 1 != 0,
            has_descriptor: flags & 8 != 0,
            method: method(two(&bytes, 8)),
            crc: four(&bytes, 14),
            packed,
            length,
        })))
    }

    /// Finds the packed bytes; the archive stands behind the header.
    fn place(&self, archive: &mut BufReader<Box<dyn Seekable>>, end: u64, limits: Limits) -> io::Result<PackedRange> {
        let start = archive.stream_position()?;
        let known = (!self.has_descriptor || self.packed > 0).then(|| start.saturating_add(self.packed));
        let next = known.filter(|next| *next < end);
        let unreadable = |why: &str| Ok(PackedRange::Unreadable { why: why.to_owned(), next });
        if self.is_encrypted {
            return unreadable("protected by a password");
        }
        match self.method {
            None => return unreadable("packed by a method that is not supported"),
            Some(CompressionMethod::Stored) if self.has_descriptor => return unreadable("its end is not marked"),
            Some(_) if self.has_descriptor => return measure(archive, start, end, limits),
            Some(_) => {}
        }
        match known {
            Some(next) if next <= end => {
                Ok(PackedRange::Whole { packed: (start, self.packed), length: self.length, crc: self.crc, next })
            }
            _ => Ok(PackedRange::CutOff { start }),
        }
    }
}

/// Unpacks a file whose sizes stand behind it, only to find its end.
fn measure(archive: &mut BufReader<Box<dyn Seekable>>, start: u64, end: u64, limits: Limits) -> io::Result<PackedRange> {
    let mut decoder = DeflateDecoder::new(&mut *archive);
    let (mut crc, mut buffer) = (Crc::new(), vec![0; 1 << 16]);
    loop {
        let read = match decoder.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // What can be read of it is read, and reported there with its line.
            Err(_) => return Ok(PackedRange::CutOff { start }),
        };
        crc.update(&buffer[..read]);
        let given = decoder.total_out();
        let is_bomb = given > Limits::RATIO_FREE.max(decoder.total_in().saturating_mul(limits.ratio));
        if is_bomb || given > limits.expanded {
            return Ok(PackedRange::CutOff { start });
        }
    }
    let (packed, length) = (decoder.total_in(), decoder.total_out());
    let after = start + packed;
    archive.seek(SeekFrom::Start(after))?;
    let tail = up_to(archive, 24)?;
    let Some((crc, size)) = descriptor(&tail, packed, length, crc.sum()) else {
        return Ok(PackedRange::CutOff { start });
    };
    Ok(PackedRange::Whole { packed: (start, packed), length, crc, next: (after + size).min(end) })
}

/// The checksum in the sizes behind a file, and how many bytes they take. They come with or
/// without a mark, and with sizes of four or eight bytes.
fn descriptor(tail: &[u8], packed: u64, length: u64, found: u32) -> Option<(u32, u64)> {
    let mark = if tail.starts_with(DESCRIPTOR) { 4 } else { 0 };
    let numbers = tail.get(mark..)?;
    let short = numbers.len() >= 12 && (u64::from(four(numbers, 4)), u64::from(four(numbers, 8))) == (packed, length);
    let long = numbers.len() >= 20 && (eight(numbers, 4), eight(numbers, 12)) == (packed, length);
    let size = match (long, short) {
        (true, _) => 20,
        (false, true) => 12,
        // The archive breaks off in the sizes, behind a file that is whole.
        _ if tail.len() < 24 => return Some((found, tail.len() as u64)),
        _ => return None,
    };
    Some((four(numbers, 0), (mark + size) as u64))
}

fn method(number: u16) -> Option<CompressionMethod> {
    match number {
        0 => Some(CompressionMethod::Stored),
        8 => Some(CompressionMethod::Deflated),
        _ => None,
    }
}

/// The sizes of a header, which stand in an extra field where four bytes are too few.
fn sizes(packed: u32, length: u32, mut extra: &[u8]) -> (u64, u64) {
    let (packed, length) = (u64::from(packed), u64::from(length));
    let is_large = |size: u64| size == u64::from(u32::MAX);
    while extra.len() >= 4 {
        let (kind, size) = (two(extra, 0), usize::from(two(extra, 2)));
        let Some(field) = extra.get(4..4 + size) else { break };
        if kind == 1 && field.len() >= 16 && (is_large(packed) || is_large(length)) {
            return (eight(field, 8), eight(field, 0));
        }
        extra = &extra[4 + size..];
    }
    (packed, length)
}

/// Reads so many bytes; fewer only at the end.
fn up_to(archive: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    archive.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(bytes, at))
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(bytes, at))
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(bytes, at))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
}
