//! Encoding of the reply to `poll`: a head that postcard encodes, then the units.

use labrelay_model::StreamShape;
use serde::{Deserialize, Serialize};

use crate::codec::{TAG_OK, append, bounded, encode_fault, reply_start, split_reply};
use crate::unit_reader::UnitReader;
use crate::units::put_unit;
use crate::varint::Reader;
use crate::{DecodeError, InputReport, MAX_HANDLES, PluginFault, PollReply, PollRequest, Unit, Want};

/// Longest cursor: the positions of 1,024 inputs and 32 KiB of a plugin's own state.
pub const MAX_CURSOR_BYTES: usize = 64 * 1024;
/// Most entries in `wants`: no family comes near as many sources.
pub const MAX_WANTS: usize = 64;
/// What a reply may take on top of `max_bytes` for its units: cursor, reports on inputs, wants, numbers.
pub const MAX_HEAD_BYTES: usize = MAX_CURSOR_BYTES + MAX_HANDLES * 20 + MAX_WANTS * 8 + 64;

#[derive(Serialize, Deserialize)]
struct Head {
    seen: u64,
    inputs: Vec<InputReport>,
    cursor: Vec<u8>,
    wants: Vec<Want>,
    wake_after_ms: Option<u32>,
    units: u32,
}

/// Encodes a reply to `poll`.
pub fn encode_poll_reply(reply: Result<&PollReply, PluginFault>) -> Vec<u8> {
    let reply = match reply {
        Ok(reply) => reply,
        Err(fault) => return encode_fault(fault),
    };
    let head = Head {
        seen: reply.seen,
        inputs: reply.inputs.clone(),
        cursor: reply.cursor.clone(),
        wants: reply.wants.clone(),
        wake_after_ms: reply.wake_after_ms,
        units: u32::try_from(reply.units.len()).unwrap_or(u32::MAX),
    };
    let mut out = append(reply_start(TAG_OK), &head);
    out.reserve(reply.units.iter().map(Unit::bytes_at_most).sum());
    reply.units.iter().for_each(|unit| put_unit(&mut out, unit));
    out
}

/// Reads a reply to `poll` and holds it against the request and the manifest's shapes: nothing in it goes
/// beyond what was asked for. The outer error means garbage, the inner one is the plugin's own word.
pub fn decode_poll_reply(
    bytes: &[u8],
    request: &PollRequest,
    shapes: &[StreamShape],
) -> Result<Result<PollReply, PluginFault>, DecodeError> {
    let max = MAX_HEAD_BYTES.saturating_add(usize::try_from(request.max_bytes).unwrap_or(usize::MAX));
    let body = match split_reply(bounded(bytes, max)?)? {
        Ok(body) => body,
        Err(fault) => return Ok(Err(fault)),
    };
    let (head, rest): (Head, _) = postcard::take_from_bytes(body).map_err(|_| DecodeError::Malformed)?;
    check_head(&head, request)?;
    let units = read_units(rest, head.units, request, shapes)?;
    let counted = units.iter().fold(0_u64, |sum, unit| sum.saturating_add(unit.seen()));
    if counted != head.seen {
        return Err(DecodeError::SeenMismatch { claimed: head.seen, counted });
    }
    let Head { seen, inputs, cursor, wants, wake_after_ms, .. } = head;
    Ok(Ok(PollReply { units, seen, inputs, cursor, wants, wake_after_ms }))
}

fn check_head(head: &Head, request: &PollRequest) -> Result<(), DecodeError> {
    if head.cursor.len() > MAX_CURSOR_BYTES || head.wants.len() > MAX_WANTS {
        return Err(DecodeError::TextTooLong);
    }
    let reported = head.inputs.iter().map(|report| report.id);
    let handed_out = request.handles.iter().map(|handle| handle.id);
    if !reported.eq(handed_out) {
        return Err(DecodeError::InputsMismatch);
    }
    Ok(())
}

fn read_units(
    bytes: &[u8],
    count: u32,
    request: &PollRequest,
    shapes: &[StreamShape],
) -> Result<Vec<Unit>, DecodeError> {
    let mut reader = UnitReader {
        reader: Reader::new(bytes),
        shapes,
        max_records: request.max_records,
        room: usize::try_from(request.max_records).unwrap_or(usize::MAX),
        positions: vec![None; request.handles.len()],
    };
    let mut units = Vec::new(); // grows with what is really there: the count is only a claim
    for _ in 0..count {
        units.push(reader.unit()?);
    }
    reader.reader.end()?;
    Ok(units)
}
