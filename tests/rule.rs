//! Rule files: the language, the mistakes it catches, and what its conditions mean.

mod interpret;
mod mistakes;
mod read;
mod shipped;
