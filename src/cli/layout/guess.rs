//! `scorelint layout guess FILE`: writes the draft of a layout file from a file of a year whose layout is not known.
//! The draft holds headings and kinds of columns, and no value of a student.

use std::path::PathBuf;

use miette::miette;

use crate::cli::exit::Failure;
use crate::input::index::{Cursor, Index};
use crate::input::{Block, Column, FileInfo, InputOptions, Meaning, Opened, open};
use crate::layout::{Field, FieldId, Layout, plain_name, registry};
use crate::rule::read;

/// The name of a kind of cells, and whether a cell is of it.
type CellKind = (&'static str, fn(&str) -> bool);

/// What the cells of a new column may be, narrowest first.
const KINDS: [CellKind; 5] = [
    ("yesno", |cell| matches!(cell, "Yes" | "No")),
    ("yn", |cell| matches!(cell, "Y" | "N")),
    ("date", |cell| read::day(cell).is_some()),
    ("digits", |cell| cell.bytes().all(|byte| byte.is_ascii_digit())),
    ("text", |_| true),
];

/// The draft for a file.
pub(super) fn draft(path: PathBuf) -> Result<String, Failure> {
    let mut opened = open(&[path], &InputOptions::default()).map_err(Failure::input)?;
    let Some(file) = opened.pop() else {
        return Err(miette!(help = "name one score file", "there is no file to look at").into());
    };
    let layout = registry().layout(file.info.year);
    let layout = layout.ok_or_else(|| miette!(help = "choose a student score data file", "the file has no year"))?;
    if file.info.columns.iter().all(|column| matches!(column.meaning, Meaning::Field(_) | Meaning::Filler)) {
        // Nothing is new, so no cell has to be looked at.
        return Ok(written(&file.info, layout, &[]));
    }
    let info = file.info.clone();
    let kinds = kinds(file)?;
    Ok(written(&info, layout, &kinds))
}

/// The kind of each column that the layout does not have, with how many of its cells are filled.
fn kinds(file: Opened) -> Result<Vec<(usize, &'static str, u64)>, Failure> {
    let Opened { info, mut source, .. } = file;
    let new = info.columns.iter().enumerate().filter(|(_, column)| column.meaning == Meaning::Extra);
    let mut kinds: Vec<(usize, usize, u64)> = new.map(|(place, _)| (place, 0, 0)).collect();
    let (mut index, mut block) = (Index::of(&info), Block::default());
    while source.next(&mut block).map_err(Failure::input)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, info.separator, &mut cursor) {
            for row in 0..index.rows() {
                for (place, kind, filled) in &mut kinds {
                    let cell = std::str::from_utf8(index.cell(&block.bytes, row, *place)).unwrap_or_default().trim();
                    if !cell.is_empty() {
                        *filled += 1;
                        let fits = KINDS.iter().skip(*kind).position(|(_, fits)| fits(cell)).unwrap_or_default();
                        *kind += fits;
                    }
                }
            }
        }
    }
    Ok(kinds
        .into_iter()
        .map(|(place, kind, filled)| (place, if filled == 0 { "text" } else { KINDS[kind].0 }, filled))
        .collect())
}

fn written(info: &FileInfo, layout: &Layout, kinds: &[(usize, &str, u64)]) -> String {
    let base = registry().base(info.year).unwrap_or(info.year);
    let mut text = format!(
        "# Draft of a layout file, from the header of a file. Compare it with the published layout.\n\
         # docs/layout-files.md explains it; `scorelint check --layout THIS-FILE FILE` tries it.\n\n\
         year = {}\nbase = {base}\ncertainty = \"inferred\"\nsource = \"header of a file\"\n",
        info.year
    );
    let missing: Vec<&Field> = missing(info, layout).collect();
    if !missing.is_empty() {
        text += "\n# Columns of the base that the file does not have.\ndrop = [\n";
        missing.iter().for_each(|field| text += &format!("    {},\n", quoted(field.label())));
        text += "]\n";
    }
    for (column, field) in renamed(info, layout) {
        text += &format!("\n[[rename]]\nfrom = {}\nto = {}\n", quoted(field.label()), quoted(&column.name));
    }
    for (place, kind, filled) in kinds {
        let Some(column) = info.columns.get(*place) else { continue };
        let remark = if *filled == 0 { "  # blank in all records" } else { "" };
        text += &format!("\n[[add]]\ncolumn = {}\ntype = \"{kind}\"{remark}\n", quoted(&column.name));
        if let Some(after) = place.checked_sub(1).and_then(|before| anchor(info, layout, before)) {
            text += &format!("after = {}\n", quoted(&after));
        }
    }
    text
}

/// The nearest column before a new one that the draft knows by name at this point: one of the base, or a new one.
fn anchor(info: &FileInfo, layout: &Layout, before: usize) -> Option<String> {
    let columns = info.columns.get(..=before)?;
    let named = |column: &&Column| match column.meaning {
        Meaning::Field(id) => layout.has(id),
        Meaning::Extra => !column.name.is_empty(),
        Meaning::Filler => false,
    };
    columns.iter().rev().find(named).map(|column| column.name.clone())
}

fn missing<'a>(info: &'a FileInfo, layout: &'a Layout) -> impl Iterator<Item = &'a Field> {
    let has = |id: FieldId| info.column_of(id).is_some();
    layout.fields.iter().filter(move |field| field.id.is_some_and(|id| !has(id)))
}

/// Columns that are read as a field whose heading is another one.
fn renamed<'a>(info: &'a FileInfo, layout: &'a Layout) -> impl Iterator<Item = (&'a Column, &'a Field)> {
    info.columns.iter().filter_map(|column| {
        let Meaning::Field(id) = column.meaning else { return None };
        let field = layout.field(id)?;
        (plain_name(&column.name) != plain_name(field.label())).then_some((column, field))
    })
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
