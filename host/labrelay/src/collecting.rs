//! One family's way from its sources to a polled reply: scan, open, poll, and go on after a worker's death.
//!
//! Judges nothing and commits nothing: `run` and `replay` do that, each in its own way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use labrelay_abi::{
    FinishedOrNot, Handle, MANIFEST_KEY, OpenReply, OpenRequest, PollReply, PollRequest, QcRule, ROLES_KEY,
};
use labrelay_manifest::Inventory;
use labrelay_model::{InputIdentity, SourceName, StreamShape, Timestamp, wire};
use labrelay_source::{LineAddress, LineStatus, ScanReport, SeenInputs, Waker};
use labrelay_worker::{Worker, WorkerError};

use crate::config::QcChoice;
use crate::families::InstalledFamily;
use crate::judge::Origin;
use crate::positions::{Positions, Reached};
use crate::sources::{Input, Progress, SavedLog, Sources};
use crate::suspects::Suspects;
use crate::unreadable;

/// Inputs opened for one poll: as many as pass in one message, and few enough handles for any system.
const INPUTS_PER_POLL: usize = 64;
/// Time a plugin has for one poll; a full batch takes milliseconds.
pub(crate) const POLL_DEADLINE: Duration = Duration::from_secs(10);
/// Most bytes of one reply: what one spool commit takes, with room for refused raw parts.
const MAX_REPLY_BYTES: u32 = 4 << 20;

/// What a family is collected with.
pub(crate) struct Setup {
    /// Manifest and plugin.
    pub family: InstalledFamily,
    /// Where each of the manifest's sources looks; one without a place is not read.
    pub places: Vec<(SourceName, Place)>,
    /// The plugin's own settings.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Which acquisitions are QC.
    pub qc: QcChoice,
    /// What the site declares.
    pub inventory: Option<Inventory>,
    /// Key of input identities.
    pub identity_key: [u8; 32],
    /// What the spool remembers of logs and tables that are followed.
    pub logs: Vec<SavedLog>,
    /// Called by lines when a message has come.
    pub wake: Waker,
}

/// Where a source is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In files.
    Folders(Folders),
    /// At the end of a line.
    Line(LineAddress),
}

/// Where files are looked for.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// Folders.
    pub folders: Vec<PathBuf>,
    /// With all subfolders or not.
    pub recursive: bool,
    /// How long a file must have rested; `None` as the manifest says.
    pub settle: Option<Duration>,
}

/// A family being collected.
pub(crate) struct Collecting {
    family: InstalledFamily,
    shapes: Vec<StreamShape>,
    sources: Sources,
    folders: Vec<PathBuf>,
    open_request: OpenRequest,
    worker: Option<Worker>,
    suspects: Suspects,
    positions: Positions,
    wants: usize,
    /// By all workers of this family, and of that by the present one.
    printed_bytes: u64,
    printed_by_worker: u64,
}

/// What one poll gave.
pub(crate) struct Polled {
    /// The plugin's reply, not judged yet.
    pub reply: PollReply,
    /// Where its units were read, by handle.
    pub origins: Vec<Origin>,
    /// What is to be committed with it, so that each input is read once.
    pub progress: Progress,
}

/// How a poll ended.
pub(crate) enum Poll {
    /// There was nothing to read.
    Nothing,
    /// The plugin replied.
    Replied(Box<Polled>),
    /// This input has killed the worker too often; commit it as set aside.
    SetAside(Origin, Progress),
    /// A log was cut or rewritten while it was read: what the plugin gave is not to be committed.
    Overtaken,
}

impl Place {
    /// What an operator may be told of it by name.
    fn paths(self) -> Vec<PathBuf> {
        match self {
            Place::Folders(place) => place.folders,
            Place::Line(address) => vec![PathBuf::from(address.to_string())],
        }
    }
}

