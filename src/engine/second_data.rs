//! Second files as conditions see them: questions that are answered record by record.

use std::fmt;
use std::sync::Arc;

use crate::rule::{NoSecondFiles, SecondFiles};

/// The second files that conditions may ask of, or none.
#[derive(Clone, Default)]
pub(crate) struct SecondData(Option<Arc<dyn SecondFiles + Send + Sync>>);

impl SecondData {
    pub(crate) fn new(files: impl SecondFiles + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(files)))
    }

    pub(crate) fn files(&self) -> &dyn SecondFiles {
        match &self.0 {
            Some(files) => &**files,
            None => &NoSecondFiles,
        }
    }
}

// Debug output ends up in panics and logs: values of students stay out of it.
impl fmt::Debug for SecondData {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("SecondData").field(&self.0.is_some()).finish()
    }
}
