//! Checks how a stock plugin reads a text log.

use labrelay_model::FieldType;

use super::filled::{Places, filled};
use super::{field, keep, missing, stream};
use crate::catalogue::time_format::Use;
use crate::check::note;
use crate::fault::Fault;
use crate::raw::{RawEntryStart, RawEntryTime, RawFurtherLines, RawTextlog};
use crate::{EntryStart, EntryTime, FurtherLines, Stream, Textlog, TimeForm};

pub(super) fn textlog(raw: RawTextlog, streams: &[Stream]) -> Result<Textlog, Vec<Fault>> {
    let stream = stream(&raw.stream, streams).map_err(|why| vec![Fault::at("stream", why)])?;
    let mut faults = Vec::new();
    if stream.catalogue.is_none() {
        let why = "has no catalogue, and a log's lines leave by one alone";
        faults.push(Fault::at("stream", format!("`{}` {why}", stream.name)));
    }
    let entry = keep(entry(raw.entry, raw.time.is_some()), "entry", &mut faults);
    let time = raw.time.map(|raw| note(time(&raw, stream).map_err(|fault| fault.under("time")), &mut faults));
    let fixed = filled(raw.fields, stream, Places::SettingOnly, &mut faults);
    let time = time.flatten();
    let is_filled = |field: &crate::Field| {
        time.as_ref().is_some_and(|time| time.field == field.name)
            || fixed.iter().any(|filled| filled.field == field.name)
    };
    if faults.is_empty() {
        faults.extend(missing(stream, is_filled));
    }
    let further_lines = match raw.further_lines {
        None | Some(RawFurtherLines::Match) => FurtherLines::Match,
        Some(RawFurtherLines::Drop) => FurtherLines::Drop,
    };
    match entry {
        Some(entry) if faults.is_empty() => {
            Ok(Textlog { stream: stream.name.clone(), entry, time, further_lines, fixed })
        }
        _ => Err(faults),
    }
}

fn entry(raw: Option<RawEntryStart>, has_time: bool) -> Result<EntryStart, String> {
    match raw {
        None if has_time => Ok(EntryStart::Time),
        Some(RawEntryStart::Time) if has_time => Ok(EntryStart::Time),
        Some(RawEntryStart::Time) => {
            Err("`time` says how the time is written that an entry begins with".into())
        }
        None | Some(RawEntryStart::Line) => Ok(EntryStart::Line),
        Some(RawEntryStart::Unindented) => Ok(EntryStart::Unindented),
    }
}

fn time(raw: &RawEntryTime, stream: &Stream) -> Result<EntryTime, Fault> {
    let field = field(&raw.field, stream).map_err(|why| Fault::at("field", why))?;
    if field.ty != FieldType::Timestamp {
        let why =
            format!("`{}` is declared as {}, and a time needs a timestamp", field.name, field.ty.word());
        return Err(Fault::at("field", why));
    }
    let form = match &raw.format {
        Some(format) => TimeForm::alone(format, Use::Entry).map_err(|why| Fault::at("format", why))?,
        None => TimeForm::iso(),
    };
    Ok(EntryTime { field: field.name.clone(), form })
}
