//! The second check: the exact bytes of a batch, judged from nothing. The host asks before it sends, the
//! receiver before it takes.
//!
//! A body is one zstd frame of NDJSON: the header, then one canonical line per record. Each line is read,
//! put through the gate, written again and compared byte for byte, so nothing can hide in blanks, order of
//! keys, escapes or the frame itself.

mod refusal;
mod unpack;

use std::collections::HashSet;
use std::sync::Arc;

use labrelay_model::{BatchHeader, Digest, FamilyName, Reason, Record, RowId, StreamIndex, Timestamp, wire};

use crate::json::{MAX_LINE_BYTES, read_fields};
use crate::line::write_batch_line;
use crate::{AcceptedRecord, Gate, Refusal, Verdict, is_version};

pub use refusal::BatchRefusal;

/// A batch of which every byte was declared.
#[derive(Debug, Clone)]
pub struct CheckedBatch {
    /// Its first line.
    pub header: BatchHeader,
    /// Its records in the order of its lines; none in a tombstone.
    pub records: Vec<(RowId, AcceptedRecord)>,
}

/// Checks a batch's compressed `body` at the time `now`. `gate_for` finds the gate of the manifest that the
/// header names.
pub fn check(
    gate_for: impl FnOnce(&FamilyName, &Digest) -> Option<Arc<Gate>>,
    body: &[u8],
    now: Timestamp,
) -> Result<CheckedBatch, BatchRefusal> {
    let ndjson = unpack::unpack(body)?;
    let (header_line, lines) = split_lines(&ndjson)?;
    let header = read_header(header_line)?;
    let gate = find_gate(gate_for, &header)?;
    let (stream, _) = gate.manifest().stream(header.stream.as_str()).ok_or(BatchRefusal::UnknownStream)?;
    let declared = header.records as usize; // at most MAX_BATCH_RECORDS
    let seen = HashSet::with_capacity(declared);
    let mut reader = Reader { gate: &gate, stream, now, seen, canonical: Vec::new() };
    let mut records = Vec::with_capacity(declared);
    for (number, line) in (2..).zip(lines) {
        if records.len() == declared {
            return Err(BatchRefusal::WrongCount { declared: header.records });
        }
        records.push(reader.read(number, line)?);
    }
    if records.len() != declared {
        return Err(BatchRefusal::WrongCount { declared: header.records });
    }
    Ok(CheckedBatch { header, records })
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

/// Reads record lines of one stream.
struct Reader<'a> {
    gate: &'a Gate,
    stream: StreamIndex,
    now: Timestamp,
    seen: HashSet<RowId>,
    /// The line as it should be; kept for its capacity.
    canonical: Vec<u8>,
}

impl Reader<'_> {
    fn read(&mut self, number: u32, line: &[u8]) -> Result<(RowId, AcceptedRecord), BatchRefusal> {
        let refused = |refusal: Refusal| BatchRefusal::Record { line: number, refusal };
        let (row_id, fields) = split_record(line).ok_or(BatchRefusal::NotCanonical { line: number })?;
        let record = self.judge(fields).map_err(refused)?;
        self.canonical.clear();
        write_batch_line(&mut self.canonical, &record, row_id);
        if self.canonical != line {
            return Err(BatchRefusal::NotCanonical { line: number });
        }
        if !self.seen.insert(row_id) {
            return Err(BatchRefusal::DuplicateRow { line: number });
        }
        Ok((row_id, record))
    }

    fn judge(&self, fields: &str) -> Result<AcceptedRecord, Refusal> {
        let declared = self.gate.manifest().stream_at(self.stream).ok_or(Reason::UnknownStream)?;
        let cells = read_fields(&declared.fields, fields)?;
        match self.gate.check(Record { stream: self.stream, cells }, self.now) {
            Verdict::Accepted(record) => Ok(record),
            Verdict::Quarantined { refusal, .. } => Err(refusal),
            Verdict::Dropped(reason) => Err(reason.into()),
        }
    }
}

/// The row id and the fields of `{"row_id":"<32 hex>","fields":{…}}`, which has no other form.
fn split_record(line: &[u8]) -> Option<(RowId, &str)> {
    const HEX: usize = 32;
    let line = std::str::from_utf8(line).ok().filter(|line| line.len() <= MAX_LINE_BYTES)?;
    let (hex, rest) = line.strip_prefix("{\"row_id\":\"")?.split_at_checked(HEX)?;
    let fields = rest.strip_prefix("\",\"fields\":")?.strip_suffix('}')?;
    Some((RowId(read_hex(hex)?), fields))
}

fn read_hex(hex: &str) -> Option<[u8; 16]> {
    // An upper-case digit would read as well: the comparison with the canonical line refuses it.
    u128::from_str_radix(hex, 16).ok().map(u128::to_be_bytes)
}
