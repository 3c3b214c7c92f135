//! Reports on outcomes made by hand.

mod check;
mod concise;
mod hostile;
mod human;
mod json;
mod leaks;
mod machine;
mod program;
mod unreadable;
