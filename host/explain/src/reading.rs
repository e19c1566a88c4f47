//! How the stock plugin reads a family's files: which column, key or setting fills which field. Of a family with a plugin
//! of its own the manifest says nothing here.

use labrelay_manifest::{
    DecimalMark, EntryStart, Filled, FurtherLines, Manifest, Origin, Reader, Table, Textlog, TimeForm,
};

use crate::page::{Cell, Page, Text, code};

/// Adds the section.
pub(crate) fn write(page: &mut Page, manifest: &Manifest) {
    let Some(readers) = manifest.readers() else { return };
    page.heading("How it is read");
    page.paragraph(
        "By the stock plugin, which knows no instrument and does what the manifest says here. What is not named here is not \
         looked at, or only to find where lines and cells end.",
    );
    for (source, reader) in manifest.sources().iter().zip(readers) {
        page.subheading(Text::from("Source ").code(source.name.as_str()));
        match reader {
            Reader::Textlog(log) => textlog(page, log),
            Reader::Table(table) => self::table(page, table),
        }
    }
}

fn textlog(page: &mut Page, log: &Textlog) {
    let begins = match log.entry {
        EntryStart::Line => "at every line",
        EntryStart::Time => "at every line that begins with a time",
        EntryStart::Unindented => "at every line that is not indented",
    };
    let mut text = Text::from("A text log. An entry begins ").plain(begins);
    if let Some(time) = &log.time {
        text = text.plain("; its time goes into ").code(time.field.as_str()).then(written(&time.form));
    }
    text = text.plain(". What stands behind is matched with the events of ").code(log.stream.as_str());
    page.paragraph(text.plain(match log.further_lines {
        FurtherLines::Match => "; further lines of an entry are part of it.",
        FurtherLines::Drop => "; further lines of an entry are dropped unread.",
    }));
    if !log.fixed.is_empty() {
        page.table(&["field", "filled from"], log.fixed.iter().map(row).collect());
    }
}

fn table(page: &mut Page, table: &Table) {
    let mark = match table.decimal {
        DecimalMark::Point => "point",
        DecimalMark::Comma => "comma",
    };
    let delimiter =
        if table.delimiter == b'\t' { "tab".into() } else { char::from(table.delimiter).to_string() };
    let text = Text::from("Tables of text, with ")
        .code(delimiter)
        .plain(format!(" between cells and a decimal {mark}."));
    page.paragraph(match &table.qc {
        Some(column) => text
            .plain(" The column ")
            .code(&**column)
            .plain(" is compared to the site's list of QC names, which decides about the stream; it goes into no record."),
        None => text,
    });
    for filled in &table.streams {
        page.paragraph(Text::from("Rows for ").code(filled.stream.as_str()).plain(":"));
        page.table(&["field", "filled from"], filled.fields.iter().map(row).collect());
    }
}

fn row(filled: &Filled) -> Vec<Cell> {
    let names = |names: &[Box<str>]| Text::default().words(names.iter().map(|name| &**name));
    let mut from = match &filled.origin {
        Origin::Columns(columns) => {
            Text::from(if columns.len() == 1 { "column " } else { "columns " }).then(names(columns))
        }
        Origin::Heading(key) => Text::from("line above the table, ").code(&**key),
        Origin::Setting(key) => Text::from("the site's configuration, ").code(&**key),
    };
    if filled.time.format().is_some() {
        from = from.then(written(&filled.time));
    }
    let mut cell = Cell::from(from);
    for meaning in &filled.words {
        cell = cell.line(Text::default().code(&*meaning.written).plain(" means ").code(&*meaning.word));
    }
    vec![code(filled.field.as_str()).into(), cell]
}

fn written(form: &TimeForm) -> Text {
    match form.format() {
        Some(format) => Text::from(", written ").code(format),
        None => Text::from(", written as ISO 8601"),
    }
}
