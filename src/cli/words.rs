//! Parses the words that output uses for the values of a flag.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A parser for these values, each given by its word.
pub(super) fn words<T, const N: usize>(all: [T; N], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.map(word))
        .try_map(move |given| all.into_iter().find(|one| word(*one) == given).ok_or("not one of the values"))
}
