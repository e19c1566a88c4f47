//! The collector plugin that `cargo xtask bench` measures with: one record for each line of a log.
//!
//! Reads the log as often as the setting `repeat` says, so that a small file fills a large spool.

use labrelay_collector::{
    Batch, Collector, Input, Inputs, OpenError, OpenedInput, PollError, Position, Reason, Settings, State,
    Timestamp, Unit,
};

/// Read at once: some 3,000 lines.
const CHUNK_BYTES: usize = 256 * 1024;

/// Needs no state: how far it has read is the position of each input.
pub struct Lines {
    repeat: u64,
    chunk: Vec<u8>,
}

impl Collector for Lines {
    fn open(settings: Settings, _: Option<State>) -> Result<Self, OpenError> {
        Ok(Self { repeat: settings.get("repeat")?.unwrap_or(1), chunk: vec![0; CHUNK_BYTES] })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for input in inputs {
            if batch.is_full() {
                break;
            }
            self.read(input, batch)?;
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

impl Lines {
    /// Positions go on counting when the log is read again, so that each record has its own.
    fn read(&mut self, mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let end = input.size().saturating_mul(self.repeat);
        let mut at = input.position();
        while at < end && !batch.is_full() {
            let read = input.read_at(at % input.size(), &mut self.chunk).unwrap_or(0);
            let chunk = self.chunk.get(..read).unwrap_or_default();
            let lines = match whole_lines(chunk) {
                [] if at + read as u64 == end => chunk, // a last line needs no end
                lines => lines,
            };
            if lines.is_empty() {
                batch.refuse(input.unit(Position(at)), Reason::Unparsable, &[])?;
                at = end;
            }
            for line in lines.split_inclusive(|byte| *byte == b'\n') {
                if batch.is_full() {
                    break;
                }
                take(input.unit(Position(at)), line, batch)?;
                at += line.len() as u64;
            }
        }
        input.set_position(at);
        if at >= end {
            input.finish();
        }
        Ok(())
    }
}

fn whole_lines(chunk: &[u8]) -> &[u8] {
    let end = chunk.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    chunk.get(..end).unwrap_or_default()
}

fn take(unit: Unit, line: &[u8], batch: &mut Batch<'_>) -> Result<(), PollError> {
    match Sample::read(line) {
        Some(sample) => sample.give(unit, batch),
        None => batch.refuse(unit, Reason::Unparsable, line),
    }
}

/// A line's fields, separated by commas, in the manifest's order.
struct Sample<'a> {
    instrument: &'a str,
    at: Timestamp,
    events: i64,
    lost: i64,
    red: f64,
    blue: f64,
    voltage: f64,
    aborted: bool,
    state: &'a str,
    stop: &'a str,
    lot: &'a str,
    build: &'a str,
}

impl<'a> Sample<'a> {
    fn read(line: &'a [u8]) -> Option<Self> {
        let mut fields = std::str::from_utf8(line).ok()?.trim_ascii_end().split(',');
        Some(Self {
            instrument: fields.next()?,
            at: Timestamp::from_micros(fields.next()?.parse().ok()?)?,
            events: fields.next()?.parse().ok()?,
            lost: fields.next()?.parse().ok()?,
            red: fields.next()?.parse().ok()?,
            blue: fields.next()?.parse().ok()?,
            voltage: fields.next()?.parse().ok()?,
            aborted: fields.next()?.parse().ok()?,
            state: fields.next()?,
            stop: fields.next()?,
            lot: fields.next()?,
            build: fields.next()?,
        })
    }

    fn give(&self, unit: Unit, batch: &mut Batch<'_>) -> Result<(), PollError> {
        batch
            .record(unit, "sample")?
            .text("instrument", self.instrument)
            .timestamp("at", self.at)
            .int("events", self.events)
            .int("lost", self.lost)
            .float("red", self.red)
            .float("blue", self.blue)
            .float("voltage", self.voltage)
            .bool("aborted", self.aborted)
            .choice("state", self.state)
            .choice("stop", self.stop)
            .text("lot", self.lot)
            .text("build", self.build)
            .push()
    }
}

labrelay_collector::export_collector!(Lines, manifest: include_bytes!("../manifest.yaml"));
