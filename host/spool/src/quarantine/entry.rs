//! One refused unit, and the NDJSON of a message: what whoever holds the site's key reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::{
    BatchId, Digest, FamilyName, InputIdentity, Position, Reason, Redacted, SourceName, StreamName, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Room that a line takes beside its raw part: five names of at most 48 bytes, numbers, keys.
const LINE_BYTES: usize = 768;

/// A unit that did not pass. `Debug` shows where it is from, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Instrument family.
    pub family: FamilyName,
    /// Source it was read from; `None` for a whole batch that was refused after it had been accepted.
    pub source: Option<SourceName>,
    /// Stream, where it was read that far.
    pub stream: Option<StreamName>,
    /// Why it did not pass.
    pub reason: Reason,
    /// The input it was read from: with the position it names the rows that a requeue makes. `None` for a batch.
    pub input: Option<InputIdentity>,
    /// Where in its input it starts; the number of a refused batch.
    pub position: Position,
    /// When.
    pub received_at: Timestamp,
    /// What the raw part is.
    pub form: Form,
    /// The raw part as the plugin gave it, the records as JSON, or the lines of a refused batch.
    pub raw: Redacted,
}

/// What the raw part of an entry is, and so whether it can be requeued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The unit's records, one line of JSON each.
    Records,
    /// One log line that fitted no template, as JSON: stream, fields, line.
    EventLine,
    /// The lines of a batch that was refused after its records had been accepted.
    Batch,
    /// Bytes that the plugin could not read.
    #[default]
    Raw,
}

impl QuarantineEntry {
    pub(crate) fn refused_batch(id: &BatchId, lines: Vec<u8>, reason: Reason, now: Timestamp) -> Self {
        Self {
            family: id.stream.family.clone(),
            source: None,
            stream: Some(id.stream.stream.clone()),
            reason,
            input: None,
            position: Position(id.seq.0),
            received_at: now,
            form: Form::Batch,
            raw: Redacted(lines),
        }
    }
}

/// A message after decryption.
#[derive(Debug)]
pub struct OpenedMessage {
    /// The plugin that read these units.
    pub plugin_version: Box<str>,
    /// The units, in the order in which they were refused.
    pub entries: Vec<QuarantineEntry>,
}

/// A line of a message that no version wrote so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the message is none of Labrelay's: was the file changed after decryption?")]
pub struct UnreadableMessage {
    /// Counted from 1.
    pub line: usize,
}

impl OpenedMessage {
    /// Reads the NDJSON of a message.
    pub fn read(ndjson: &[u8]) -> Result<Self, UnreadableMessage> {
        let mut message = OpenedMessage { plugin_version: "".into(), entries: Vec::new() };
        for (number, line) in (1..).zip(ndjson.split(|byte| *byte == b'\n')) {
            if line.is_empty() {
                continue;
            }
            let unreadable = UnreadableMessage { line: number };
            let line: Line<'_> = serde_json::from_slice(line).map_err(|_| unreadable)?;
            message.plugin_version = line.plugin_version.into();
            message.entries.push(line.into_entry().ok_or(unreadable)?);
        }
        Ok(message)
    }
}

/// One line of a message, as `docs/quarantine.md` describes it.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    family: FamilyName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream: Option<StreamName>,
    reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<Digest>,
    position: u64,
    received_at: Timestamp,
    #[serde(default)]
    plugin_version: &'a str,
    #[serde(default)]
    form: Form,
    raw_base64: &'a str,
}

impl<'a> Line<'a> {
    fn of(entry: &QuarantineEntry, plugin_version: &'a str, raw_base64: &'a str) -> Self {
        Self {
            family: entry.family.clone(),
            source: entry.source.clone(),
            stream: entry.stream.clone(),
            reason: entry.reason,
            input: entry.input.map(|identity| Digest(identity.0)),
            position: entry.position.0,
            received_at: entry.received_at,
            plugin_version,
            form: entry.form,
            raw_base64,
        }
    }

    fn into_entry(self) -> Option<QuarantineEntry> {
        Some(QuarantineEntry {
            raw: Redacted(STANDARD.decode(self.raw_base64).ok()?),
            family: self.family,
            source: self.source,
            stream: self.stream,
            reason: self.reason,
            input: self.input.map(|digest| InputIdentity(digest.0)),
            position: Position(self.position),
            received_at: self.received_at,
            form: self.form,
        })
    }
}

/// The lines of a message before it is sealed. Room is reserved, so that growing leaves no copies behind.
pub(super) fn ndjson(entries: &[QuarantineEntry], plugin_version: &str) -> Redacted {
    let longest = entries.iter().map(|entry| entry.raw.0.len()).max().unwrap_or(0);
    let room = entries.iter().map(|entry| base64_bytes(entry.raw.0.len()) + LINE_BYTES).sum();
    let mut lines = Redacted(Vec::with_capacity(room));
    let mut encoded = Redacted(vec![0; base64_bytes(longest)]);
    for entry in entries {
        let length = STANDARD.encode_slice(&entry.raw.0, &mut encoded.0).unwrap_or(0); // it fits the longest
        let text = encoded.0.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let line = Line::of(entry, plugin_version, text.unwrap_or_default());
        // A struct of names, numbers and texts always has a JSON form, and a vector takes all that is written.
        let _ = serde_json::to_writer(&mut lines.0, &line);
        lines.0.push(b'\n');
    }
    lines
}

fn base64_bytes(raw: usize) -> usize {
    raw.div_ceil(3).saturating_mul(4)
}
