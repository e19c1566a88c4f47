//! Checks one source.

use std::time::Duration;

use labrelay_model::SourceName;

use crate::fault::Fault;
use crate::length_of_time::settle_time;
use crate::raw::{Kind, RawFormat, RawSource};
use crate::{Encoding, Format, Source, SourceKind};

use super::tables::tables;

/// Settle time where the manifest gives none: instruments write a file or row within a second or two.
const DEFAULT_SETTLE: Duration = Duration::from_secs(5);
/// The same of a log: a writer that pauses in the middle of a line for longer gets it cut in two.
const DEFAULT_TAIL_SETTLE: Duration = Duration::from_secs(60);

pub(super) fn source(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    let default = match raw.kind.0 {
        Kind::Folder | Kind::Sqlite => DEFAULT_SETTLE,
        Kind::Tail => DEFAULT_TAIL_SETTLE,
    };
    let settle =
        raw.settle.as_deref().map_or(Ok(default), settle_time).map_err(|why| Fault::at("settle", why))?;
    let Some(pattern) = raw.pattern else {
        return Err(Fault::here("a source needs `pattern`, such as \"*.lmd|*.fcs\""));
    };
    file_names(&pattern).map_err(|why| Fault::at("pattern", why))?;
    let pattern = pattern.into();
    if raw.tables.is_some() && !matches!(raw.kind.0, Kind::Sqlite) {
        return Err(Fault::at("tables", "only a source of kind `sqlite` has tables"));
    }
    let kind = match (raw.kind.0, raw.format) {
        (Kind::Sqlite, None) => SourceKind::Sqlite { pattern, settle, tables: tables(raw.tables)? },
        (Kind::Sqlite, Some(_)) => return Err(Fault::at("format", "a database has its own")),
        (Kind::Tail, None) => SourceKind::Tail { pattern, settle },
        (Kind::Tail, Some(_)) => return Err(Fault::at("format", "a log that is followed is text")),
        (Kind::Folder, Some(RawFormat::Fcs)) => SourceKind::Folder { pattern, settle, format: Format::Fcs },
        (Kind::Folder, Some(RawFormat::Other) | None) => {
            SourceKind::Folder { pattern, settle, format: Format::Other }
        }
    };
    let encoding = match (&kind, raw.encoding) {
        (_, None) => Encoding::Utf8,
        (SourceKind::Sqlite { .. }, Some(_)) => {
            return Err(Fault::at("encoding", "a database says itself how its text is encoded"));
        }
        (SourceKind::Folder { format: Format::Fcs, .. }, Some(_)) => {
            return Err(Fault::at("encoding", "FCS files are no text"));
        }
        (_, Some(label)) => Encoding::from_label(&label)
            .map_err(|why| Fault::at("encoding", format!("`{label}` is {why}")))?,
    };
    Ok(Source { name, kind, encoding })
}

/// File names, not paths: folders are the site's business.
fn file_names(pattern: &str) -> Result<(), String> {
    for name in pattern.split('|') {
        if name.is_empty() || name.trim() != name {
            return Err("empty name or space beside `|`; write \"*.lmd|*.fcs\"".into());
        }
        if name.contains(['/', '\\', ':', '[', ']', '{', '}']) || name.chars().any(char::is_control) {
            return Err(format!(
                "`{name}` is no file name pattern: only `*` and `?` stand for characters, and folders \
                                are named in the site's configuration"
            ));
        }
    }
    Ok(())
}
