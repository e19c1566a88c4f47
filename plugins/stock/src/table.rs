//! Tables: each row becomes a record of every stream that it is meant for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use labrelay_collector::stock::{About, Filled, Growth, Origin, Presence, Table, TableStream};
use labrelay_collector::{
    Batch, Cells, Found, Input as _, InputId, OpenError, OpenedInput, PollError, Position, Reason, Settings,
    TableForm, TableReader, TableRow,
};

use super::cell::{self, Unreadable};
use super::site::{Site, value_of};

/// Inputs whose reader is kept until the next poll: as many as one poll has.
const MAX_KEPT: usize = 64;
/// What is kept of a file that has no table: its head, by which a person knows what it is.
const HEAD_BYTES: usize = 4096;

/// Reads a source of tables.
pub(crate) struct Tables {
    table: Table,
    form: Arc<TableForm>,
    /// What the site says, for each stream in the order of its fields.
    fixed: Vec<Vec<Option<String>>>,
    /// Readers of inputs that are not finished, so that a long table is read once. What they know stands in the file too.
    kept: HashMap<InputId, TableReader>,
}

impl Tables {
    pub(crate) fn new(table: &Table, settings: &Settings) -> Result<Self, OpenError> {
        let fixed = |stream: &TableStream| {
            stream.fields.iter().map(|filled| value_of(filled, settings)).collect::<Result<_, _>>()
        };
        let fixed = table.streams.iter().map(fixed).collect::<Result<_, _>>()?;
        Ok(Self { table: table.clone(), form: Arc::new(form(table)), fixed, kept: HashMap::new() })
    }

    /// After a reply that was lost.
    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }

    /// Reads until the input ends or the batch is full; what is not read comes again.
    pub(crate) fn read(
        &mut self,
        mut input: OpenedInput<'_>,
        site: &Site,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let kept = self.kept.remove(&input.id()).filter(|reader| reader.position() == input.position());
        let mut reader = kept.unwrap_or_else(|| input.table(Arc::clone(&self.form)));
        while !batch.is_full() {
            match reader.next(&mut input) {
                Ok(Some(TableRow::Cells(row))) => self.row(&row, &input, site, batch)?,
                Ok(Some(TableRow::Broken { position, reason, text })) => {
                    batch.refuse(input.unit(position), reason, text.as_bytes())?;
                    if reason == Reason::OverBound {
                        input.finish();
                        return Ok(());
                    }
                }
                Ok(None) => return self.end(reader, input, batch),
                Err(_) => {
                    batch.refuse(input.unit(Position(reader.position())), Reason::ReadError, &[])?;
                    input.finish();
                    return Ok(());
                }
            }
        }
        input.set_position(reader.position());
        self.keep(input.id(), reader);
        Ok(())
    }

    /// What is read whole and has no row is counted as such. What grows may have one later.
    fn end(
        &mut self,
        reader: TableReader,
        mut input: OpenedInput<'_>,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let unit = input.unit(Position(0));
        match (self.table.growth, reader.found()) {
            (Growth::Grows, _) => {
                self.keep(input.id(), reader);
                input.finish();
                return Ok(());
            }
            (Growth::Done, Found::Rows) => {}
            (Growth::Done, Found::Nothing | Found::Header) => batch.drop_units(unit, Reason::Empty, 1)?,
            (Growth::Done, Found::NoTable) => {
                let mut head = [0; HEAD_BYTES];
                let read = input.read_at(0, &mut head).unwrap_or(0);
                batch.refuse(unit, Reason::BadHeader, head.get(..read).unwrap_or_default())?;
            }
        }
        input.finish();
        Ok(())
    }

    fn keep(&mut self, id: InputId, reader: TableReader) {
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
        }
        self.kept.insert(id, reader);
    }

    fn row(
        &self,
        row: &Cells<'_>,
        input: &OpenedInput<'_>,
        site: &Site,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let unit = input.unit(row.position());
        let name = self.table.qc.as_deref().map(|column| row.cell(column).unwrap_or_default());
        let is_qc = name.map(|name| site.is_qc(name));
        let mut is_meant = false;
        for (number, (stream, fixed)) in self.table.streams.iter().zip(&self.fixed).enumerate() {
            let of_stream = match (stream.about, is_qc) {
                (About::Qc, Some(is_qc)) => is_qc,
                (About::Specimen, Some(is_qc)) => !is_qc,
                (About::Instrument, _) | (_, None) => true,
            };
            if !of_stream || !row.is_of(number) {
                continue;
            }
            is_meant = true;
            let texts: Vec<Option<Cow<'_, str>>> = stream
                .fields
                .iter()
                .zip(fixed)
                .map(|(filled, said)| self.text(filled, said.as_deref(), row))
                .collect();
            let said = stream
                .fields
                .iter()
                .zip(&texts)
                .filter_map(|(filled, text)| Some((filled, text.as_deref()?)));
            let values: Result<Vec<_>, Unreadable> = said
                .map(|(filled, text)| {
                    Ok((filled.field.as_str(), cell::read(text, filled, self.table.decimal, site.zone())?))
                })
                .collect();
            let Ok(values) = values else {
                return batch.refuse(unit, Reason::Unparsable, row.text().as_bytes());
            };
            let record = batch.record(unit, stream.stream.as_str())?;
            values.into_iter().fold(record, |record, (field, value)| value.put(record, field)).push()?;
        }
        if is_meant { Ok(()) } else { batch.drop_units(unit, Reason::Specimen, 1) }
    }

    /// What the row, the lines above the table or the site say of a field; `None` if they say nothing.
    fn text<'t>(&self, filled: &Filled, said: Option<&'t str>, row: &Cells<'t>) -> Option<Cow<'t, str>> {
        let says_something =
            |text: &&str| !text.is_empty() && !self.table.empty.iter().any(|word| **word == **text);
        match &filled.origin {
            Origin::Setting(_) => said.map(Cow::Borrowed),
            Origin::Heading(key) => row.heading(key).filter(says_something).map(Cow::Borrowed),
            Origin::Columns(names) => match names.as_slice() {
                [name] => row.cell(name).filter(says_something).map(Cow::Borrowed),
                names => {
                    let cells: Option<Vec<&str>> =
                        names.iter().map(|name| row.cell(name).filter(says_something)).collect();
                    Some(Cow::Owned(cells?.join(" ")))
                }
            },
        }
    }
}

/// By which columns a table is known, and what is wanted of the lines above it.
fn form(table: &Table) -> TableForm {
    let mut form = TableForm::new(table.delimiter);
    for stream in &table.streams {
        let required = stream.fields.iter().filter(|filled| filled.presence == Presence::Required);
        let columns = required.flat_map(|filled| match &filled.origin {
            Origin::Columns(names) => names.as_slice(),
            Origin::Heading(_) | Origin::Setting(_) => &[],
        });
        form = form.table(columns.cloned());
        for filled in &stream.fields {
            if let Origin::Heading(key) = &filled.origin {
                form = form.heading(key.clone());
            }
        }
    }
    table.skip.iter().fold(form, |form, title| form.skip(title.clone()))
}
