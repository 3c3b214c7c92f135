//! The vectorised cell finder gives the same cells as the csv crate.

use proptest::prelude::*;
use scorelint::input::Block;
use scorelint::input::index::{Cursor, Index};

/// Cells of all regular rows, with their lines; odd rows as the number of their cells.
type Found = Vec<(u64, Result<Vec<Vec<u8>>, u32>)>;

fn by_index(bytes: &[u8], columns: usize) -> Found {
    read(Index::new(columns), bytes, &Vec::from_iter(0..columns)).0
}

/// What an index tells of some columns, and how many rows end with one empty cell too many.
fn read(mut index: Index, bytes: &[u8], columns: &[usize]) -> (Found, u64) {
    let block = Block { bytes: bytes.to_vec(), line: 1, last: true, ..Block::default() };
    let mut cursor = Cursor::default();
    let (mut found, mut trailing) = (Vec::new(), 0);
    while index.fill(&block, b'^', &mut cursor) {
        trailing += index.trailing();
        for row in 0..index.rows() {
            let odd = index.odd().iter().find(|odd| odd.row == row);
            let cells = columns.iter().map(|column| index.cell(bytes, row, *column).to_vec()).collect();
            found.push((1 + index.line(row), odd.map_or(Ok(cells), |odd| Err(odd.cells))));
        }
    }
    (found, trailing)
}

fn by_csv(bytes: &[u8], columns: usize) -> Found {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'^').quoting(false).has_headers(false).flexible(true).from_reader(bytes);
    let mut found = Vec::new();
    for record in reader.byte_records() {
        let record = record.unwrap();
        let line = record.position().unwrap().line();
        let mut cells: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
        if cells.len() == columns + 1 && cells[columns].is_empty() {
            cells.pop();
        }
        let odd = cells.len() != columns;
        found.push((line, if odd { Err(cells.len() as u32) } else { Ok(cells) }));
    }
    found
}

fn assert_same(bytes: &[u8], columns: usize) {
    let (ours, theirs) = (by_index(bytes, columns), by_csv(bytes, columns));
    // The csv crate counts a record's line from the blank lines before it; only order and cells are compared there.
    let cells = |found: &Found| found.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>();
    assert_eq!(cells(&ours), cells(&theirs));
    assert!(ours.windows(2).all(|pair| pair[0].0 < pair[1].0), "lines ascend");
}

/// Bytes with many separators and line ends, no quotes and no carriage returns.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => Just(b'^'), 1 => Just(b'\n'), 3 => any::<u8>()];
    prop::collection::vec(byte.prop_filter("no quote, no CR", |byte| !b"\"\r".contains(byte)), 0..2000)
}

/// As [`bytes`], with quotes, carriage returns and long cells.
fn hostile_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        20 => Just(b"^".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"^\"\"\n".to_vec()),
        8 => prop::collection::vec(any::<u8>(), 0..12),
        1 => prop::collection::vec(Just(b'x'), 50..200),
    ];
    prop::collection::vec(piece, 0..300).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn an_index_of_some_columns_tells_the_same_of_them(
        bytes in hostile_bytes(),
        columns in 3usize..60,
        wanted in prop::collection::btree_set(0usize..60, 0..4),
    ) {
        let wanted: Vec<usize> = wanted.into_iter().filter(|column| *column < columns).collect();
        let some = read(Index::new(columns).wanting(wanted.iter().copied()), &bytes, &wanted);
        prop_assert_eq!(some, read(Index::new(columns), &bytes, &wanted));
    }

    #[test]
    fn regular_rows_give_an_index_of_some_columns_their_cells(
        rows in prop::collection::vec(prop::collection::vec("[a-z0-9 ]{0,6}", 60), 1..200),
        wanted in prop::collection::btree_set(0usize..60, 0..20),
    ) {
        let bytes = rows.iter().map(|cells| cells.join("^")).collect::<Vec<_>>().join("\n").into_bytes();
        let wanted: Vec<usize> = wanted.into_iter().collect();
        let some = read(Index::new(60).wanting(wanted.iter().copied()), &bytes, &wanted);
        prop_assert_eq!(some, read(Index::new(60), &bytes, &wanted));
    }

    #[test]
    fn any_bytes_give_the_cells_of_the_csv_crate(bytes in bytes(), columns in 1usize..40) {
        assert_same(&bytes, columns);
    }

    #[test]
    fn regular_files_give_the_cells_of_the_csv_crate(
        rows in prop::collection::vec(prop::collection::vec("[a-z0-9 ]{0,6}", 7), 1..700),
        end in "\n?",
    ) {
        let lines: Vec<String> = rows.iter().map(|cells| format!("x{}", cells.join("^"))).collect();
        assert_same(format!("{}{end}", lines.join("\n")).as_bytes(), 7);
    }
}

#[test]
fn a_carriage_return_belongs_to_the_line_end() {
    let found = by_index(b"a^b\r\nc^d\r\n\r\ne^f", 2);
    let cells = |text: [&[u8]; 2]| Ok(text.map(<[u8]>::to_vec).to_vec());
    assert_eq!(found, [(1, cells([b"a", b"b"])), (2, cells([b"c", b"d"])), (4, cells([b"e", b"f"]))]);
}

#[test]
fn one_empty_cell_too_many_is_no_odd_row() {
    assert_eq!(by_index(b"a^b^\nc^d^\"\"\ne^f^g\nh\n", 2).iter().filter(|(_, cells)| cells.is_err()).count(), 2);
}

#[test]
fn rows_of_very_many_columns_give_an_index_of_some_columns_their_cells() {
    const COLUMNS: usize = 70_000;
    let row = |cell: &str, separators: usize| format!("{cell}{}{cell}\r\n", "^".repeat(separators));
    let rows = [row("first", COLUMNS - 1), row("too few", COLUMNS - 2), row("third", COLUMNS - 1)];
    let bytes = rows.concat().into_bytes();
    for wanted in [vec![0, COLUMNS - 1], vec![COLUMNS - 1], vec![0], vec![]] {
        let some = read(Index::new(COLUMNS).wanting(wanted.iter().copied()), &bytes, &wanted);
        assert_eq!(some, read(Index::new(COLUMNS), &bytes, &wanted), "{wanted:?}");
        let cells = |cell: &str| Ok(vec![cell.as_bytes().to_vec(); wanted.len()]);
        assert_eq!(some.0, [(1, cells("first")), (2, Err(COLUMNS as u32 - 1)), (3, cells("third"))]);
    }
}
