//! Files that are made. Each gets its name once it is whole: a run that fails leaves what was there
//! before, and nothing else.

use std::fs::{File, canonicalize, metadata};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file in the making.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Stands beside the place it is made for, and is gone if it is not kept.
    Unnamed(NamedTempFile),
    /// A pipe or a device, which nothing may take the place of; or a file of a folder that takes no new
    /// ones.
    Straight(File),
}

impl NewFile {
    /// Begins a file that will be at a path, in place of what is there.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        // A link stays a link: what it leads to is replaced.
        let path = canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.exists() && !path.is_file() {
            let content = Content::Straight(File::create(&path)?);
            return Ok(Self { path, content });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no folder {}", folder.display())));
        }
        let content = match builder().tempfile_in(folder) {
            Ok(file) => Content::Unnamed(file),
            Err(error) if error.kind() == ErrorKind::PermissionDenied && path.is_file() => {
                Content::Straight(File::create(&path)?)
            }
            // The name beside it would only puzzle whoever reads the error.
            Err(error) => return Err(Error::from(error.kind())),
        };
        Ok(Self { path, content })
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
            Content::Unnamed(file) => file.as_file().try_clone(),
            Content::Straight(file) => file.try_clone(),
        }
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When what stands at the path cannot be replaced.
    pub(crate) fn keep(self) -> Result<()> {
        match self.content {
            Content::Straight(_) => Ok(()),
            Content::Unnamed(file) => {
                // Who may read what stands there may read what takes its place.
                if let Ok(replaced) = metadata(&self.path) {
                    file.as_file().set_permissions(replaced.permissions())?;
                }
                file.persist(&self.path).map(drop).map_err(|error| error.error)
            }
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match &mut self.content {
            Content::Unnamed(file) => file.write(bytes),
            Content::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.content {
            Content::Unnamed(file) => file.flush(),
            Content::Straight(file) => file.flush(),
        }
    }
}

/// What makes files that others may read, as any other program would make them.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    // What the user's mask leaves of it.
    builder.prefix(".scorelint-").permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".scorelint-");
    builder
}

#[cfg(test)]
mod tests {
    use std::fs::{read_dir, read_to_string, write};

    use super::*;

    fn begun(path: &Path) -> NewFile {
        let mut file = NewFile::at(path).unwrap();
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

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = NewFile::at(&folder.path().join("none/report.json")).unwrap_err();
        assert!(error.to_string().starts_with("there is no folder"), "{error}");
    }
}
