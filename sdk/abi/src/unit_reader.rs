//! Decoding of a poll's units, hostile until proven otherwise: every number is checked against what the host
//! asked for and what the manifest declares before anything is allocated for it.

use labrelay_model::{
    CellKind, Position, Reason, Record, Redacted, StreamIndex, StreamShape, Timestamp, Value,
};

use crate::units::{DROPPED, MAX_RAW_BYTES, MAX_TEXT_BYTES, RECORDS, REFUSED};
use crate::varint::Reader;
use crate::{DecodeError, Unit, UnitOutcome};

/// Reads units against what the host asked for and the manifest's shapes.
pub(crate) struct UnitReader<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) shapes: &'a [StreamShape],
    pub(crate) max_records: u32,
    /// Units and records that may still come.
    pub(crate) room: usize,
    /// Last position of each handle.
    pub(crate) positions: Vec<Option<Position>>,
}

impl<'a> UnitReader<'a> {
    pub(crate) fn unit(&mut self) -> Result<Unit, DecodeError> {
        let number = self.reader.u64()?;
        let handle = u16::try_from(number).map_err(|_| DecodeError::UnknownHandle(number))?;
        let position = Position(self.reader.u64()?);
        self.ascend(handle, position)?;
        match self.reader.byte()? {
            RECORDS => {
                let records = self.records()?;
                let stream = records.first().map(|record| record.stream);
                Ok(Unit { handle, position, stream, outcome: UnitOutcome::Records(records) })
            }
            tag @ (REFUSED | DROPPED) => {
                self.spend(1)?;
                let stream = self.stream_or_none()?;
                Ok(Unit { handle, position, stream, outcome: self.no_records(tag)? })
            }
            _ => Err(DecodeError::Malformed),
        }
    }

    fn ascend(&mut self, handle: u16, position: Position) -> Result<(), DecodeError> {
        let last =
            self.positions.get_mut(usize::from(handle)).ok_or(DecodeError::UnknownHandle(handle.into()))?;
        if last.is_some_and(|last| last >= position) {
            return Err(DecodeError::PositionsNotAscending(handle));
        }
        *last = Some(position);
        Ok(())
    }

    fn spend(&mut self, cost: u64) -> Result<(), DecodeError> {
        let room = usize::try_from(cost).ok().and_then(|cost| self.room.checked_sub(cost));
        self.room = room.ok_or(DecodeError::TooManyRecords { max: self.max_records })?;
        Ok(())
    }

    fn stream_or_none(&mut self) -> Result<Option<StreamIndex>, DecodeError> {
        match self.reader.u64()?.checked_sub(1) {
            None => Ok(None),
            Some(number) => self.shape(number).map(|(stream, _)| Some(stream)),
        }
    }

    fn shape(&self, number: u64) -> Result<(StreamIndex, &'a [CellKind]), DecodeError> {
        let unknown = DecodeError::UnknownStream(number);
        let index = u16::try_from(number).map_err(|_| unknown)?;
        let shape = self.shapes.get(usize::from(index)).ok_or(unknown)?;
        Ok((StreamIndex(index), shape))
    }

    fn no_records(&mut self, tag: u8) -> Result<UnitOutcome, DecodeError> {
        let number = self.reader.u64()?;
        let reason = u16::try_from(number).ok().and_then(Reason::from_number);
        let reason = reason.ok_or(DecodeError::UnknownReason(number))?;
        if tag == DROPPED {
            return Ok(UnitOutcome::Dropped(reason, self.reader.u64()?));
        }
        let raw = bytes(&mut self.reader, MAX_RAW_BYTES)?;
        Ok(UnitOutcome::Refused(reason, Redacted(raw.to_vec())))
    }

    fn records(&mut self) -> Result<Vec<Record>, DecodeError> {
        let count = self.reader.u64()?;
        if count == 0 {
            return Err(DecodeError::Malformed); // a unit that gives nothing is dropped with a reason
        }
        self.spend(count)?;
        let mut records = Vec::new();
        for _ in 0..count {
            records.push(self.record()?);
        }
        Ok(records)
    }

    fn record(&mut self) -> Result<Record, DecodeError> {
        let number = self.reader.u64()?;
        let (stream, shape) = self.shape(number)?;
        let bitmap = self.reader.take(shape.len().div_ceil(8))?;
        let mut cells = Vec::with_capacity(shape.len());
        for (eight, &bits) in shape.chunks(8).zip(bitmap) {
            if u32::from(bits) >> eight.len() != 0 {
                return Err(DecodeError::Malformed);
            }
            for (bit, kind) in eight.iter().enumerate() {
                cells.push(if bits >> bit & 1 == 1 { Some(value(&mut self.reader, *kind)?) } else { None });
            }
        }
        Ok(Record { stream, cells })
    }
}

fn value(reader: &mut Reader<'_>, kind: CellKind) -> Result<Value, DecodeError> {
    Ok(match kind {
        CellKind::Int => Value::Int(reader.i64()?),
        CellKind::Float => Value::Float(f64::from_le_bytes(reader.array()?)),
        CellKind::Bool => Value::Bool(yes_or_no(reader.byte()?)?),
        CellKind::Timestamp => {
            Value::Timestamp(Timestamp::from_micros(reader.i64()?).ok_or(DecodeError::Malformed)?)
        }
        CellKind::Duration => Value::Duration(reader.i64()?),
        CellKind::Enum => Value::Enum(u16::try_from(reader.u64()?).map_err(|_| DecodeError::Malformed)?),
        CellKind::Text => Value::Text(text(reader)?),
    })
}

fn yes_or_no(byte: u8) -> Result<bool, DecodeError> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(DecodeError::Malformed),
    }
}

fn text(reader: &mut Reader<'_>) -> Result<Box<str>, DecodeError> {
    let text = std::str::from_utf8(bytes(reader, MAX_TEXT_BYTES)?).map_err(|_| DecodeError::Malformed)?;
    Ok(text.into())
}

fn bytes<'a>(reader: &mut Reader<'a>, max: usize) -> Result<&'a [u8], DecodeError> {
    let length = usize::try_from(reader.u64()?).map_err(|_| DecodeError::Malformed)?;
    if length > max {
        return Err(DecodeError::TextTooLong);
    }
    reader.take(length)
}
