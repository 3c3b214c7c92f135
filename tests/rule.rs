//! Rule files: the language, the mistakes it catches, and what its conditions mean.

mod command;
mod implied;
mod interpret;
mod mistakes;
mod read;
mod schema;
mod sets;
mod shipped;
mod years;
