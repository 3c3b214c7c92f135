//! Writes files that get their name only when they are whole: a run that fails leaves what was there before. A run
//! that is killed leaves a hidden temporary file.

use std::fs::{File, OpenOptions, canonicalize, metadata};
use std::io::{Error, ErrorKind, Result, Write, copy};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, PersistError};

/// A file in the making.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    path: PathBuf,
    content: WriteTarget,
}

#[derive(Debug)]
enum WriteTarget {
    /// Lies next to the place it is made for, and is gone if it is not kept.
    Temporary(NamedTempFile),
    /// Is written where it is made for: a pipe or a device, which nothing may take the place of, what a
    /// link leads to that has nothing at its end, or a file whose folder takes no other.
    InPlace(File),
}

impl AtomicFile {
    /// Begins a file that will be at a path, in place of what is there.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        // A link stays a link: what it leads to is replaced.
        let target = canonicalize(path);
        let leads_nowhere = target.is_err() && path.is_symlink();
        let target = target.unwrap_or_else(|_| path.to_owned());
        if leads_nowhere || stands_for_an_open_file(path) || (target.exists() && !target.is_file()) {
            return Self::in_place(path);
        }
        let replaced = metadata(&target).ok();
        if replaced.is_some() {
            // What is protected is not replaced either.
            OpenOptions::new().write(true).open(&target)?;
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no folder {}", folder.display())));
        }
        let made = match &replaced {
            // No one may read it who could not read what it replaces.
            Some(replaced) => Builder::new()
                .prefix(PREFIX)
                .tempfile_in(folder)
                .and_then(|file| file.as_file().set_permissions(replaced.permissions()).map(|()| file)),
            None => open_to_others(Builder::new().prefix(PREFIX)).tempfile_in(folder),
        };
        match made {
            Ok(file) => Ok(Self { path: target, content: WriteTarget::Temporary(file) }),
            Err(_) if replaced.is_some() => Self::in_place(path),
            // The name next to it would only puzzle whoever reads the error.
            Err(error) => Err(Error::from(error.kind())),
        }
    }

    /// Makes a file of these bytes.
    ///
    /// # Errors
    /// When they cannot be written, or what stands at the path cannot be replaced.
    pub(crate) fn make(path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = Self::at(path)?;
        file.write_all(bytes)?;
        file.keep()
    }

    fn in_place(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), content: WriteTarget::InPlace(File::create(path)?) })
    }

    /// The path it is made for.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same file, to be written by somebody else.
    ///
    /// # Errors
    /// When the system gives no second handle.
    pub(crate) fn handle(&self) -> Result<File> {
        match &self.content {
            WriteTarget::Temporary(file) => file.as_file().try_clone(),
            WriteTarget::InPlace(file) => file.try_clone(),
        }
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When what stands at the path cannot be replaced.
    pub(crate) fn keep(self) -> Result<()> {
        match self.content {
            WriteTarget::InPlace(_) => Ok(()),
            WriteTarget::Temporary(file) => {
                file.persist(&self.path).map(drop).or_else(|error| write_over(&self.path, error))
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match &mut self.content {
            WriteTarget::Temporary(file) => file.write(bytes),
            WriteTarget::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.content {
            WriteTarget::Temporary(file) => file.flush(),
            WriteTarget::InPlace(file) => file.flush(),
        }
    }
}

/// How hidden files begin.
const PREFIX: &str = ".scorelint-";

/// `/dev/stdout` and its like lead to a file that somebody holds open, and goes on with.
fn stands_for_an_open_file(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Writes over a file that nothing can take the place of, as one that a container was given by itself.
fn write_over(path: &Path, PersistError { error, file }: PersistError) -> Result<()> {
    if !path.is_file() {
        return Err(error);
    }
    copy(&mut file.reopen()?, &mut File::create(path)?).map(drop)
}

/// Makes files that others may read, as any other program would make them.
#[cfg(unix)]
fn open_to_others<'a, 'b, 'c>(builder: &'c mut Builder<'a, 'b>) -> &'c mut Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    // What the user's mask leaves of it.
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn open_to_others<'a, 'b, 'c>(builder: &'c mut Builder<'a, 'b>) -> &'c mut Builder<'a, 'b> {
    builder
}

#[cfg(test)]
mod tests {
    use std::fs::{read_dir, read_to_string, write};

    use super::*;

    fn begun(path: &Path) -> AtomicFile {
        let mut file = AtomicFile::at(path).unwrap();
        file.write_all(b"new").unwrap();
        file
    }

    #[test]
    fn what_is_not_kept_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        drop(begun(&path));
        assert_eq!(read_dir(&folder).unwrap().count(), 0);
        write(&path, "old").unwrap();
        drop(begun(&path));
        assert_eq!(read_to_string(&path).unwrap(), "old");
        begun(&path).keep().unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "new");
        assert_eq!(read_dir(&folder).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("latest"));
        write(&path, "old").unwrap();
        set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        symlink(&path, &link).unwrap();
        begun(&link).keep().unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "new");
        assert_eq!(metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_makes_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("latest"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        begun(&link).keep().unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "new");
        assert!(link.is_symlink());
    }

    #[test]
    fn what_cannot_be_replaced_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mounted.csv");
        write(&path, "old and longer").unwrap();
        let mut file = NamedTempFile::new_in(&folder).unwrap();
        file.write_all(b"new").unwrap();
        write_over(&path, PersistError { error: ErrorKind::ResourceBusy.into(), file }).unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "new");
        assert_eq!(read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_protected_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.csv");
        write(&path, "mine").unwrap();
        let mut permissions = metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        // Whoever may do anything may do this, too.
        if OpenOptions::new().write(true).open(&path).is_err() {
            assert!(AtomicFile::at(&path).is_err());
        }
        assert_eq!(read_to_string(&path).unwrap(), "mine");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = AtomicFile::at(&folder.path().join("none/report.json")).unwrap_err();
        assert!(error.to_string().starts_with("there is no folder"), "{error}");
    }
}
