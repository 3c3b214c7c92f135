//! Reads tables into which somebody typed numbers, for example from the preview page: columns by
//! name, blank for what was not looked at. A number that cannot be read stops the reading, with its
//! place.

use std::borrow::Cow;

use super::error::OfficialError;
use super::figures::FigureColumns;
use super::header::{OfficialHeader, measure_of};
use super::lines::split;
use super::model::{FileOrigin, Measure, OfficialFile, OfficialRow, PublicEntity, type_of_code};
use super::entity_code::code_of;
use super::read::{OfficialSource, WantedRows, empty_file};
use super::value::{OfficialValue, FigureState, read_count};
use super::written::without_thousands;
use crate::input::Detected;

/// A row with its line, 1-based.
pub type TypedRow = (u64, Vec<String>);

/// Reads a table of typed numbers. Rows in which nothing was typed are left out.
///
/// # Errors
/// When columns are missing, nothing was typed, or a cell cannot be understood.
pub fn read_typed(
    source: OfficialSource,
    header: &OfficialHeader,
    rows: impl Iterator<Item = Result<TypedRow, OfficialError>>,
    wanted: &WantedRows,
) -> Result<OfficialFile, OfficialError> {
    let path = source.name.clone();
    let [year, entity, test, grade, group] = header.places(&path, ["year", "entity", "test", "grade", "group"])?;
    let mut reader = TypedReader {
        file: OfficialFile { origin: FileOrigin::Typed, ..empty_file(source, header) },
        header,
        keys: [year, entity, test, grade, group],
        path,
        wanted,
    };
    for row in rows {
        let (line, cells) = row?;
        reader.row(line, &cells)?;
    }
    reader.finish()
}

struct TypedReader<'a> {
    file: OfficialFile,
    header: &'a OfficialHeader,
    /// Year, entity, test, grade, group.
    keys: [usize; 5],
    path: String,
    wanted: &'a WantedRows,
}

impl TypedReader<'_> {
    fn row(&mut self, line: u64, cells: &[String]) -> Result<(), OfficialError> {
        let text = |place: usize| cells.get(place).map_or("", |cell| cell.trim());
        let is_typed = |place: usize| self.measure(place).is_some() && !text(place).is_empty();
        if !(0..cells.len()).any(is_typed) {
            return Ok(());
        }
        let [year, entity, test, grade, group] = self.keys;
        let year_number = self.number(line, year, text(year))?;
        let (code, is_repaired) = self.code(line, entity, text(entity))?;
        let row = OfficialRow {
            place: PublicEntity { code, entity_type: self.entity_type(cells, &code) },
            test: self.number(line, test, text(test))?,
            grade: u8::try_from(self.number(line, grade, text(grade))?)
                .map_err(|_| self.wrong(line, grade, "this is no grade", "use the numbers of the template"))?,
            group: self.number(line, group, text(group))?,
            line,
            values: self.values(line, year_number, cells)?,
        };
        if self.file.year == 0 {
            self.file.year = year_number;
            let why = "the year of the first row with numbers".to_owned();
            self.file.detected.push(Detected { what: "year", value: year_number.to_string(), why });
        }
        if self.file.year != year_number {
            let what = format!("the rows before are of {}", self.file.year);
            return Err(self.wrong(line, year, &what, "keep each year in a table of its own"));
        }
        if !self.wanted.has(&row) {
            self.file.pass_over(&row.place.code);
            return Ok(());
        }
        self.file.repaired_codes += u64::from(is_repaired);
        self.file.rows.push(row);
        Ok(())
    }

    fn measure(&self, place: usize) -> Option<Measure> {
        self.header.measures.get(place).and_then(|name| measure_of(name))
    }

    fn entity_type(&self, cells: &[String], code: &[u8; 14]) -> u8 {
        let stated = self.header.place("type").and_then(|place| cells.get(place));
        let stated = stated.and_then(|text| read_count(text.trim().as_bytes()));
        stated.and_then(|number| u8::try_from(number).ok()).unwrap_or_else(|| type_of_code(code))
    }

    fn number(&self, line: u64, place: usize, text: &str) -> Result<u16, OfficialError> {
        let number = read_count(text.as_bytes()).and_then(|number| u16::try_from(number).ok());
        number.ok_or_else(|| self.wrong(line, place, &unreadable(text), "use the numbers of the template"))
    }

    /// `58-99999-0000000`, or the digits alone; leading zeros that were lost are put back.
    fn code(&self, line: u64, place: usize, text: &str) -> Result<([u8; 14], bool), OfficialError> {
        const DIGITS: usize = 14;
        const FEWEST: usize = 13;
        let plain: String = text.chars().filter(|one| *one != '-' && *one != ' ' && *one != '\'').collect();
        let is_code = plain.bytes().all(|byte| byte.is_ascii_digit()) && (FEWEST..=DIGITS).contains(&plain.len());
        let padded = format!("{plain:0>DIGITS$}");
        let bytes = padded.as_bytes();
        let parts = is_code.then(|| code_of([bytes.get(..2)?, bytes.get(2..7)?, bytes.get(7..)?])).flatten();
        let help = "write all fourteen digits with dashes, for example 58-99999-0000000: a spreadsheet shortens long \
                    numbers";
        let (code, _) = parts.ok_or_else(|| self.wrong(line, place, &unreadable(text), help))?;
        Ok((code, plain.len() < DIGITS))
    }

    fn values(&self, line: u64, year: u16, cells: &[String]) -> Result<super::model::RowFigures, OfficialError> {
        let figures = FigureColumns::new(self.header, year, Vec::new());
        let plain: Vec<Cow<'_, str>> = (0..self.header.names.len())
            .map(|place| {
                let text = cells.get(place).map_or("", |cell| cell.trim());
                self.measure(place)
                    .map_or(Cow::Borrowed(""), |measure| plain_figure(text, measure, self.header.separator))
            })
            .collect();
        let row = plain.join("^");
        let mut ranges = Vec::new();
        split(row.as_bytes(), b'^', usize::MAX, &mut ranges);
        let mut values = figures.read(row.as_bytes(), &ranges).0;
        for (place, text) in plain.iter().enumerate() {
            let Some(measure) = self.measure(place) else { continue };
            if text.is_empty() {
                values.set(measure, OfficialValue::ABSENT);
            } else if values.get(measure).state() == FigureState::Unreadable {
                let typed = cells.get(place).map_or("", String::as_str);
                return Err(self.wrong(line, place, &unreadable(typed), form_of(measure)));
            }
        }
        Ok(values)
    }

    fn wrong(&self, line: u64, place: usize, what: &str, help: &'static str) -> OfficialError {
        let column = self.header.names.get(place).cloned().unwrap_or_default();
        OfficialError::Cell { path: self.path.clone(), line, column, what: what.to_owned(), help }
    }

    fn finish(mut self) -> Result<OfficialFile, OfficialError> {
        let file = &mut self.file;
        if file.rows.is_empty() && file.passed_over == 0 {
            return Err(OfficialError::NothingTyped { path: self.path });
        }
        if file.repaired_codes > 0 {
            let why = "so many codes had lost the zeros they begin with; they were put back".to_owned();
            file.detected.push(Detected { what: "repaired", value: file.repaired_codes.to_string(), why });
        }
        Ok(self.file)
    }
}

