//! Pseudonyms of students: a keyed hash of the statewide student identifier, the same in every run with the same key
//! and meaningless without it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The environment variable that may hold the key.
pub const KEY_VARIABLE: &str = "SCORELINT_KEY";

/// A shorter key could be found by trying all of them against one known student.
const SHORTEST_KEY: usize = 16;

/// Characters of a pseudonym, five bits each: fifty bits tell the students of a state apart.
const LENGTH: usize = 10;

/// Digits and letters without those that are easily misread (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Keeps these hashes apart from other uses of the same key.
const PURPOSE: &[u8] = b"scorelint/ssid/1\0";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The variable is set, but too short to protect anybody.
    #[error("{KEY_VARIABLE} has fewer than {SHORTEST_KEY} characters")]
    TooShort,
    /// The user has no configuration folder.
    #[error("there is no configuration folder for a key file")]
    NoFolder,
    /// The key file cannot be made or read.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The system gave no random bytes.
    #[error("no random bytes for a new key")]
    NoRandom,
}

/// Makes pseudonyms with one key.
#[derive(Clone)]
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl Pseudonyms {
    /// With the key of the environment, else of the key file, which is made if there is none yet.
    ///
    /// # Errors
    /// When there is neither; pseudonyms are then left out.
    pub fn of_user() -> Result<Self, KeyError> {
        if let Some(key) = std::env::var_os(KEY_VARIABLE).filter(|key| !key.is_empty()) {
            return Self::new(key.as_encoded_bytes());
        }
        let folders = etcetera::choose_base_strategy().map_err(|_| KeyError::NoFolder)?;
        Self::from_file(&folders.config_dir().join("scorelint").join("key"))
    }

    /// With this key.
    ///
    /// # Errors
    /// When it is shorter than 16 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyError> {
        if key.len() < SHORTEST_KEY {
            return Err(KeyError::TooShort);
        }
        let keyed = Hmac::new_from_slice(key).map_err(|_| KeyError::TooShort)?;
        Ok(Self { keyed })
    }

    /// With the key in a file, which is made, readable for its owner alone, if there is none.
    ///
    /// # Errors
    /// When the file can neither be read nor made, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        match fs::read(path) {
            Ok(key) => Self::new(key.trim_ascii()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = new_key()?;
                write_key(path, &key).map_err(failed)?;
                // Another run may have been first; its key is the one that holds.
                Self::new(fs::read(path).map_err(failed)?.trim_ascii())
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The pseudonym of a student; `None` where the identifier is blank or damaged, as a damaged
    /// one (`1.23E+09`) may be the same for many students.
    pub fn of(&self, ssid: &str) -> Option<String> {
        let ssid = ssid.trim();
        if ssid.is_empty() || !ssid.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut hash = self.keyed.clone();
        hash.update(PURPOSE);
        hash.update(ssid.as_bytes());
        let bytes = hash.finalize().into_bytes();
        let bits = bytes.iter().take(8).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letters = (0..LENGTH).map(|place| ALPHABET[(bits >> (59 - 5 * place) & 31) as usize]);
        Some(letters.map(char::from).collect())
    }
}

fn new_key() -> Result<String, KeyError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandom)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the key next to its place and links it there, so that a run at the same time sees either
/// no key or a whole one. An existing key is left alone.
fn write_key(path: &Path, key: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unique = getrandom::u64().map_err(io::Error::other)?;
    let draft = path.with_extension(format!("{unique:016x}.new"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = writeln!(file, "{key}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
