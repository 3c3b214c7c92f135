//! Takes the rows of a workbook into memory, as a person sees them: for small tables that are no
//! score files.

use calamine::Reader as _;

use super::candidate::FileCandidate;
use super::error::{InputError, InputErrorKind};
use super::options::Limits;
use super::sheets::{Bounds, broken, each_row, open_book};

/// Rows of all sheets together.
const MOST_ROWS: usize = 1 << 20;

/// A row with its number, 1-based, and its cells.
pub type SheetRow = (u64, Vec<String>);

/// The rows of each sheet of a workbook.
///
/// # Errors
/// When it cannot be read or is too large.
pub fn read_sheets(candidate: &FileCandidate, limits: Limits) -> Result<Vec<Vec<SheetRow>>, InputError> {
    read(candidate, limits).map_err(|error| error.at(&candidate.name()))
}

fn read(candidate: &FileCandidate, limits: Limits) -> Result<Vec<Vec<SheetRow>>, InputError> {
    let backing = candidate.workbook(limits)?;
    let bounds = Bounds::of(limits, &backing);
    let mut book = open_book(&backing)?;
    let (mut sheets, mut count, mut is_too_long) = (Vec::new(), 0, false);
    for name in book.sheet_names() {
        let mut rows = Vec::new();
        each_row(&mut book, &name, bounds, |line| {
            is_too_long |= line.bytes > bounds.row;
            rows.push((u64::from(line.row) + 1, line.cells.to_vec()));
            count += 1;
            count < MOST_ROWS && !is_too_long
        })
        .map_err(broken)?;
        sheets.push(rows);
    }
    if is_too_long {
        return Err(InputError::from(InputErrorKind::TooLarge { limit: bounds.row }));
    }
    if count >= MOST_ROWS {
        return Err(InputError::from(InputErrorKind::TooLarge { limit: MOST_ROWS as u64 }));
    }
    Ok(sheets)
}
