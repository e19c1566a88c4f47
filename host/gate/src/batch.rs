//! The second check: the exact bytes of a batch, judged from nothing. The host asks before it sends, the
//! receiver before it takes.
//!
//! A body is one zstd frame of NDJSON: the header, then one line per record. Each line is read in the one form
//! that the gate writes and every value put to its rule, so nothing can hide in blanks, order of keys, escapes
//! or the frame itself. This shares the gate's rules, but not its reading and writing.

mod envelope;
mod line;
mod refusal;
mod unpack;

use std::collections::HashSet;
use std::sync::Arc;

use labrelay_model::{BatchHeader, Digest, FamilyName, Timestamp, wire};

use crate::{Gate, is_version};
use line::Fault;

pub use envelope::{EnvelopeRefusal, check_envelope};
pub use refusal::BatchRefusal;

/// Checks a batch's compressed `body` at the time `now`. `gate_for` finds the gate of the manifest that the
/// header names. Gives the header of a batch of which every byte was declared.
pub fn check(
    gate_for: impl FnOnce(&FamilyName, &Digest) -> Option<Arc<Gate>>,
    body: &[u8],
    now: Timestamp,
) -> Result<BatchHeader, BatchRefusal> {
    let ndjson = unpack::unpack(body)?;
    let (header_line, lines) = split_lines(&ndjson)?;
    let header = read_header(header_line)?;
    let gate = find_gate(gate_for, &header)?;
    let stream = gate.stream(header.stream.as_str()).ok_or(BatchRefusal::UnknownStream)?;
    let mut seen = HashSet::with_capacity(header.records as usize); // the header has at most MAX_BATCH_RECORDS
    for (number, line) in (2..).zip(lines) {
        if seen.len() >= header.records as usize {
            return Err(BatchRefusal::WrongCount { declared: header.records });
        }
        let row_id = line::judge(stream, line, now).map_err(|fault| match fault {
            Fault::Form => BatchRefusal::NotCanonical { line: number },
            Fault::Refused(refusal) => BatchRefusal::Record { line: number, refusal },
        })?;
        if !seen.insert(row_id) {
            return Err(BatchRefusal::DuplicateRow { line: number });
        }
    }
    if seen.len() != header.records as usize {
        return Err(BatchRefusal::WrongCount { declared: header.records });
    }
    Ok(header)
}

/// The first line and the others, all ended by a line feed.
fn split_lines(ndjson: &[u8]) -> Result<(&[u8], impl Iterator<Item = &[u8]>), BatchRefusal> {
    let text = ndjson.strip_suffix(b"\n").ok_or(BatchRefusal::UnendedLine)?;
    let mut lines = text.split(|&byte| byte == b'\n');
    let header = lines.next().ok_or(BatchRefusal::Header)?;
    Ok((header, lines))
}

/// A header is strict as well: its versions are the only texts in it that no manifest declares.
fn read_header(line: &[u8]) -> Result<BatchHeader, BatchRefusal> {
    let header: BatchHeader = serde_json::from_slice(line).map_err(|_| BatchRefusal::Header)?;
    let canonical = serde_json::to_vec(&header).map_err(|_| BatchRefusal::Header)?;
    if canonical != line || !is_version(&header.plugin_version) || !is_version(&header.host_version) {
        return Err(BatchRefusal::Header);
    }
    if header.labrelay_batch != BatchHeader::VERSION {
        return Err(BatchRefusal::OtherVersion { found: header.labrelay_batch });
    }
    if header.records > wire::MAX_BATCH_RECORDS {
        return Err(BatchRefusal::TooManyRecords { declared: header.records });
    }
    if (header.records == 0) != header.tombstone.is_some() {
        return Err(BatchRefusal::Tombstone);
    }
    Ok(header)
}

fn find_gate(
    gate_for: impl FnOnce(&FamilyName, &Digest) -> Option<Arc<Gate>>,
    header: &BatchHeader,
) -> Result<Arc<Gate>, BatchRefusal> {
    let is_named = |gate: &Arc<Gate>| {
        *gate.manifest().family() == header.family && gate.manifest().sha256() == header.manifest_sha256
    };
    gate_for(&header.family, &header.manifest_sha256).filter(is_named).ok_or_else(|| {
        BatchRefusal::UnknownManifest { family: header.family.clone(), sha256: header.manifest_sha256 }
    })
}