impl Collecting {
    /// Prepares sources; starts no worker yet.
    pub(crate) fn new(setup: Setup) -> Self {
        let manifest = Arc::clone(&setup.family.manifest);
        let sources = Sources::new(&setup);
        let zone = setup.inventory.as_ref().map_or("UTC", |inventory| inventory.zone.name());
        let names = setup.inventory.as_ref().map(|inventory| inventory.qc.as_slice()).unwrap_or_default();
        let qc = match setup.qc {
            QcChoice::All => QcRule::All,
            QcChoice::List => QcRule::Names(names.iter().map(|name| name.to_string()).collect()),
        };
        let mut settings = setup.settings;
        if let Some(inventory) = &setup.inventory {
            settings.insert(ROLES_KEY.to_owned(), inventory.roles.accounts().collect());
        }
        if let Some(text) = &setup.family.manifest_text {
            settings.insert(MANIFEST_KEY.to_owned(), text.as_ref().into());
        }
        let settings_json = serde_json::Value::Object(settings).to_string();
        Self {
            shapes: manifest.shapes(),
            family: setup.family,
            sources,
            folders: setup.places.into_iter().flat_map(|(_, place)| place.paths()).collect(),
            open_request: OpenRequest { settings_json, qc, zone: zone.to_owned(), cursor: None },
            worker: None,
            suspects: Suspects::default(),
            positions: Positions::default(),
            wants: INPUTS_PER_POLL,
            printed_bytes: 0,
            printed_by_worker: 0,
        }
    }

    /// Looks for settled inputs in all sources.
    pub(crate) fn scan(&mut self, now: SystemTime) -> Vec<ScanReport> {
        self.sources.scan(now)
    }

    /// What a scan could not read, in words that name no file.
    pub(crate) fn unreadable(&self, reports: &[ScanReport]) -> Vec<String> {
        unreadable::words(reports, &self.folders)
    }

    /// How each line is doing.
    pub(crate) fn lines(&self) -> Vec<(SourceName, LineStatus)> {
        self.sources.lines()
    }

    /// Known inputs that were still there when the folders were last looked through, by source.
    pub(crate) fn still_present(&self) -> Vec<(SourceName, Vec<InputIdentity>)> {
        self.sources.still_present()
    }

    /// What the last scan has found out and no poll has committed yet: what vanished, above all.
    pub(crate) fn unsaved(&self) -> Progress {
        self.sources.unsaved()
    }

    /// Opens what is ready and asks the plugin to read it. `committed` is the cursor in the spool.
    ///
    /// On an error the worker is gone; the inputs stay ready, and the next poll starts a new worker.
    pub(crate) fn poll(
        &mut self,
        now: Timestamp,
        committed: Option<Vec<u8>>,
        seen: &dyn SeenInputs,
    ) -> Result<Poll, WorkerError> {
        let mut inputs = self.open_inputs(seen);
        let mut waiting = usize::MAX;
        // What was opened may all turn out to be known; then there is more to open.
        while inputs.is_empty() && (1..waiting).contains(&self.waiting()) {
            waiting = self.waiting();
            inputs = self.open_inputs(seen);
        }
        if inputs.is_empty() {
            return Ok(Poll::Nothing);
        }
        if let Some(input) = inputs.iter().find(|input| self.suspects.is_guilty(&input.opened.identity)) {
            let aside = vec![(input.source.clone(), input.opened.identity)];
            return Ok(Poll::SetAside(origin(input), self.sources.progress(aside)));
        }
        let identities: Vec<InputIdentity> = inputs.iter().map(|input| input.opened.identity).collect();
        let reply = self.ask(&inputs, now, committed).and_then(|reply| self.goes_on(reply, &identities));
        match reply {
            Ok((reply, reached)) => {
                self.suspects.acquit(identities.iter());
                if !self.sources.are_unchanged(&inputs) {
                    return Ok(Poll::Overtaken);
                }
                let progress = Progress { reached, ..self.sources.progress(finished(&reply, &inputs)) };
                let origins = inputs.iter().map(origin).collect();
                Ok(Poll::Replied(Box::new(Polled { reply, origins, progress })))
            }
            Err(error) => {
                if error.is_death() {
                    self.suspects.accuse(identities.iter());
                }
                Err(error)
            }
        }
    }

    /// Whether the plugin starts, takes its settings, and can go on from this cursor. Gives it nothing to read.
    pub(crate) fn rehearse(mut self, cursor: Option<Vec<u8>>) -> Result<(), WorkerError> {
        self.start_worker(cursor)?.stop();
        Ok(())
    }

    /// It is in the spool's database now.
    pub(crate) fn committed(&mut self, progress: &Progress) {
        self.positions.committed(&progress.reached);
        self.sources.committed(progress);
    }

