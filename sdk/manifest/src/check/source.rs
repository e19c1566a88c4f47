//! Checks one source.

use std::time::Duration;

use labrelay_model::SourceName;

use crate::fault::Fault;
use crate::length_of_time::settle_time;
use crate::raw::{RawFormat, RawSource};
use crate::{Encoding, Format, Source, SourceKind};

/// Settle time where the manifest gives none: instruments write a file within a second or two.
const DEFAULT_SETTLE: Duration = Duration::from_secs(5);

pub(super) fn source(name: SourceName, raw: RawSource) -> Result<Source, Fault> {
    let settle = raw
        .settle
        .as_deref()
        .map_or(Ok(DEFAULT_SETTLE), settle_time)
        .map_err(|why| Fault::at("settle", why))?;
    let format = match raw.format {
        Some(RawFormat::Fcs) => Format::Fcs,
        Some(RawFormat::Other) | None => Format::Other,
    };
    let Some(pattern) = raw.pattern else {
        return Err(Fault::here("a folder needs `pattern`, such as \"*.lmd|*.fcs\""));
    };
    file_names(&pattern).map_err(|why| Fault::at("pattern", why))?;
    let encoding = match (format, raw.encoding) {
        (_, None) => Encoding::Utf8,
        (Format::Fcs, Some(_)) => return Err(Fault::at("encoding", "FCS files are no text")),
        (Format::Other, Some(label)) => Encoding::from_label(&label)
            .map_err(|why| Fault::at("encoding", format!("`{label}` is {why}")))?,
    };
    Ok(Source { name, kind: SourceKind::Folder { pattern: pattern.into(), settle, format }, encoding })
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
