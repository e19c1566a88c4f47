//! Batches as a host makes them, written by hand so that the receiver is not checked against itself.

use labrelay_model::{BatchHeader, BatchId, Digest, Epoch, Reason, Seq};

/// What the tests' instrument family may send.
pub(crate) const MANIFEST: &str = r#"manifest: 1
family: cyto
title: A flow cytometer of the tests
version: 1.0.0
streams:
  bead_qc:
    about: qc
    description: Laser state of one bead acquisition.
    event_time: started_at
    fields:
      instrument:  {type: serial}
      started_at:  {type: timestamp}
      laser:       {type: float, unit: mW, range: [0, 100], decimals: 2, description: At the start.}
      events:      {type: int, range: [0, 1000000], optional: true}
      took:        {type: duration, range: [0s, 24h], decimals: 2}
      aborted:     {type: bool}
      stop_reason: {type: enum, values: [time, events]}
      build:       {type: code, pattern: "[0-9]{3,6}[a-z]?"}
      software:    {type: version}
"#;

/// The serial that the tests' device is registered with.
pub(crate) const SERIAL: &str = "AB1234";

pub(crate) fn manifest_digest(yaml: &str) -> Digest {
    labrelay_receiver::digest::sha256(yaml.as_bytes())
}

pub(crate) fn id(epoch: u8, seq: u64) -> BatchId {
    BatchId { stream: "cyto.bead_qc".parse().unwrap(), epoch: Epoch([epoch; 16]), seq: Seq(seq) }
}

pub(crate) fn header(yaml: &str, records: u32) -> BatchHeader {
    BatchHeader {
        labrelay_batch: BatchHeader::VERSION,
        family: "cyto".parse().unwrap(),
        stream: "bead_qc".parse().unwrap(),
        manifest_sha256: manifest_digest(yaml),
        plugin_version: "1.2.3".into(),
        host_version: "0.1.0".into(),
        records,
        tombstone: None,
    }
}

/// The record with this number, canonical; the number is in its row id and its `events`.
pub(crate) fn line(number: u32) -> String {
    record(number, &fields(SERIAL, number))
}

pub(crate) fn record(number: u32, fields: &str) -> String {
    format!("{{\"row_id\":\"{number:032x}\",\"fields\":{{{fields}}}}}\n")
}

pub(crate) fn fields(serial: &str, number: u32) -> String {
    format!(
        "\"instrument\":\"{serial}\",\"started_at\":\"2026-03-01T08:00:00.500Z\",\"laser\":12.5,\
         \"events\":{number},\"took\":61.25,\"aborted\":false,\"stop_reason\":\"events\",\
         \"build\":\"4711\",\"software\":\"1.2.3\""
    )
}

pub(crate) fn pack(header: &BatchHeader, lines: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut body = serde_json::to_vec(header).unwrap();
    body.push(b'\n');
    lines.into_iter().for_each(|line| body.extend_from_slice(line.as_bytes()));
    zstd::encode_all(body.as_slice(), 3).unwrap()
}

/// A good batch of the records with these numbers.
pub(crate) fn batch(numbers: std::ops::Range<u32>) -> Vec<u8> {
    pack(&header(MANIFEST, numbers.len() as u32), numbers.map(line))
}

pub(crate) fn tombstone() -> Vec<u8> {
    pack(&BatchHeader { tombstone: Some(Reason::SecondCheck), ..header(MANIFEST, 0) }, [])
}
