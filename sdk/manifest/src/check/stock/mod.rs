//! Checks what a stock plugin is told: every source has a reader, and every stream what it needs.

mod filled;
mod table;
mod textlog;

use labrelay_model::SourceName;

use super::note;
use crate::fault::Fault;
use crate::nearest::nearest;
use crate::raw::{RawReader, StockName};
use crate::yaml::Named;
use crate::{Field, Format, Growth, Presence, Reader, Source, SourceKind, Stream};

/// The readers in the order of the sources; `None` for a family with a plugin of its own.
pub(super) fn readers(
    plugin: Option<StockName>,
    settings: Option<Named<SourceName, RawReader>>,
    sources: &[Source],
    streams: &[Stream],
) -> Result<Option<Vec<Reader>>, Vec<Fault>> {
    let mut raw = match (plugin, settings) {
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            let why = "a plugin of the family's own is not told here how to read; a stock plugin is, with `plugin: stock`";
            return Err(vec![Fault::at("settings", why)]);
        }
        (Some(StockName), raw) => raw.unwrap_or_default().0,
    };
    let mut faults = Vec::new();
    let mut readers = Vec::new();
    for source in sources {
        match raw.iter().position(|(name, _)| *name == source.name) {
            None => {
                faults.push(Fault::at("settings", format!("says nothing of the source `{}`", source.name)))
            }
            Some(at) => match reader(source, raw.swap_remove(at).1, streams) {
                Ok(reader) => readers.push(reader),
                Err(more) => faults.extend(more.into_iter().map(|fault| in_settings(&source.name, fault))),
            },
        }
    }
    for (name, _) in &raw {
        let names = sources.iter().map(|source| source.name.as_str());
        let why = unknown("source", name.as_str(), names);
        faults.push(in_settings(name, Fault::here(why)));
    }
    if faults.is_empty() {
        faults.extend(never_filled(streams, &readers));
    }
    if faults.is_empty() { Ok(Some(readers)) } else { Err(faults) }
}

fn reader(source: &Source, raw: RawReader, streams: &[Stream]) -> Result<Reader, Vec<Fault>> {
    let growth = match source.kind {
        SourceKind::Tail { .. } => Growth::Grows,
        SourceKind::Folder { format: Format::Other, .. } => Growth::Done,
        _ => return Err(vec![Fault::here("the stock plugin reads files of text, and this source has none")]),
    };
    match (raw.textlog, raw.table) {
        (Some(raw), None) => {
            textlog::textlog(raw, streams).map(Reader::Textlog).map_err(|f| under("textlog", f))
        }
        (None, Some(raw)) => {
            table::table(raw, growth, streams).map(Reader::Table).map_err(|f| under("table", f))
        }
        _ => Err(vec![Fault::here("needs `textlog` or `table`, and not both")]),
    }
}

fn in_settings(source: &SourceName, fault: Fault) -> Fault {
    fault.under(source.as_str()).under("settings")
}

fn under(key: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.under(key)).collect()
}

/// A stream that no reader fills would stand in the lake as a table that stays empty.
fn never_filled(streams: &[Stream], readers: &[Reader]) -> Vec<Fault> {
    let is_filled = |stream: &&Stream| {
        readers.iter().any(|reader| match reader {
            Reader::Textlog(log) => log.stream == stream.name,
            Reader::Table(table) => table.streams.iter().any(|filled| filled.stream == stream.name),
        })
    };
    let empty = streams.iter().filter(|stream| !is_filled(stream));
    empty
        .map(|stream| {
            Fault::here("no reader in `settings` fills this stream")
                .under(stream.name.as_str())
                .under("streams")
        })
        .collect()
}

/// The stream of this name.
fn stream<'a>(name: &str, streams: &'a [Stream]) -> Result<&'a Stream, String> {
    let names = || streams.iter().map(|stream| stream.name.as_str());
    streams.iter().find(|stream| stream.name.as_str() == name).ok_or_else(|| unknown("stream", name, names()))
}

/// The fields that a reader has to fill: those of a catalogue's slots fill themselves.
fn own_fields(stream: &Stream) -> &[Field] {
    let own =
        stream.catalogue.as_deref().map_or(stream.fields.len(), |catalogue| catalogue.columns().event.into());
    stream.fields.get(..own).unwrap_or(&stream.fields)
}

/// The stream's own field of this name.
fn field<'a>(name: &str, stream: &'a Stream) -> Result<&'a Field, String> {
    let own = own_fields(stream);
    let names = || own.iter().map(|field| field.name.as_str());
    let what = || format!("field of stream `{}`", stream.name);
    own.iter().find(|field| field.name.as_str() == name).ok_or_else(|| unknown(&what(), name, names()))
}

/// Required fields of the stream that nothing fills: every record would be quarantined.
fn missing(stream: &Stream, is_filled: impl Fn(&Field) -> bool) -> Option<Fault> {
    let required = own_fields(stream).iter().filter(|field| field.presence == Presence::Required);
    let missing: Vec<String> =
        required.filter(|field| !is_filled(field)).map(|field| format!("`{}`", field.name)).collect();
    let what =
        || format!("nothing fills {} of stream `{}`, which is required", missing.join(", "), stream.name);
    (!missing.is_empty()).then(|| Fault::here(what()))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("`{name}` is no {what}; did you mean `{near}`?"),
        None => format!("`{name}` is no {what}"),
    }
}

/// Keeps a fault under its key and goes on.
fn keep<T>(result: Result<T, String>, key: &str, faults: &mut Vec<Fault>) -> Option<T> {
    note(result.map_err(|why| Fault::at(key, why)), faults)
}
