//! Makes damaged files by recipe: a small synthetic file, changed step by step, as the examples of
//! file rules describe it (docs/rule-reference.md, "Example files").

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use scorelint::layout::{FieldKind, Layout, find_field, registry};

use super::scorelint;

/// A delimited file in the making: cells until it is written, bytes after that.
struct Draft {
    layout: &'static Layout,
    name: String,
    delimiter: &'static str,
    header: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
    repeated: Option<usize>,
    line_end: &'static str,
    odd_end: Option<usize>,
}

/// Writes the file of a recipe such as `drop SSID; with mark` into a folder.
pub fn make(folder: &Path, year: u16, recipe: &str) -> PathBuf {
    let (waivers, steps): (Vec<&str>, Vec<&str>) =
        recipe.split(';').map(str::trim).partition(|step| step.starts_with("waive "));
    if !waivers.is_empty() {
        let text: String = waivers.into_iter().map(waiver).collect();
        std::fs::write(folder.join("scorelint.toml"), text).expect("a writable folder");
    }
    let fixed = steps.contains(&"fixed");
    let text = synthesised(year, if fixed { "fixed" } else { "caret" });
    let (name, bytes) = if fixed { by_line("scores.dat", text, &steps) } else { Draft::of(year, &text).cooked(&steps) };
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a writable folder");
    path
}

/// `waive L003 until 2026-06-30`, `waive L003 without author`
fn waiver(step: &str) -> String {
    let mut words = step.split(' ').skip(1);
    let (rule, word, last) = (words.next(), words.next(), words.next());
    let rule = format!("[[waivers]]\nrule = \"{}\"\ncount = 1\nreason = \"known\"\n", rule.expect("waive RULE"));
    match (word, last) {
        (Some("until"), Some(day)) => format!("{rule}author = \"Lee\"\nexpires = {day}\n"),
        (Some("without"), Some("author")) => format!("{rule}expires = 2026-06-30\n"),
        _ => panic!("unknown step: {step}"),
    }
}

/// The same few students in every recipe, made once.
fn synthesised(year: u16, form: &'static str) -> String {
    static MADE: Mutex<BTreeMap<(u16, &str), String>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().expect("no panic while it was held");
    let text = made.entry((year, form)).or_insert_with(|| {
        let year = year.to_string();
        let arguments = ["synth", "--year", &year, "--students", "40", "--seed", "7", "--format", form, "-o", "-"];
        let run = scorelint().args(arguments).output().expect("a run");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("UTF-8")
    });
    text.clone()
}

/// Changes to a fixed-width file, line by line.
fn by_line(name: &str, text: String, steps: &[&str]) -> (String, Vec<u8>) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for step in steps.iter().filter(|step| **step != "fixed") {
        let (place, by) =
            step.split_once(" by ").unwrap_or_else(|| panic!("unknown step for a fixed-width file: {step}"));
        let line = |start: &str| place.strip_prefix(start).map(|line| number(line) - 1);
        match (line("shorten line "), line("pad line ")) {
            (Some(line), _) => {
                let length = lines[line].len() - number(by);
                lines[line].truncate(length);
            }
            (_, Some(line)) => lines[line] += &" ".repeat(number(by)),
            _ => panic!("unknown step for a fixed-width file: {step}"),
        }
    }
    (name.to_owned(), (lines.join("\n") + "\n").into_bytes())
}

impl Draft {
    fn of(year: u16, text: &str) -> Self {
        let mut lines = text.lines().map(|line| line.split('^').map(str::to_owned).collect());
        Self {
            layout: registry().layout(year).expect("a layout"),
            name: "scores.csv".to_owned(),
            delimiter: "^",
            header: lines.next(),
            rows: lines.collect(),
            repeated: None,
            line_end: "\n",
            odd_end: None,
        }
    }

    fn cooked(mut self, steps: &[&str]) -> (String, Vec<u8>) {
        let (cells, after): (Vec<&str>, Vec<&str>) = steps.iter().partition(|step| !is_about_bytes(step));
        for step in cells.into_iter().filter(|step| *step != "base") {
            self.step(step);
        }
        let mut bytes = self.written().into_bytes();
        for step in after {
            bytes = change_bytes(bytes, step, self.layout.year());
        }
        (self.name, bytes)
    }