fn unreadable(text: &str) -> String {
    match text.trim() {
        "" => "there is no number".to_owned(),
        text => format!("{} cannot be read", crate::privacy::text::quote(text, 24)),
    }
}

fn form_of(measure: Measure) -> &'static str {
    match measure.decimals() {
        0 => "type a whole number, * for what is hidden, or nothing for what was not looked at",
        1 => "type the mean with one decimal, * for what is hidden, or nothing for what was not looked at",
        _ => "type the percent with at most two decimals, for example 42.17, * for what is hidden, or nothing",
    }
}

/// A figure without what spreadsheets and people put around it: separators of thousands, a percent
/// sign, a decimal comma.
fn plain_figure(text: &str, measure: Measure, separator: u8) -> Cow<'_, str> {
    let text = text.trim_start_matches('\'').trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*') {
        return Cow::Borrowed(text);
    }
    let is_percent = measure.decimals() == 2;
    let text = if is_percent { text.trim_end_matches('%').trim_end() } else { text };
    // Where semicolons stand between cells, commas stand before decimals.
    let (point, thousands) = if separator == b';' { (',', '.') } else { ('.', ',') };
    let (whole, fraction) = text.rsplit_once(point).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let Some(whole) = without_thousands(whole, thousands) else { return Cow::Borrowed(text) };
    Cow::Owned(fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_lose_what_is_around_them() {
        let plain = |text: &str, measure: Measure, separator: u8| plain_figure(text, measure, separator).into_owned();
        assert_eq!(plain("1,234", Measure::Tested, b','), "1234");
        assert_eq!(plain("1 234 567", Measure::Tested, b','), "1234567");
        assert_eq!(plain("42.17%", Measure::PercentMet, b','), "42.17");
        assert_eq!(plain("42,17 %", Measure::PercentMet, b';'), "42.17");
        assert_eq!(plain("2.424,0", Measure::Mean, b';'), "2424.0");
        assert_eq!(plain("2,424.0", Measure::Mean, b','), "2424.0");
        // No separator of thousands: left as it is, so that it is reported.
        assert_eq!(plain("12,34", Measure::Tested, b','), "12,34");
        assert_eq!(plain("twelve", Measure::Tested, b','), "twelve");
    }
}
