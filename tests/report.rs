//! Reports on outcomes made by hand.

mod human;
