//! Files that are made. Each gets its name once it is whole: a run that fails leaves what was there
//! before, and nothing else.

use std::fs::{File, canonicalize};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file in the making.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Stands beside the place it is made for, and is gone if it is not kept.
    Unnamed(NamedTempFile),
    /// A pipe or a device, which nothing may take the place of.
    Straight(File),
}

impl NewFile {
    /// Begins a file that will be at a path, in place of what is there.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(super) fn at(path: &Path) -> Result<Self> {
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
        // The name beside it would only puzzle whoever reads the error.
        let file = builder().tempfile_in(folder).map_err(|error| Error::from(error.kind()))?;
        let content = Content::Unnamed(file);
        Ok(Self { path, content })
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When what stands at the path cannot be replaced.
    pub(super) fn keep(self) -> Result<()> {
        match self.content {
            Content::Unnamed(file) => file.persist(&self.path).map(drop).map_err(|error| error.error),
            Content::Straight(_) => Ok(()),
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