    /// The heartbeat between polls, when no code of the plugin runs: whether a worker has ended by itself meanwhile. No input
    /// is to blame for it; the next poll starts another.
    pub(crate) fn has_lost_worker(&mut self) -> bool {
        let lost = self.worker.as_mut().is_some_and(|worker| !worker.is_alive());
        if lost {
            self.worker = None;
        }
        lost
    }

    /// Bytes that the plugin has printed since the service started. They are thrown away.
    pub(crate) fn printed_bytes(&self) -> u64 {
        self.printed_bytes
    }

    /// Ends the worker in good order.
    pub(crate) fn stop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.stop();
        }
    }

    /// Number of sources.
    pub(crate) fn sources(&self) -> usize {
        self.sources.count()
    }

    fn waiting(&self) -> usize {
        self.sources.waiting()
    }

    fn open_inputs(&mut self, seen: &dyn SeenInputs) -> Vec<Input> {
        // After a death one input at a time, so that only the guilty one is set aside.
        let room = if self.suspects.is_empty() { self.wants } else { 1 };
        self.sources.open_ready(room, seen)
    }

    fn ask(
        &mut self,
        inputs: &[Input],
        now: Timestamp,
        committed: Option<Vec<u8>>,
    ) -> Result<PollReply, WorkerError> {
        let request = PollRequest {
            max_records: wire::MAX_BATCH_RECORDS,
            max_bytes: MAX_REPLY_BYTES,
            deadline_ms: u32::try_from(POLL_DEADLINE.as_millis()).unwrap_or(u32::MAX),
            now_us: now.as_micros(),
            committed_cursor: committed.clone(),
            handles: inputs
                .iter()
                .map(|Input { index, opened, .. }| Handle {
                    id: opened.identity.id(),
                    source: *index,
                    raw: 0,
                    size: opened.size,
                    begin: opened.begin,
                    name: None,
                })
                .collect(),
        };
        let files: Vec<_> = inputs.iter().map(|input| &input.opened.file).collect();
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.start_worker(committed)?,
        };
        let reply = worker.poll(&request, &files, &self.shapes);
        self.printed_bytes += worker.printed_bytes().saturating_sub(self.printed_by_worker);
        self.printed_by_worker = worker.printed_bytes();
        let reply = reply?; // after an error the worker is gone
        self.worker = Some(worker);
        let wants = reply.wants.iter().map(|want| usize::from(want.inputs)).max();
        self.wants = wants.unwrap_or(INPUTS_PER_POLL).clamp(1, INPUTS_PER_POLL);
        Ok(reply)
    }

    /// A reply that repeats what is committed is none: the worker ends, and the next one has the committed cursor.
    fn goes_on(
        &mut self,
        reply: PollReply,
        inputs: &[InputIdentity],
    ) -> Result<(PollReply, Vec<Reached>), WorkerError> {
        if let Some(reached) = self.positions.look(&reply, inputs) {
            return Ok((reply, reached));
        }
        self.worker = None;
        Err(WorkerError::Garbage {
            plugin: self.family.plugin.path.clone(),
            why: "it gives units again that are committed".into(),
        })
    }

    fn start_worker(&mut self, cursor: Option<Vec<u8>>) -> Result<Worker, WorkerError> {
        let mut worker = Worker::start(&self.family.worker_spec()?)?;
        self.printed_by_worker = 0;
        if worker.describe()? != self.family.describe {
            return Err(WorkerError::Changed);
        }
        match worker.open(&OpenRequest { cursor, ..self.open_request.clone() })? {
            OpenReply::Ready => Ok(worker),
            OpenReply::BadSettings { key, expected } => Err(WorkerError::BadSettings { key, expected }),
            OpenReply::StateTooOld { found } => Err(WorkerError::StateTooOld { found }),
        }
    }
}

fn origin(input: &Input) -> Origin {
    let (source, path) = (input.source.clone(), input.opened.path.clone());
    Origin { source, identity: input.opened.rows, path }
}

/// The inputs that the plugin has read to their end. Its report names them in the order in which they were handed out.
fn finished(reply: &PollReply, inputs: &[Input]) -> Vec<(SourceName, InputIdentity)> {
    let done = reply.inputs.iter().zip(inputs);
    done.filter(|(report, _)| report.finished == FinishedOrNot::Finished)
        .map(|(_, input)| (input.source.clone(), input.opened.identity))
        .collect()
}
