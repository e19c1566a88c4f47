//! Checks one source.

use std::time::Duration;

use labrelay_model::SourceName;

use crate::fault::Fault;
use crate::length_of_time::settle_time;
use crate::raw::{Kind, RawFormat, RawProtocol, RawSource};
use crate::{Encoding, Format, Protocol, Source, SourceKind};

use super::tables::tables;

/// Settle time where the manifest gives none: instruments write a file or row within a second or two.
const DEFAULT_SETTLE: Duration = Duration::from_secs(5);
/// The same of a log: a writer that pauses in the middle of a line for longer gets it cut in two.
const DEFAULT_TAIL_SETTLE: Duration = Duration::from_secs(60);

pub(super) fn source(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    let default = match raw.kind.0 {
        Kind::Line => return line(name, raw),
        Kind::Folder | Kind::Sqlite => DEFAULT_SETTLE,
        Kind::Tail => DEFAULT_TAIL_SETTLE,
    };
    if raw.protocol.is_some() {
        return Err(Fault::at("protocol", "only a source of kind `line` has one"));
    }
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
        (Kind::Line, _) => return Err(Fault::here("a line has no files")), // taken care of above
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
        (SourceKind::Sqlite { .. }, Some(_)) => {
            return Err(Fault::at("encoding", "a database says itself how its text is encoded"));
        }
        (SourceKind::Folder { format: Format::Fcs, .. }, Some(_)) => {
            return Err(Fault::at("encoding", "FCS files are no text"));
        }
        (_, label) => encoding(label)?,
    };
    Ok(Source { name, kind, encoding })
}

/// Messages have no file whose name, rest or format could be declared.
fn line(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    let of_files = [
        ("pattern", raw.pattern.is_some()),
        ("settle", raw.settle.is_some()),
        ("format", raw.format.is_some()),
        ("tables", raw.tables.is_some()),
    ];
    if let Some((key, _)) = of_files.into_iter().find(|(_, given)| *given) {
        return Err(Fault::at(key, "a line has no files; write {kind: line, protocol: lis01}"));
    }
    let Some(RawProtocol::Lis01) = raw.protocol else {
        return Err(Fault::here("a line needs `protocol: lis01`"));
    };
    let kind = SourceKind::Line { protocol: Protocol::Lis01 };
    Ok(Source { name, kind, encoding: encoding(raw.encoding)? })
}

fn encoding(label: Option<String>) -> Result<Encoding, Fault> {
    let Some(label) = label else { return Ok(Encoding::Utf8) };
    Encoding::from_label(&label).map_err(|why| Fault::at("encoding", format!("`{label}` is {why}")))
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
