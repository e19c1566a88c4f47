//! The body of a batch: header line and record lines, compressed, with the digest it is sent under.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use labrelay_model::{AcceptedLines, BatchHeader, Digest, Reason, wire};
use zstd::bulk::Compressor;

use crate::{CommitError, SpoolError};

/// Lines per batch before compression: what a small redb value and a small retry cost.
const MAX_LINES_BYTES: usize = 1024 * 1024;
/// zstd's default: 3 to 4 times smaller, and still faster than the disk.
const LEVEL: i32 = 3;

/// A compressed body, not yet sealed.
pub(crate) struct Body {
    pub(crate) records: u32,
    pub(crate) packed: Vec<u8>,
    pub(crate) digest: Digest,
}

/// Compresses bodies with one kept context: making one costs more than a small body.
pub(crate) struct Packer(Mutex<Compressor<'static>>);

impl Packer {
    pub(crate) fn new() -> Result<Self, SpoolError> {
        Ok(Self(Mutex::new(Compressor::new(LEVEL).map_err(SpoolError::Compress)?)))
    }

    /// The body of `records` record lines under `header`, which is completed by their number.
    pub(crate) fn pack(&self, header: &BatchHeader, lines: &[u8], records: u32) -> Result<Body, SpoolError> {
        let header = BatchHeader { records, ..header.clone() };
        let mut plain = header_line(&header);
        plain.extend_from_slice(lines);
        let mut compressor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let packed = compressor.compress(&plain).map_err(SpoolError::Compress)?;
        let digest = digest_of(&packed);
        Ok(Body { records, packed, digest })
    }

    /// The body that stands at the number of a batch that will never be taken.
    pub(crate) fn tombstone(&self, header: &BatchHeader, reason: Reason) -> Result<Body, SpoolError> {
        self.pack(&BatchHeader { tombstone: Some(reason), ..header.clone() }, &[], 0)
    }
}

/// SHA-256 of a compressed body.
pub(crate) fn digest_of(packed: &[u8]) -> Digest {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(digest(&SHA256, packed).as_ref()).for_each(|(to, from)| *to = *from);
    Digest(bytes)
}

/// Header and record lines of a body; `None` if it is no body of ours.
pub(crate) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::decompress(packed, wire::MAX_BATCH_BYTES).ok()
}

/// The header of an unpacked body.
pub(crate) fn header_of(lines: &[u8]) -> Option<BatchHeader> {
    serde_json::from_slice(lines.split(|byte| *byte == b'\n').next()?).ok()
}

/// The header as it is stored for tombstones: without a number of records.
pub(crate) fn header_text(header: &BatchHeader) -> String {
    // A struct of names, digests and numbers always has a JSON form.
    serde_json::to_string(header).unwrap_or_default()
}

fn header_line(header: &BatchHeader) -> Vec<u8> {
    let mut line = header_text(header).into_bytes();
    line.push(b'\n');
    line
}

/// Cuts lines into batches of at most 4,096 records and 1 MiB.
pub(crate) fn cut(lines: &AcceptedLines) -> Result<Vec<(&[u8], u32)>, CommitError> {
    let mut rest = lines.ndjson();
    let mut batches = Vec::new();
    let mut total = 0u32;
    while !rest.is_empty() {
        let (length, records) = first_batch(rest);
        if records == 0 {
            return Err(no_line(lines, rest));
        }
        let (batch, after) = rest.split_at(length);
        batches.push((batch, records));
        total = total.saturating_add(records);
        rest = after;
    }
    if total != lines.records() {
        return Err(CommitError::LineCount { stream: lines.stream().clone() });
    }
    Ok(batches)
}

/// Length and number of the whole lines that fit into one batch.
fn first_batch(lines: &[u8]) -> (usize, u32) {
    let (mut length, mut records) = (0, 0);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let fits = length + line.len() <= MAX_LINES_BYTES && records < wire::MAX_BATCH_RECORDS;
        if !fits || line.last() != Some(&b'\n') {
            break;
        }
        length += line.len();
        records += 1;
    }
    (length, records)
}

fn no_line(lines: &AcceptedLines, rest: &[u8]) -> CommitError {
    let stream = lines.stream().clone();
    match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => CommitError::LineTooLong { stream, bytes: end + 1 },
        None => CommitError::LineCount { stream },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: u32, length: usize) -> AcceptedLines {
        let mut ndjson = Vec::new();
        for _ in 0..count {
            ndjson.extend(std::iter::repeat_n(b'x', length - 1));
            ndjson.push(b'\n');
        }
        AcceptedLines::vouched_by_gate("navios.bead_qc".parse().unwrap(), ndjson, count)
    }

    #[test]
    fn batches_end_at_4096_records_and_at_1_mib() {
        let records = |lines: &AcceptedLines| cut(lines).unwrap().iter().map(|cut| cut.1).collect::<Vec<_>>();
        assert_eq!(records(&lines(4096, 2)), [4096]);
        assert_eq!(records(&lines(8193, 2)), [4096, 4096, 1]);
        assert_eq!(records(&lines(5, 400_000)), [2, 2, 1]);
        assert_eq!(records(&lines(2, 1024 * 1024)), [1, 1]);
        assert!(records(&lines(0, 1)).is_empty());
    }

    #[test]
    fn lines_that_fit_no_batch_or_no_count_are_refused() {
        let stream: labrelay_model::StreamId = "navios.bead_qc".parse().unwrap();
        assert!(matches!(cut(&lines(1, 1024 * 1024 + 1)), Err(CommitError::LineTooLong { .. })));
        for (ndjson, records) in [(&b"{}\n{}\n"[..], 1), (b"{}\n{}", 2), (b"{}\n", 2), (b"", 1)] {
            let wrong = AcceptedLines::vouched_by_gate(stream.clone(), ndjson.to_vec(), records);
            assert!(matches!(cut(&wrong), Err(CommitError::LineCount { .. })));
        }
    }
}
