//! Reading a record from JSON, strictly: what is not exactly of the documented shape is refused.
//!
//! Reads types, not rules: ranges, patterns and presence are `Gate::check`'s. Errors never quote the line.

mod fields;
mod unchecked;

use std::borrow::Cow;

use labrelay_manifest::Manifest;
use labrelay_model::{Reason, Record};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Refusal;

pub(crate) use fields::read_fields;
pub use unchecked::unchecked_line;

/// Longest line. The largest record that a manifest can declare, 256 fields of 48-byte names and 64-byte codes
/// with every byte escaped, takes 46 KiB.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Reads one line `{"stream":…,"fields":{…}}`. A timestamp may carry any offset, a duration is in seconds,
/// an enum is its word.
pub fn read_record(manifest: &Manifest, line: &[u8]) -> Result<Record, Refusal> {
    let line = Line::read(line)?;
    let (index, stream) = manifest.stream(&line.stream).ok_or(Reason::UnknownStream)?;
    Ok(Record { stream: index, cells: read_fields(&stream.fields, line.fields.get())? })
}

/// The outer object; serde refuses a key that is unknown, missing or stands twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    fields: &'a RawValue,
}

impl<'a> Line<'a> {
    fn read(line: &'a [u8]) -> Result<Self, Refusal> {
        if line.len() > MAX_LINE_BYTES {
            return Err(Reason::OverBound.into());
        }
        // serde would take an array for a struct as well.
        if !line.trim_ascii_start().starts_with(b"{") {
            return Err(Reason::Malformed.into());
        }
        serde_json::from_slice(line).map_err(|_| Reason::Malformed.into())
    }
}
