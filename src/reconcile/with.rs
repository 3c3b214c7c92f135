//! The parameter that a hypothesis was found with.

/// What a hypothesis was found with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum With {
    /// Nothing: it is about all its records.
    All,
    /// A text, such as the code of a school.
    Text(String),
    /// Days since 1970: it is about the records after this one; the second is the last day that
    /// would give the same records.
    After(i32, i32),
}
