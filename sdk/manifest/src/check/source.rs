//! Checks one source.

use std::time::Duration;

use labrelay_model::SourceName;

use crate::fault::Fault;
use crate::length_of_time::settle_time;
use crate::raw::{Kind, RawFormat, RawProtocol, RawSource};
use crate::{Encoding, Format, Protocol, Source, SourceKind};

/// Settle time where the manifest gives none: instruments write a file within a second or two.
const DEFAULT_SETTLE: Duration = Duration::from_secs(5);
/// The same of a log: a writer that pauses in the middle of a line for longer gets it cut in two.
const DEFAULT_TAIL_SETTLE: Duration = Duration::from_secs(60);

pub(super) fn source(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    if let Kind::Line = raw.kind.0 {
        return line(name, raw);
    }
    if raw.protocol.is_some() {
        return Err(Fault::at("protocol", "only a source of kind `line` has a protocol"));
    }
    let default = match raw.kind.0 {
        Kind::Folder | Kind::Line => DEFAULT_SETTLE,
        Kind::Tail => DEFAULT_TAIL_SETTLE,
    };
    let settle =
        raw.settle.as_deref().map_or(Ok(default), settle_time).map_err(|why| Fault::at("settle", why))?;
    let Some(pattern) = raw.pattern else {
        return Err(Fault::here("a source needs `pattern`, such as \"*.lmd|*.fcs\""));
    };
    file_names(&pattern).map_err(|why| Fault::at("pattern", why))?;
    let pattern = pattern.into();
    let kind = match (raw.kind.0, raw.format) {
        (Kind::Tail, None) => SourceKind::Tail { pattern, settle },
        (Kind::Tail, Some(_)) => return Err(Fault::at("format", "a log that is followed is text")),
        (Kind::Folder | Kind::Line, Some(RawFormat::Fcs)) => {
            SourceKind::Folder { pattern, settle, format: Format::Fcs }
        }
        (Kind::Folder | Kind::Line, Some(RawFormat::Other) | None) => {
            SourceKind::Folder { pattern, settle, format: Format::Other }
        }
    };
    let encoding = match (&kind, raw.encoding) {
        (_, None) => Encoding::Utf8,
        (SourceKind::Folder { format: Format::Fcs, .. }, Some(_)) => {
            return Err(Fault::at("encoding", "FCS files are no text"));
        }
        (_, Some(label)) => Encoding::from_label(&label)
            .map_err(|why| Fault::at("encoding", format!("`{label}` is {why}")))?,
    };
    Ok(Source { name, kind, encoding })
}

/// A line has neither names nor a time of rest: its protocol says where a message ends.
fn line(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    let of_files = [
        ("pattern", raw.pattern.is_some()),
        ("settle", raw.settle.is_some()),
        ("format", raw.format.is_some()),
    ];
    if let Some((key, _)) = of_files.iter().find(|(_, stands)| *stands) {
        return Err(Fault::at(key, "a source of kind `line` has messages and no files"));
    }
    let Some(RawProtocol::Lis01) = raw.protocol else {
        return Err(Fault::here("a source of kind `line` needs `protocol: lis01`"));
    };
    let encoding = raw.encoding.map_or(Ok(Encoding::Utf8), |label| {
        Encoding::from_label(&label).map_err(|why| Fault::at("encoding", format!("`{label}` is {why}")))
    })?;
    Ok(Source { name, kind: SourceKind::Line { protocol: Protocol::Lis01 }, encoding })
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
