//! Encoding of a poll's units: cell by cell in the manifest's order, so no names and no types cross.
//!
//! A record is its stream, a bitmap of the cells it has, and those cells. What a cell means follows from the
//! manifest's shape alone; a value that the shape does not allow can't be expressed.

use labrelay_model::{Cell, Record, StreamIndex, Value};

use crate::varint::{put_i64, put_u64};
use crate::{Unit, UnitOutcome};

/// Longest raw part of a refused unit: enough to see what is wrong with it, little enough to keep many.
pub const MAX_RAW_BYTES: usize = 64 * 1024;
/// Longest text of a cell: the greatest `max_bytes` that a manifest can declare.
pub const MAX_TEXT_BYTES: usize = u16::MAX as usize;
/// Longest encoding of a number; what a cell other than text takes at most.
const MAX_NUMBER_BYTES: usize = 10;

pub(crate) const RECORDS: u8 = 0;
pub(crate) const REFUSED: u8 = 1;
pub(crate) const DROPPED: u8 = 2;

impl Unit {
    /// How many units it stands for in `seen`.
    pub fn seen(&self) -> u64 {
        match self.outcome {
            UnitOutcome::Records(_) | UnitOutcome::Refused(..) => 1,
            UnitOutcome::Dropped(_, units) => units,
        }
    }

    /// What it counts against a request's `max_records`: its records, and at least one.
    pub fn cost(&self) -> usize {
        match &self.outcome {
            UnitOutcome::Records(records) => records.len().max(1),
            UnitOutcome::Refused(..) | UnitOutcome::Dropped(..) => 1,
        }
    }

    /// What it counts against a request's `max_bytes`: never less than its encoding takes.
    pub fn bytes_at_most(&self) -> usize {
        let outcome = match &self.outcome {
            UnitOutcome::Records(records) => records.iter().map(record_bytes_at_most).sum(),
            UnitOutcome::Refused(_, raw) => raw.0.len(),
            UnitOutcome::Dropped(..) => 0,
        };
        UNIT_START_BYTES + outcome
    }
}

/// Handle, position, stream, tag, and two numbers of the outcome.
const UNIT_START_BYTES: usize = 5 * MAX_NUMBER_BYTES + 1;

/// What a record adds to [`Unit::bytes_at_most`].
pub fn record_bytes_at_most(record: &Record) -> usize {
    let cell = |cell: &Cell| match cell {
        None => 0,
        Some(Value::Text(text)) => MAX_NUMBER_BYTES + text.len(),
        Some(_) => MAX_NUMBER_BYTES,
    };
    MAX_NUMBER_BYTES + record.cells.len().div_ceil(8) + record.cells.iter().map(cell).sum::<usize>()
}

pub(crate) fn put_unit(out: &mut Vec<u8>, unit: &Unit) {
    put_u64(out, unit.handle.into());
    put_u64(out, unit.position.0);
    match &unit.outcome {
        UnitOutcome::Records(records) => {
            out.push(RECORDS);
            put_u64(out, records.len() as u64);
            records.iter().for_each(|record| put_record(out, record));
        }
        UnitOutcome::Refused(reason, raw) => {
            out.push(REFUSED);
            put_stream(out, unit.stream);
            put_u64(out, reason.number().into());
            put_bytes(out, &raw.0);
        }
        UnitOutcome::Dropped(reason, units) => {
            out.push(DROPPED);
            put_stream(out, unit.stream);
            put_u64(out, reason.number().into());
            put_u64(out, *units);
        }
    }
}

fn put_stream(out: &mut Vec<u8>, stream: Option<StreamIndex>) {
    put_u64(out, stream.map_or(0, |index| u64::from(index.0) + 1));
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u64(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_record(out: &mut Vec<u8>, record: &Record) {
    put_u64(out, record.stream.0.into());
    for eight in record.cells.chunks(8) {
        out.push(eight.iter().rev().fold(0, |bits, cell| bits << 1 | u8::from(cell.is_some())));
    }
    record.cells.iter().flatten().for_each(|value| put_value(out, value));
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Int(number) | Value::Duration(number) => put_i64(out, *number),
        Value::Float(number) => out.extend_from_slice(&number.to_le_bytes()),
        Value::Bool(yes) => out.push(u8::from(*yes)),
        Value::Timestamp(instant) => put_i64(out, instant.as_micros()),
        Value::Enum(index) => put_u64(out, u64::from(*index)),
        Value::Text(text) => put_bytes(out, text.as_bytes()),
    }
}
