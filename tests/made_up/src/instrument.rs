//! The made-up instrument: a log with a time before each line, and acquisitions in lines of their own; results of QC in a
//! database (`results.rs`); events in messages over a line (`messages.rs`).
//!
//! ```text
//! 2026-03-01T10:00:00Z ZZ00001 Laser Blue power 12.5 mW below target 20.0 mW
//! 2026-03-01T10:00:05Z ZZ00001 pump P2 stopped
//!   cause: stall
//! 2026-03-01T10:01:00Z ZZ00001 acquired 5000 no
//! ```

use labrelay_collector::{
    Batch, Collector, Input, Inputs, OpenError, OpenedInput, PollError, Position, Reason, Settings, State,
    Timestamp, Unit,
};

use crate::{messages, results};

/// Longest log that the tests write.
const MAX_LOG_BYTES: usize = 64 * 1024;

/// Needs no state: a log is read at once.
pub struct MadeUp;

impl Collector for MadeUp {
    fn open(_: Settings, _: Option<State>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for input in inputs {
            if batch.is_full() {
                break;
            }
            match input.source().as_str() {
                "results" => results::read(input, batch)?,
                "host_stream" => messages::read(input, batch)?,
                _ => read(input, batch)?,
            }
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

/// Reads one log whole.
pub(crate) fn read(mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
    let mut log = vec![0; MAX_LOG_BYTES];
    let read = input.read_at(0, &mut log).unwrap_or(0);
    log.truncate(read);
    let mut at = 0;
    for entry in entries(&log) {
        take(input.unit(Position(at)), entry, batch)?;
        at += entry.len() as u64;
    }
    input.finish();
    Ok(())
}

/// An entry is a line and the indented ones after it.
fn entries(log: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = log;
    std::iter::from_fn(move || {
        let lines: Vec<&[u8]> = rest.split_inclusive(|byte| *byte == b'\n').collect();
        let more = lines.iter().skip(1).take_while(|line| line.starts_with(b" ")).count();
        let length = lines.iter().take(1 + more).map(|line| line.len()).sum();
        let (entry, behind) = rest.split_at_checked(length)?;
        rest = behind;
        (!entry.is_empty()).then_some(entry)
    })
}

fn take(unit: Unit, entry: &[u8], batch: &mut Batch<'_>) -> Result<(), PollError> {
    let Some((at, instrument, text)) = head(entry) else {
        return batch.refuse(unit, Reason::Unparsable, entry);
    };
    match text.strip_prefix("acquired ").and_then(|rest| rest.split_once(' ')) {
        None => batch
            .record(unit, "event")?
            .text("instrument", instrument)
            .timestamp("at", at)
            .line(text.as_bytes()),
        Some((events, aborted)) => batch
            .record(unit, "acquisition")?
            .text("instrument", instrument)
            .timestamp("at", at)
            .int("events", events.parse().ok())
            .bool("aborted", aborted == "yes")
            .push(),
    }
}

/// Time and serial number before the text.
pub(crate) fn head(entry: &[u8]) -> Option<(Timestamp, &str, &str)> {
    let (at, rest) = std::str::from_utf8(entry).ok()?.trim_ascii_end().split_once(' ')?;
    let (instrument, text) = rest.split_once(' ')?;
    Some((Timestamp::parse(at).ok()?, instrument, text))
}
