//! A window that has closed with enough acquisitions: its figures, put to the gate's rules like any record.

use std::sync::Arc;

use labrelay_model::{Cell, FieldType, StreamName, Timestamp, Value};

use super::Key;
use super::sums::Sums;
use crate::stream::StreamGate;
use crate::{AcceptedRecord, Refusal};

/// One aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedWindow {
    /// What the gate says of it: its serial number may have left the inventory meanwhile.
    pub verdict: Result<AcceptedRecord, Refusal>,
    /// Its stream.
    pub stream: StreamName,
    /// Which window of which stream and group this is: no two have the same.
    pub identity: Vec<u8>,
}

impl ClosedWindow {
    /// `None` for a stream that gives no figures.
    pub(super) fn new(stream: &Arc<StreamGate>, key: &Key, sums: &Sums, now: Timestamp) -> Option<Self> {
        let mut cells = cells(stream, key, sums)?;
        let judged = stream.judge_leaving(&mut cells, now);
        let verdict = judged.map(|()| AcceptedRecord { stream: Arc::clone(stream), cells });
        Some(Self { verdict, stream: stream.id.stream.clone(), identity: identity(&stream.id.stream, key) })
    }
}

/// In the order of [`labrelay_manifest::Figures::fields`].
fn cells(stream: &StreamGate, key: &Key, sums: &Sums) -> Option<Vec<Cell>> {
    let (figures, aggregate) = (stream.declared.figures.as_ref()?, stream.declared.aggregate?);
    let group = key.group.iter().map(|serial| serial.as_deref().map(|serial| Value::Text(serial.into())));
    let window = [
        Value::Timestamp(key.window.start),
        Value::Enum(key.window.every.index()),
        Value::Int(sums.acquisitions.into()),
    ];
    let mut cells: Vec<Cell> = group.chain(window.map(Some)).collect();
    let fields = figures.fields().get(cells.len()..)?;
    let values = sums.figures(figures, aggregate.at_least);
    cells.extend(fields.iter().zip(values).map(|(field, figure)| Some(value(&field.ty, figure?))));
    Some(cells)
}

fn value(ty: &FieldType, figure: f64) -> Value {
    match ty {
        FieldType::Int { .. } => Value::Int(figure as i64), // whole, and within ±2^53
        _ => Value::Float(figure),
    }
}

/// Stream and serial numbers, each behind its length, then window and start.
fn identity(stream: &StreamName, key: &Key) -> Vec<u8> {
    let mut identity = Vec::new();
    let mut push = |text: &str| {
        identity.extend_from_slice(&(text.len() as u64).to_be_bytes());
        identity.extend_from_slice(text.as_bytes());
    };
    push(stream.as_str());
    key.group.iter().for_each(|serial| push(serial.as_deref().unwrap_or_default())); // no serial is empty
    identity.extend_from_slice(&key.window.every.index().to_be_bytes());
    identity.extend_from_slice(&key.window.start.as_micros().to_be_bytes());
    identity
}