    fn step(&mut self, step: &str) {
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        match word {
            "set" => self.set(rest),
            "upper" => self.every_cell(rest, |cell| cell.to_uppercase()),
            "unpad" => self.every_cell(rest, |cell| {
                let bare = cell.trim_start_matches('0');
                if bare.is_empty() { cell.to_owned() } else { bare.to_owned() }
            }),
            "widen" => {
                let (field, width) = rest.split_once(" to ").expect("widen FIELD to N");
                let width = number(width);
                self.every_cell(field, |cell| format!("{cell:width$}"));
            }
            "write" => {
                let (field, form) = rest.split_once(" as ").expect("write FIELD as FORM");
                for field in self.date_fields(field) {
                    self.every_cell(&field, |cell| rewritten(cell, form));
                }
            }
            "named" => self.name = rest.to_owned(),
            "a" if rest == "year later" => {
                for field in self.date_fields("dates") {
                    self.every_cell(&field, a_year_later);
                }
            }
            "delimited" => self.delimiter = if rest == "by comma" { "," } else { ";" },
            "crlf" if rest.is_empty() => self.line_end = "\r\n",
            "crlf" => self.odd_end = Some(line(rest)),
            "without" => self.header = None,
            "records" => self.rows.truncate(number(rest)),
            "rename" => {
                let (old, new) = rest.split_once(" to ").expect("rename A to B");
                let place = self.place(old);
                self.header_mut()[place] = new.to_owned();
            }
            "drop" if rest == "fillers" => self.keep(|name| !name.starts_with("Blank")),
            "drop" => self.keep(|name| name != rest),
            "repeat" if rest.starts_with("header") => self.repeated = Some(line(rest.trim_start_matches("header "))),
            "repeat" => self.insert(self.place(rest) + 1, rest),
            "insert" => {
                let (new, before) = rest.split_once(" before ").expect("insert A before B");
                self.insert(self.place(before), new);
            }
            "move" => {
                let place = self.place(rest.trim_end_matches(" to the end"));
                self.every_line(|cells| {
                    let cell = cells.remove(place);
                    cells.push(cell);
                });
            }
            "keep" if rest.starts_with("first ") => {
                let count = number(rest.trim_start_matches("first "));
                self.every_line(|cells| cells.truncate(count));
            }
            "keep" if rest == "one record a student" => {
                let (ssid, mut seen) = (self.place("ssid"), Vec::new());
                self.rows.retain(|row| {
                    let is_new = !seen.contains(&row[ssid]);
                    seen.push(row[ssid].clone());
                    is_new
                });
            }
            "keep" => {
                let unknown = (0..60).map(|at| format!("Local{at}"));
                let names: Vec<String> = self.header_mut().drain(..20).chain(unknown).collect();
                self.header = Some(names);
            }
            "header" => {
                let names = ["County Code", "District Code", "School Code", "Record Type", "ELPAC Overall Level"];
                self.header = Some(names.map(str::to_owned).to_vec());
            }
            "add" if rest.starts_with("a quoted cell") => {
                self.rows.iter_mut().for_each(|row| row.push("\"\"".to_owned()))
            }
            "add" if rest.starts_with("an empty cell") => self.rows.iter_mut().for_each(|row| row.push(String::new())),
            "add" => {
                let (count, at) = rest.split_once(" cells ").expect("add N cells on line N");
                let extra = vec!["x".to_owned(); number(count)];
                self.rows[line(at) - 2].extend(extra);
            }
            "remove" => {
                let (_, at) = rest.split_once(" cell ").expect("remove 1 cell on line N");
                self.rows[line(at) - 2].pop();
            }
            "pad" => {
                let (at, by) = rest.split_once(" by ").expect("pad line N by N");
                let padding = "x".repeat(number(by));
                self.rows[line(&format!("on {at}")) - 2][2] += &padding;
            }
            _ => panic!("unknown step: {step}"),
        }
    }

    /// `FIELD=VALUE`, `FIELD=VALUE on line 3`, `FIELD=VALUE where FIELD=VALUE`
    fn set(&mut self, rest: &str) {
        let (field, rest) = rest.split_once('=').expect("set FIELD=VALUE");
        let place = self.place(field);
        let (value, only) =
            rest.split_once(" on line ").map_or((rest, None), |(value, at)| (value, Some(number(at) - 2)));
        let (value, condition) = value.split_once(" where ").map_or((value, None), |(value, test)| (value, Some(test)));
        let condition = condition.map(|test| {
            let (field, wanted) = test.split_once('=').expect("where FIELD=VALUE");
            (self.place(field), wanted.to_owned())
        });
        let value = value.trim().replace("\\0", "\0");
        let mut count = 0;
        for (at, row) in self.rows.iter_mut().enumerate() {
            let fits = condition.as_ref().is_none_or(|(place, wanted)| row[*place] == *wanted);
            if fits && only.is_none_or(|only| only == at) {
                row[place] = value.clone();
                count += 1;
            }
        }
        assert!(count > 0, "no record fits: {rest}");
    }

    fn every_cell(&mut self, field: &str, change: impl Fn(&str) -> String) {
        let place = self.place(field);
        self.rows.iter_mut().for_each(|row| row[place] = change(&row[place]));
    }

    /// The field, or the headings of all date columns for `dates`.
    fn date_fields(&self, field: &str) -> Vec<String> {
        if field != "dates" {
            return vec![field.to_owned()];
        }
        let dates = self.layout.fields.iter().filter(|field| field.kind == FieldKind::Date);
        dates.map(|field| field.column.to_owned()).collect()
    }

