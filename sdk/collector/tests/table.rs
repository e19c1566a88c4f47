//! Tables as instruments write them: heads, ragged rows, names that stand twice, quotes, encodings, and what is no table.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use std::sync::Arc;

use labrelay_collector::*;
use proptest::prelude::*;

fn form() -> Arc<TableForm> {
    Arc::new(TableForm::new(b';').table(["Laser", "Gain"]).table(["Pump"]).heading("Serial").skip("Results"))
}

/// `position: Laser Gain Gain#2` of each row, or the reason why it is none.
fn rows_from(encoding: Encoding, mut bytes: &[u8], position: u64) -> Vec<String> {
    let mut table = TableReader::new(form(), encoding, position);
    let mut rows = Vec::new();
    while let Some(row) = table.next(&mut bytes).unwrap() {
        rows.push(match row {
            TableRow::Cells(row) => {
                let cells = ["Laser", "Gain", "Gain#2", "Pump"].map(|name| row.cell(name).unwrap_or("-"));
                format!(
                    "{}: {} of {}",
                    row.position().0,
                    cells.join(" "),
                    row.heading("Serial").unwrap_or("?")
                )
            }
            TableRow::Broken { position, reason, text } => {
                format!("{}: {reason:?} {}", position.0, text.len())
            }
        });
    }
    assert_eq!(table.position(), (bytes.len() as u64).max(position));
    rows
}

fn rows(text: &str) -> Vec<String> {
    rows_from(Encoding::Utf8, text.as_bytes(), 0)
}

#[test]
fn a_row_has_the_columns_of_the_header_above_it() {
    let text = "Report\r\nSerial;ZZ1\r\n\r\nGain;Laser;Gain;Note\r\nResults\r\n1;Blue;2;x\r\n;;;\r\n3; Red \r\n\r\nPump\r\nP1";
    let expected = ["53: Blue 1 2 - of ZZ1", "70: Red 3 - - of ZZ1", "87: - - - P1 of ZZ1"];
    assert_eq!(rows(text), expected);
}

#[test]
fn lines_above_a_table_are_written_in_two_ways() {
    for head in ["Serial;ZZ1", "Serial:;ZZ1", "Serial: ZZ1", "Serial : ZZ1", "\"Serial\";\"ZZ1\";"] {
        assert_eq!(rows(&format!("{head}\nPump\nP1"))[0].rsplit_once(' ').unwrap().1, "ZZ1", "{head}");
    }
    assert_eq!(rows("Serial: 10:30; left\nPump\nP1")[0].split_once("of ").unwrap().1, "10:30; left");
}

#[test]
fn quotes_hold_delimiters_quotes_and_line_ends() {
    let text = "Laser;Gain\n\"Blue;\"\"488\"\"\";1\n\"two\nlines\";2\nRed;5\"\n";
    assert_eq!(
        rows(text),
        ["11: Blue;\"488\" 1 - - of ?", "28: two\nlines 2 - - of ?", "42: Red 5\" - - of ?",]
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let lost = "Laser;Gain\n\"Blue;1\nRed;2\nViolet;3\n";
    assert_eq!(rows(lost), ["11: Truncated 7", "19: Red 2 - - of ?", "25: Violet 3 - - of ?"]);
}

#[test]
fn a_row_beyond_all_bounds_is_refused_and_the_next_is_read() {
    let long = format!("Laser;Gain\n{};1\n{}\nRed;2\n", "x".repeat(MAX_LINE_BYTES + 1), "1;".repeat(5000));
    let rows = rows(&long);
    assert!(
        rows[0].contains("TooLong") && rows[1].contains("TooLong") && rows[2].contains("Red 2"),
        "{rows:?}"
    );
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let text = "Serial;Gerät\r\nLaser;Gain\r\nGrün;1\r\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let page: Vec<u8> = text.chars().map(|character| character as u8).collect(); // Latin-1 is Unicode's beginning
    let western = Encoding::from_label("windows-1252").unwrap();
    let said = |rows: Vec<String>| rows[0].split_once(' ').unwrap().1.to_owned();
    assert_eq!(said(rows_from(Encoding::Utf16Le, &utf16, 0)), "Grün 1 - - of Gerät");
    assert_eq!(said(rows_from(western, &page, 0)), "Grün 1 - - of Gerät");
}

#[test]
fn what_there_was_is_told_at_the_end() {
    for (text, found) in [
        ("", Found::Nothing),
        ("\n ;;\n", Found::Nothing),
        ("Serial;ZZ1\nOther;Header\n1;2\n", Found::NoTable),
        ("Laser;Gain\n", Found::Header),
        ("Laser;Gain\nBlue;1\n", Found::Rows),
    ] {
        let mut table = TableReader::new(form(), Encoding::Utf8, 0);
        let mut bytes = text.as_bytes();
        while table.next(&mut bytes).unwrap().is_some() {}
        assert_eq!(table.found(), found, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_give_rows_in_order_and_no_panic(bytes: Vec<u8>) {
        rows_from(Encoding::Utf8, &bytes, 0);
        rows_from(Encoding::Utf16, &bytes, 0);
    }

    #[test]
    fn reading_goes_on_where_it_was_left(
        text in r#"Serial;1\nLaser;Gain(\r?\n[BR"; ]{0,6}(;[0-9]{1,3})?|\nPump){0,30}"#,
        stop in 0_usize..30,
    ) {
        let whole = rows(&text);
        let mut table = TableReader::new(form(), Encoding::Utf8, 0);
        let mut bytes = text.as_bytes();
        for _ in 0..stop {
            if table.next(&mut bytes).unwrap().is_none() { break }
        }
        let rest = rows_from(Encoding::Utf8, text.as_bytes(), table.position());
        prop_assert_eq!(&rest[..], whole.get(stop..).unwrap_or_default());
    }
}
