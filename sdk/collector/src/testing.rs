//! Runs a collector in the test's own process, over bytes in memory, as the host would: for plugin authors.
//!
//! Replies are encoded and read back by the host's decoder, so what passes here is a reply that the host
//! takes; the gate is not part of it.

pub mod fcs;

use labrelay_abi::{
    Handle, OpenReply, OpenRequest, PollRequest, QcRule, decode_poll_reply, encode_poll_reply,
};
pub use labrelay_abi::{PollReply, Unit, UnitOutcome};
use labrelay_manifest::{Manifest, Stream};
use labrelay_model::{InputId, Timestamp};
pub use labrelay_model::{Record, Value};

use crate::session::{Session, SessionError};
use crate::{Collector, Input};

/// A file in memory, of one of the manifest's sources.
#[derive(Debug, Clone)]
pub struct MemoryFile {
    source: String,
    id: InputId,
    bytes: Vec<u8>,
    begin: u64,
}

impl MemoryFile {
    /// `number` stands for the file's identity: the same number is the same file.
    pub fn new(source: &str, number: u8, bytes: impl Into<Vec<u8>>) -> Self {
        Self { source: source.into(), id: InputId([number; 16]), bytes: bytes.into(), begin: 0 }
    }

    /// As the host says of a log that is followed: all before `begin` has been read.
    pub fn begin_at(&mut self, begin: u64) {
        self.begin = begin;
    }
}

impl Input for MemoryFile {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        self.bytes.as_slice().read_at(offset, buf)
    }
}

/// What the host would say at the start and at each poll. Change what a test is about.
#[derive(Debug, Clone)]
pub struct Site {
    /// The plugin's own settings, as JSON.
    pub settings_json: String,
    /// Names of QC panels; `None` means that all is QC.
    pub qc: Option<Vec<String>>,
    /// IANA name of the instrument's zone.
    pub zone: String,
    /// What `Batch::now` says.
    pub now: Timestamp,
    /// Most records of a poll.
    pub max_records: u32,
    /// Most bytes of a poll.
    pub max_bytes: u32,
}

impl Default for Site {
    /// No settings, all is QC, UTC, 2026-03-01, room for 1,024 records and 1 MiB.
    fn default() -> Self {
        Self {
            settings_json: "{}".into(),
            qc: None,
            zone: "UTC".into(),
            now: Timestamp::from(chrono::DateTime::from_timestamp(1_772_323_200, 0).unwrap_or_default()),
            max_records: 1024,
            max_bytes: 1024 * 1024,
        }
    }
}

/// Why a harness could not go on: what a plugin's test fails with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HarnessError(String);

/// An opened collector under test.
pub struct Harness<C> {
    session: Session<C>,
    manifest: Manifest,
    site: Site,
    committed: Option<Vec<u8>>,
}

impl<C: Collector> Harness<C> {
    /// Opens `C` for the first time with the manifest that it exports.
    pub fn open(manifest: &[u8], site: Site) -> Result<Self, HarnessError> {
        Self::reopen(manifest, site, None)
    }

    /// Opens `C` as after a restart, with the cursor of an earlier reply.
    pub fn reopen(manifest: &[u8], site: Site, cursor: Option<Vec<u8>>) -> Result<Self, HarnessError> {
        let manifest = Manifest::parse(manifest).map_err(|errors| HarnessError(errors.to_string()))?;
        let qc = site.qc.clone().map_or(QcRule::All, QcRule::Names);
        let (settings_json, zone) = (site.settings_json.clone(), site.zone.clone());
        let request = OpenRequest { settings_json, qc, zone, cursor: cursor.clone() };
        let refused = |reply: OpenReply| HarnessError(format!("open was answered with {reply:?}"));
        let session = Session::open(manifest.clone(), request).map_err(refused)?;
        Ok(Self { session, manifest, site, committed: cursor })
    }

    /// Polls with `files`. Until [`Harness::commit`], the next poll is a rewind.
    pub fn poll(&mut self, files: &[MemoryFile]) -> Result<PollReply, HarnessError> {
        let request = self.request(files)?;
        let inputs = files.iter().map(|file| Box::new(file.clone()) as Box<dyn Input>).collect();
        let reply = self
            .session
            .poll(&request, inputs)
            .map_err(|error: SessionError| HarnessError(error.to_string()))?;
        match decode_poll_reply(&encode_poll_reply(Ok(&reply)), &request, &self.manifest.shapes()) {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(fault)) => Err(HarnessError(format!("{fault:?}"))),
            Err(error) => Err(HarnessError(error.to_string())),
        }
    }

    /// What the host does once the reply's records are durable.
    pub fn commit(&mut self, reply: &PollReply) {
        self.committed = Some(reply.cursor.clone());
    }

    /// A record's value by the field's name.
    pub fn value<'r>(&self, record: &'r Record, field: &str) -> Option<&'r Value> {
        let stream: &Stream = self.manifest.stream_at(record.stream)?;
        let at = stream.fields.iter().position(|known| known.name.as_str() == field)?;
        record.cells.get(at)?.as_ref()
    }

    fn request(&self, files: &[MemoryFile]) -> Result<PollRequest, HarnessError> {
        Ok(PollRequest {
            max_records: self.site.max_records,
            max_bytes: self.site.max_bytes,
            deadline_ms: 60_000, // a slow test machine must not change what a collector gives
            now_us: self.site.now.as_micros(),
            committed_cursor: self.committed.clone(),
            handles: files.iter().map(|file| self.handle(file)).collect::<Result<_, _>>()?,
        })
    }

    fn handle(&self, file: &MemoryFile) -> Result<Handle, HarnessError> {
        let at = self.manifest.sources().iter().position(|source| source.name.as_str() == file.source);
        let source = at.and_then(|at| u16::try_from(at).ok());
        let source = source
            .ok_or_else(|| HarnessError(format!("the manifest declares no source `{}`", file.source)))?;
        Ok(Handle { id: file.id, source, raw: 0, size: file.size(), begin: file.begin, name: None })
    }
}