    /// The place of a column by its heading or canonical id.
    fn place(&self, name: &str) -> usize {
        let header = self.header.as_ref().expect("a header");
        let by_heading = header.iter().position(|heading| heading == name);
        by_heading.unwrap_or_else(|| {
            let id = find_field(self.layout, name).unwrap_or_else(|error| panic!("{error}"));
            usize::from(self.layout.field(id).expect("a field").number) - 1
        })
    }

    fn header_mut(&mut self) -> &mut Vec<String> {
        self.header.as_mut().expect("a header")
    }

    fn every_line(&mut self, change: impl Fn(&mut Vec<String>)) {
        self.header.iter_mut().chain(&mut self.rows).for_each(change);
    }

    fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        let kept: Vec<bool> = self.header_mut().iter().map(|name| wanted(name)).collect();
        assert!(kept.contains(&false), "nothing is dropped");
        self.every_line(|cells| {
            let mut places = kept.iter();
            cells.retain(|_| *places.next().unwrap_or(&true));
        });
    }

    fn insert(&mut self, place: usize, name: &str) {
        self.rows.iter_mut().for_each(|row| row.insert(place, "x".to_owned()));
        self.header_mut().insert(place, name.to_owned());
    }

    fn written(&self) -> String {
        let mut lines: Vec<String> =
            self.header.iter().chain(&self.rows).map(|cells| cells.join(self.delimiter)).collect();
        if let Some(at) = self.repeated {
            lines.insert(at - 1, lines[0].clone());
        }
        let end = |at: usize| if self.odd_end == Some(at + 1) { "\r\n" } else { self.line_end };
        lines.into_iter().enumerate().map(|(at, line)| line + end(at)).collect()
    }
}

/// A day as a spreadsheet writes it; anything else as it is.
fn rewritten(cell: &str, form: &str) -> String {
    let parts: Vec<&str> = cell.split('-').collect();
    let [year, month, day] = parts[..] else { return cell.to_owned() };
    match form {
        "M/D/YYYY" => format!("{}/{}/{year}", month.trim_start_matches('0'), day.trim_start_matches('0')),
        "DD/MM/YY" => format!("{day}/{month}/{}", &year[2..]),
        "DD-MM-YYYY" => format!("{day}-{month}-{year}"),
        "YYYY-DD-MM" => format!("{year}-{day}-{month}"),
        _ => panic!("unknown form of dates: {form}"),
    }
}

/// The day a year later; anything else as it is.
fn a_year_later(cell: &str) -> String {
    let later = cell.split_once('-').and_then(|(year, day)| Some((year.parse::<u16>().ok()? + 1, day)));
    later
        .map_or_else(|| cell.to_owned(), |(year, day)| format!("{year}-{}", if day == "02-29" { "02-28" } else { day }))
}

fn is_about_bytes(step: &str) -> bool {
    ["with mark", "with commas", "with lines", "without the end", "as ", "cut "]
        .iter()
        .any(|start| step.starts_with(start))
}

fn change_bytes(mut bytes: Vec<u8>, step: &str, year: u16) -> Vec<u8> {
    match step {
        "with mark" => [b"\xEF\xBB\xBF".as_slice(), &bytes].concat(),
        "as windows-1252" => {
            let text = String::from_utf8(bytes).expect("UTF-8");
            encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
        }
        "as gzip" => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&bytes).expect("memory");
            packed.finish().expect("memory")
        }
        "as zip" => crate::support::files::zip(&[("data.csv", &bytes)]),
        "with commas at the ends" => each_line(&bytes, |line| format!("{line},,")),
        "with lines in quotes" => each_line(&bytes, |line| format!("\"{}\"", line.replace('"', "\"\""))),
        "without the end of the header" => {
            let end = bytes.iter().position(|byte| *byte == b'\n').expect("a header line");
            bytes.remove(end);
            bytes
        }
        step if step.starts_with("as zip with ") => {
            let count = step.trim_start_matches("as zip with ").trim_end_matches(" records by position");
            let records = bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
            let count = if count == "as many" { records } else { number(count) };
            let fixed: String = synthesised(year, "fixed").split_inclusive('\n').take(count).collect();
            crate::support::files::zip(&[("data.csv", &bytes), ("data.dat", fixed.as_bytes())])
        }
        _ => {
            let count = step.strip_prefix("cut the last ").and_then(|rest| rest.strip_suffix(" bytes"));
            let count = count.map_or_else(|| panic!("unknown step: {step}"), number);
            bytes.truncate(bytes.len() - count);
            bytes
        }
    }
}

fn each_line(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.lines().map(|line| change(line) + "\n").collect::<String>().into_bytes()
}

/// `on line 3`
fn line(text: &str) -> usize {
    number(text.strip_prefix("on line ").unwrap_or_else(|| panic!("expected `on line N`, found `{text}`")))
}

fn number(text: &str) -> usize {
    text.trim().parse().unwrap_or_else(|_| panic!("expected a number, found `{text}`"))
}
