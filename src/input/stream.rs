//! Readers stacked on a stored file: hashing, unpacking, bounds. Each does one thing.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::Crc;
use sha2::{Digest as _, Sha256};

use super::options::Limits;

/// A boxed stream of bytes.
pub type Bytes = Box<dyn Read + Send>;

/// Why a stream was stopped on purpose; travels inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// More came out than the limit on expanded bytes.
    #[error("it expands to more than {0} bytes")]
    Expanded(u64),
    /// The ratio of expanded to stored bytes passed the limit.
    #[error("it expands more than {0} times")]
    Ratio(u64),
    /// The checksum of an unpacked file is wrong.
    #[error("the checksum does not match, so some bytes are damaged")]
    Checksum,
    /// Fewer bytes came out than the archive's directory says.
    #[error("it ends early")]
    Short,
}

/// How the SHA-256 of the stored file is come by.
#[derive(Clone, Default)]
pub enum HashSource {
    /// It was not asked for.
    #[default]
    Unwanted,
    /// It is computed from the bytes that pass by; set at their end.
    Passing(Arc<OnceLock<String>>),
    /// It takes a pass of its own over a file (archives are read here and there), made once.
    Separate(PathBuf, Arc<OnceLock<Option<String>>>),
}

impl HashSource {
    /// The hash in hexadecimal, if it is wanted and known.
    pub fn get(&self) -> Option<String> {
        match self {
            Self::Unwanted => None,
            Self::Passing(cell) => cell.get().cloned(),
            Self::Separate(path, cell) => {
                let hash = || hash_stream(&mut std::fs::File::open(path).ok()?).ok();
                cell.get_or_init(hash).clone()
            },
        }
    }
}

/// The hash of what a stream gives, in hexadecimal.
///
/// # Errors
/// When it breaks off.
pub fn hash_stream(stream: &mut impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(hexadecimal(hasher));
        }
        hasher.update(&buffer[..read]);
    }
}

/// The hash of bytes in memory, in hexadecimal.
pub fn hash_bytes(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what passes by.
pub struct HashingReader<R> {
    inner: R,
    hasher: Option<Sha256>,
    done: Arc<OnceLock<String>>,
}

impl<R: Read> HashingReader<R> {
    /// A stream hashed up to its end, and where the hash will be.
    pub fn new(inner: R) -> (Self, HashSource) {
        let done = Arc::new(OnceLock::new());
        (Self { inner, hasher: Some(Sha256::new()), done: Arc::clone(&done) }, HashSource::Passing(done))
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read > 0 {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(&buffer[..read]);
            }
        } else if let Some(hasher) = self.hasher.take_if(|_| !buffer.is_empty()) {
            // Set once: a hasher is taken once.
            let _ = self.done.set(hexadecimal(hasher));
        }
        Ok(read)
    }
}

/// Counts the stored bytes that an unpacker has taken.
pub struct CountingReader<R> {
    inner: R,
    taken: Arc<Mutex<u64>>,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) += read as u64;
        Ok(read)
    }
}

/// Stops a stream that expands beyond the limits.
pub struct Bounded<R> {
    inner: R,
    taken: Arc<Mutex<u64>>,
    given: u64,
    limits: Limits,
}

/// Unpacks `stored` with `unpack`, within the limits.
pub fn unpack<R: Read, U: Read>(stored: R, limits: Limits, unpack: impl FnOnce(CountingReader<R>) -> U) -> Bounded<U> {
    let taken = Arc::new(Mutex::new(0));
    let inner = unpack(CountingReader { inner: stored, taken: Arc::clone(&taken) });
    Bounded { inner, taken, given: 0, limits }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.given += read as u64;
        if self.given > self.limits.expanded {
            return Err(io::Error::other(Stopped::Expanded(self.limits.expanded)));
        }
        let taken = *self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.given > Limits::RATIO_FREE.max(taken.saturating_mul(self.limits.ratio)) {
            return Err(io::Error::other(Stopped::Ratio(self.limits.ratio)));
        }
        Ok(read)
    }
}

/// Holds an unpacked file against the length and checksum its archive states.
pub struct Checked<R> {
    inner: R,
    crc: Crc,
    given: u64,
    expected: Option<(u64, u32)>,
}

impl<R: Read> Checked<R> {
    /// A stream that must have this length and CRC-32. Where they are not known, the archive broke
    /// off in it, and it ends early however it ends.
    pub fn new(inner: R, expected: Option<(u64, u32)>) -> Self {
        Self { inner, crc: Crc::new(), given: 0, expected }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.given += read as u64;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        let Some((length, crc)) = self.expected else { return Err(io::Error::other(Stopped::Short)) };
        if self.given < length {
            return Err(io::Error::other(Stopped::Short));
        }
        if self.crc.sum() != crc {
            return Err(io::Error::other(Stopped::Checksum));
        }
        Ok(0)
    }
}

/// Reads up to `length` bytes; fewer only at the end or before a failure, which shows up again
/// on the next read.
pub fn read_head(stream: &mut Bytes, length: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    match stream.take(length as u64).read_to_end(&mut head) {
        Err(error) if head.is_empty() => Err(error),
        Err(error) => {
            let rest = std::mem::replace(stream, Box::new(io::empty()));
            drop(rest);
            *stream = Box::new(Failing(Some(error)));
            Ok(head)
        }
        Ok(_) => Ok(head),
    }
}

/// Gives a failure that was met while looking ahead.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_known_at_the_end_and_not_before() {
        let (mut stream, fingerprint) = HashingReader::new(&b"abc"[..]);
        let mut buffer = [0; 8];
        assert_eq!((stream.read(&mut buffer).unwrap(), fingerprint.get()), (3, None));
        assert_eq!(stream.read(&mut buffer).unwrap(), 0);
        assert_eq!(fingerprint.get(), Some(hash_bytes(b"abc")));
        assert!(hash_bytes(b"abc").starts_with("ba7816bf"));
    }

    #[test]
    fn a_wrong_checksum_is_an_error_at_the_end() {
        let mut stream = Checked::new(&b"abc"[..], Some((3, 1)));
        let mut all = Vec::new();
        assert_eq!(stream.read_to_end(&mut all).unwrap_err().to_string(), Stopped::Checksum.to_string());
        assert_eq!(all, b"abc");
    }

    #[test]
    fn expansion_is_bounded() {
        let limits = Limits { expanded: 10, ..Limits::default() };
        let mut stream = unpack(&[0u8; 100][..], limits, |stored| stored);
        assert!(stream.read_to_end(&mut Vec::new()).unwrap_err().to_string().contains("more than 10 bytes"));
    }
}
