//! Checks how a stock plugin reads tables.

use super::filled::{Places, column_name, filled};
use super::{keep, missing, stream};
use crate::fault::Fault;
use crate::raw::{RawDecimalMark, RawTable, RawTableStream};
use crate::{About, DecimalMark, Growth, Origin, Presence, Stream, Table, TableStream};

/// Most words of `empty` and `skip`, and their length: each row's first cell is compared with them.
const MAX_WORDS: usize = 64;
const MAX_WORD_BYTES: usize = 128;

pub(super) fn table(raw: RawTable, growth: Growth, streams: &[Stream]) -> Result<Table, Vec<Fault>> {
    let mut faults = Vec::new();
    let delimiter = keep(delimiter(raw.delimiter.as_deref()), "delimiter", &mut faults);
    let decimal = match raw.decimal {
        None | Some(RawDecimalMark::Point) => DecimalMark::Point,
        Some(RawDecimalMark::Comma) => DecimalMark::Comma,
    };
    let empty = keep(words(&raw.empty), "empty", &mut faults);
    let skip = keep(words(&raw.skip), "skip", &mut faults);
    let qc = raw.qc.as_deref().and_then(|name| keep(column_name(name), "qc", &mut faults));
    if raw.streams.0.is_empty() {
        faults.push(Fault::at("streams", "needs at least one entry"));
    }
    let mut filled = Vec::new();
    for (name, raw) in raw.streams.0 {
        match table_stream(name.as_str(), raw, streams) {
            Ok(one) => filled.push(one),
            Err(more) => {
                faults.extend(more.into_iter().map(|fault| fault.under(name.as_str()).under("streams")));
            }
        }
    }
    let tells_of = |about: About| filled.iter().any(|one: &TableStream| one.about == about);
    if qc.is_none() && tells_of(About::Qc) && tells_of(About::Specimen) {
        let why =
            "hold one about QC and one about specimens: `qc` names the column that tells their rows apart";
        faults.push(Fault::at("streams", why));
    }
    match (delimiter, empty, skip) {
        (Some(delimiter), Some(empty), Some(skip)) if faults.is_empty() => {
            Ok(Table { growth, delimiter, decimal, empty, skip, qc, streams: filled })
        }
        _ => Err(faults),
    }
}

fn table_stream(name: &str, raw: RawTableStream, streams: &[Stream]) -> Result<TableStream, Vec<Fault>> {
    let stream = stream(name, streams).map_err(|why| vec![Fault::here(why)])?;
    if stream.catalogue.is_some() {
        return Err(vec![Fault::here("has a catalogue, which is filled by a `textlog`")]);
    }
    let mut faults = Vec::new();
    let fields = filled(raw.fields, stream, Places::Any, &mut faults);
    let is_column = |origin: &Origin| matches!(origin, Origin::Columns(_));
    if faults.is_empty() {
        let is_filled = |field: &crate::Field| fields.iter().any(|filled| filled.field == field.name);
        faults.extend(missing(stream, is_filled));
        let tells =
            fields.iter().any(|filled| is_column(&filled.origin) && filled.presence == Presence::Required);
        if !tells {
            let why = "at least one column has to fill a required field: by these columns its table is known";
            faults.push(Fault::at("fields", why));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(TableStream { stream: stream.name.clone(), about: stream.about, fields })
}

fn delimiter(raw: Option<&str>) -> Result<u8, String> {
    match raw.unwrap_or(",").as_bytes() {
        b"tab" => Ok(b'\t'),
        [byte @ (b'!'..=b'~' | b'\t')] if !byte.is_ascii_alphanumeric() && *byte != b'"' => Ok(*byte),
        _ => Err("is one character such as `;`, or `tab`; no letter, digit, blank or quotation mark".into()),
    }
}

fn words(raw: &[String]) -> Result<Vec<Box<str>>, String> {
    let fits = |word: &&String| word.trim() == word.as_str() && (1..=MAX_WORD_BYTES).contains(&word.len());
    if raw.len() > MAX_WORDS || !raw.iter().all(|word| fits(&word)) {
        return Err(format!(
            "takes up to {MAX_WORDS} words of 1 to {MAX_WORD_BYTES} bytes, without blanks around them"
        ));
    }
    Ok(raw.iter().map(|word| word.as_str().into()).collect())
}
