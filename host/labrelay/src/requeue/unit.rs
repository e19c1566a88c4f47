//! A quarantined entry as the unit that it was, for the gate to judge again.

use std::path::PathBuf;

use labrelay_abi::{Unit, UnitOutcome};
use labrelay_gate::json;
use labrelay_manifest::Manifest;
use labrelay_model::Record;
use labrelay_spool::{Form, QuarantineEntry};

use super::event::Events;
use crate::judge::Origin;

/// What an entry gives.
pub(super) enum Again {
    /// The unit and where it was read.
    Unit(Unit, Origin),
    /// The manifest still knows no such stream, field, word or event.
    Refused,
    /// Bytes that no plugin could read.
    Unread,
}

/// Reads `entry` by `manifest`, and a log line by its `events`; its origin will stand at `handle`.
pub(super) fn again(
    entry: &QuarantineEntry,
    manifest: &Manifest,
    events: &mut Events<'_>,
    handle: usize,
) -> Again {
    let (Some(identity), Some(source)) = (entry.input, entry.source.clone()) else { return Again::Unread };
    let records = match entry.form {
        Form::Records => records(manifest, &entry.raw.0),
        Form::EventLine => events.record(&entry.raw.0).map(|record| vec![record]),
        Form::Batch | Form::Raw => return Again::Unread,
    };
    let (Some(records), Ok(handle)) = (records, u16::try_from(handle)) else { return Again::Refused };
    let stream = records.first().map(|record| record.stream);
    let unit = Unit { handle, position: entry.position, stream, outcome: UnitOutcome::Records(records) };
    Again::Unit(unit, Origin { source, identity, path: PathBuf::new() })
}

/// A unit's records, one line of JSON each; `None` if one can't be read by this manifest.
fn records(manifest: &Manifest, lines: &[u8]) -> Option<Vec<Record>> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let records: Vec<_> = lines.map(|line| json::read_record(manifest, line).ok()).collect::<Option<_>>()?;
    (!records.is_empty()).then_some(records)
}
