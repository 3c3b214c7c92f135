//! Why a file cannot be read, in words that say what to do.

/// A file that cannot be read at all, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The operating system refused.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The path as given.
        path: String,
        /// Its reason.
        source: std::io::Error,
    },
}
