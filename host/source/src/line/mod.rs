//! The source *line*: a loopback port or a serial line on which the instrument sends messages (LIS01-A2).
//!
//! A thread of its own speaks with the instrument. A complete message waits on the [`Desk`], is handed out as an input, and
//! only once it is committed the thread acknowledges it. So a message is always somewhere: with us for good, or still
//! with the instrument, which sends again what was not acknowledged.
//!
//! **A message counts once.** An instrument sends again also what has been committed, if the acknowledgement never reached it:
//! the line broke at that moment, or the host ended. Such a message has the same bytes, its own time among them. But an
//! instrument may as well say the same thing twice. So the same bytes are taken for the same message only while it is
//! possible that the acknowledgement got lost: until the instrument has gone on after it, and after a start until it has gone on
//! for the first time. Otherwise they are a new message.

mod conversation;
mod desk;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use aws_lc_rs::hmac;
use labrelay_model::{InputIdentity, SourceName};

use crate::{OpenedInput, ScanReport, SeenInputs};
use conversation::converse;
use desk::Desk;
pub use desk::LineStatus;
pub use wire::{LineAt, LineError, Parity, Serial};

/// What an administrator says about one line.
#[derive(Debug, Clone)]
pub struct LineConfig {
    /// The source's name in the manifest.
    pub source: SourceName,
    /// Where the instrument is.
    pub at: LineAt,
}

/// Takes messages from one line. One thread looks after it.
pub struct LineSource {
    config: LineConfig,
    key: hmac::Key,
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl LineSource {
    /// Begins to listen. The key is the device's: identities mean nothing without it.
    pub fn new(config: LineConfig, identity_key: [u8; 32]) -> Self {
        let desk = Arc::new(Desk::default());
        let (at, theirs) = (config.at.clone(), Arc::clone(&desk));
        let named = std::thread::Builder::new().name(format!("line {}", config.source));
        let thread = named.spawn(move || converse(&at, &theirs)).ok();
        if thread.is_none() {
            desk.note_trouble(Some("no thread could be started for this line".into()));
        }
        Self { config, key: hmac::Key::new(hmac::HMAC_SHA256, &identity_key), desk, thread }
    }

    /// The source's name in the manifest.
    pub fn name(&self) -> &SourceName {
        &self.config.source
    }

    /// There is nothing to look through; what is wrong with the line stands in [`LineSource::status`].
    pub fn scan(&mut self) -> ScanReport {
        ScanReport { complete: true, ready: self.waiting(), ..ScanReport::default() }
    }

    /// Opens the message that waits, if there is one that was not committed before. Right after a commit it waits a
    /// moment for the next one, which an instrument sends as soon as it may.
    pub fn open_ready(&mut self, max: usize, seen: &dyn SeenInputs) -> Vec<OpenedInput> {
        if max == 0 {
            return Vec::new();
        }
        let is_seen = |identity: &InputIdentity| seen.is_seen(&self.config.source, identity);
        let Some((identity, bytes)) = self.desk.next(&self.key, is_seen) else { return Vec::new() };
        match labrelay_os::file::unnamed(&bytes) {
            Ok(file) => vec![OpenedInput {
                identity,
                rows: identity,
                file,
                begin: 0,
                size: bytes.len() as u64,
                path: PathBuf::from(self.config.at.to_string()),
            }],
            Err(_) => Vec::new(), // out of memory or descriptors: the instrument sends it again
        }
    }

    /// 1 if a message waits to be opened, or to be committed.
    pub fn waiting(&self) -> usize {
        usize::from(self.desk.has_message())
    }

    /// Everything in these messages is committed: the instrument is told so.
    pub fn committed(&mut self, identities: &[InputIdentity]) {
        self.desk.committed(identities);
    }

    /// For the operator.
    pub fn status(&self) -> LineStatus {
        self.desk.status()
    }
}

impl fmt::Debug for LineSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LineSource({}, {})", self.config.source, self.config.at)
    }
}

impl Drop for LineSource {
    /// Hangs up: an instrument that was not answered yet sends again later.
    fn drop(&mut self) {
        self.desk.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // its panic has been told
        }
    }
}
