//! The day of a run. The clock is read only when something depends on it, because finding the time zone takes longer
//! than reading a small file.

use std::sync::OnceLock;

use jiff::civil::Date;

/// The day by which waivers are judged.
#[derive(Clone, Debug, Default)]
pub struct Today(OnceLock<Date>);

impl Today {
    /// The day here and now, taken when it is first needed.
    pub fn by_clock() -> Self {
        Self::default()
    }

    /// The day. The same at every call, even over midnight.
    pub fn day(&self) -> Date {
        *self.0.get_or_init(|| jiff::ZonedDateTime::now().date())
    }
}

impl From<Date> for Today {
    fn from(day: Date) -> Self {
        Self(OnceLock::from(day))
    }
}
