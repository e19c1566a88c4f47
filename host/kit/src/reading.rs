//! One reading of inputs by a plugin in a worker, as a host would do it, disturbed in one of the ways that a host must survive.
//!
//! Judges nothing. The plugin's replies pass the host's own decoder, so what comes back is within the manifest's shapes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use labrelay_abi::{
    FinishedOrNot, Handle, MAX_HANDLES, OpenReply, OpenRequest, PluginFault, PollReply, PollRequest, Unit,
};
use labrelay_model::{StreamShape, Timestamp, wire};
use labrelay_os::process::peak_memory_bytes;
use labrelay_worker::{Worker, WorkerError, WorkerLimits, WorkerSpec};

use crate::input::Input;
use crate::opening::{open_request, worker_spec};
use crate::{Case, Subject};

/// Time for one poll, as a host gives.
pub(crate) const POLL_DEADLINE: Duration = Duration::from_secs(10);
/// Most bytes of one reply, as a host takes.
const MAX_REPLY_BYTES: u32 = 4 << 20;
/// Polls in a row that may give nothing, before the plugin counts as standing still.
const IDLE_POLLS: u32 = 3;
/// Polls of one reading: a case has some hundred units, and each takes one at most when a reading is cut.
const MAX_POLLS: u32 = 100_000;

/// What one reply may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) records: u32,
    pub(crate) bytes: u32,
}

impl Room {
    /// As a host gives.
    pub(crate) const FULL: Self = Self { records: wire::MAX_BATCH_RECORDS, bytes: MAX_REPLY_BYTES };

    /// Just enough for the largest of these units: then the SDK gives one unit a poll.
    pub(crate) fn for_one_of(units: &[Given]) -> Self {
        let records = units.iter().map(|given| given.unit.cost()).max().unwrap_or(1);
        let bytes = units.iter().map(|given| given.unit.bytes_at_most()).max().unwrap_or(0);
        let to_u32 = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        // A unit is begun with some bytes to spare, for its own head.
        Self { records: to_u32(records), bytes: to_u32(bytes + 256).min(MAX_REPLY_BYTES) }
    }
}

/// What happens to each poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// Nothing: its reply is committed, and the worker goes on.
    None,
    /// It is asked of a new worker, opened with the committed cursor.
    NewWorker,
    /// Its first reply is not committed: the plugin has to go back and give it again.
    LostReply,
    /// A worker is ended within it, another one after its reply and before the commit.
    Killed,
}

/// A unit, and in which input it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    pub(crate) input: usize,
    pub(crate) unit: Unit,
}

/// What a reading gave.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// By input, then by position.
    pub(crate) units: Vec<Given>,
    pub(crate) polls: u32,
}

/// Why a reading did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadingError {
    #[error(transparent)]
    Worker(#[from] WorkerError),
    #[error("the plugin refuses to open: setting `{key}`: expected {expected}")]
    BadSettings { key: String, expected: String },
    #[error("the plugin can't read its own saved state of version {found}")]
    StateTooOld { found: u32 },
    #[error("{input}: the plugin gives neither units nor an end: finish the input, or move its position on", input = .0.display())]
    StandsStill(PathBuf),
    #[error("{input}: the plugin gives the unit at position {position} twice: keep how far it has come with set_position", input = .input.display())]
    Twice { input: PathBuf, position: u64 },
}

impl ReadingError {
    /// Whether the plugin gave something that its own manifest does not declare.
    pub(crate) fn contradicts_manifest(&self) -> bool {
        matches!(
            self,
            Self::Worker(WorkerError::Fault { fault: PluginFault::Failed, .. } | WorkerError::Garbage { .. })
        )
    }
}

/// A plugin at one site, read from in workers of its own.
pub(crate) struct Reader {
    spec: WorkerSpec,
    shapes: Vec<StreamShape>,
    open: OpenRequest,
    now: Timestamp,
    worker: Option<Worker>,
    committed: Option<Vec<u8>>,
    /// Longest poll so far.
    pub(crate) slowest: Duration,
    /// Most memory that one of the workers held, where the system tells.
    pub(crate) peak_bytes: Option<u64>,
}

impl Reader {
    /// For a case's site; starts no worker yet.
    pub(crate) fn new(subject: &Subject, case: &Case) -> Result<Self, WorkerError> {
        Ok(Self {
            spec: worker_spec(subject)?,
            shapes: subject.manifest.shapes(),
            open: open_request(&case.about),
            now: case.about.now,
            worker: None,
            committed: None,
            slowest: Duration::ZERO,
            peak_bytes: None,
        })
    }

    /// Reads `inputs` to their ends.
    pub(crate) fn read(
        &mut self,
        inputs: &[Input],
        room: Room,
        disturbance: Disturbance,
    ) -> Result<Reading, ReadingError> {
        let mut reading = Reading::default();
        let mut parts: BTreeMap<usize, usize> = // of each unfinished input the part that is handed out
            inputs.iter().enumerate().filter(|(_, input)| !input.ends.is_empty()).map(|(at, _)| (at, 0)).collect();
        let mut seen = BTreeSet::new();
        let (mut idle, mut at_once) = (0, MAX_HANDLES);
        while !parts.is_empty() {
            let handed: Vec<(usize, usize)> =
                parts.iter().take(at_once).map(|(at, part)| (*at, *part)).collect();
            let handles: Vec<(&Input, usize)> =
                handed.iter().filter_map(|(at, part)| Some((inputs.get(*at)?, *part))).collect();
            let reply = self.poll_disturbed(&handles, room, disturbance)?;
            reading.polls += 1;
            let finished = take(&reply, &handed, inputs, &mut parts);
            idle = if reply.units.is_empty() && finished == 0 { idle + 1 } else { 0 };
            if let (true, Some((input, _))) =
                (idle > IDLE_POLLS || reading.polls > MAX_POLLS, handles.first())
            {
                return Err(ReadingError::StandsStill(input.name.clone()));
            }
            at_once = wanted(&reply);
            self.committed = Some(reply.cursor);
            for unit in reply.units {
                let Some((at, _)) = handed.get(usize::from(unit.handle)) else { continue };
                if !seen.insert((*at, unit.position)) {
                    let input = inputs.get(*at).map(|input| input.name.clone()).unwrap_or_default();
                    return Err(ReadingError::Twice { input, position: unit.position.0 });
                }
                reading.units.push(Given { input: *at, unit: Unit { handle: 0, ..unit } });
            }
        }
        reading.units.sort_by_key(|given| (given.input, given.unit.position));
        self.note_memory();
        Ok(reading)
    }

    /// Ends the worker in good order.
    pub(crate) fn stop(&mut self) {
        self.note_memory();
        if let Some(worker) = self.worker.take() {
            worker.stop();
        }
    }

    fn poll_disturbed(
        &mut self,
        handles: &[(&Input, usize)],
        room: Room,
        disturbance: Disturbance,
    ) -> Result<PollReply, ReadingError> {
        match disturbance {
            Disturbance::None => {}
            Disturbance::NewWorker => self.stop(),
            Disturbance::LostReply => drop(self.poll(handles, room, POLL_DEADLINE)?),
            Disturbance::Killed => {
                self.kill_within_a_poll(handles, room)?;
                drop(self.poll(handles, room, POLL_DEADLINE)?);
                self.worker = None; // dropping it ends its process at once
            }
        }
        self.poll(handles, room, POLL_DEADLINE)
    }

    /// A host that has no patience ends the worker wherever it is.
    fn kill_within_a_poll(&mut self, handles: &[(&Input, usize)], room: Room) -> Result<(), ReadingError> {
        self.worker = None;
        let patient = self.spec.limits;
        self.spec.limits = WorkerLimits { grace: Duration::ZERO, ..patient };
        let ended = self.poll(handles, room, Duration::ZERO);
        self.spec.limits = patient;
        self.worker = None;
        match ended {
            Ok(_) | Err(ReadingError::Worker(WorkerError::Hung { .. } | WorkerError::Died { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn poll(
        &mut self,
        handles: &[(&Input, usize)],
        room: Room,
        deadline: Duration,
    ) -> Result<PollReply, ReadingError> {
        let request = PollRequest {
            max_records: room.records,
            max_bytes: room.bytes,
            deadline_ms: u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX),
            now_us: self.now.as_micros(),
            committed_cursor: self.committed.clone(),
            handles: handles.iter().map(|(input, part)| handle(input, *part)).collect(),
        };
        let files: Vec<_> = handles.iter().map(|(input, _)| &input.file).collect();
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.start()?,
        };
        let start = Instant::now();
        let reply = worker.poll(&request, &files, &self.shapes);
        self.slowest = self.slowest.max(start.elapsed());
        let reply = reply?; // after an error the worker is gone
        self.worker = Some(worker);
        Ok(reply)
    }

    fn start(&self) -> Result<Worker, ReadingError> {
        let mut worker = Worker::start(&self.spec)?;
        match worker.open(&OpenRequest { cursor: self.committed.clone(), ..self.open.clone() })? {
            OpenReply::Ready => Ok(worker),
            OpenReply::BadSettings { key, expected } => Err(ReadingError::BadSettings { key, expected }),
            OpenReply::StateTooOld { found } => Err(ReadingError::StateTooOld { found }),
        }
    }

    fn note_memory(&mut self) {
        let peak = self.worker.as_ref().and_then(|worker| peak_memory_bytes(worker.pid()));
        self.peak_bytes = self.peak_bytes.max(peak);
    }
}

fn handle(input: &Input, part: usize) -> Handle {
    let begin = part.checked_sub(1).and_then(|before| input.ends.get(before)).copied().unwrap_or(0);
    let size = input.ends.get(part).copied().unwrap_or(input.size);
    Handle { id: input.id, source: input.source, raw: 0, size, begin, name: None }
}

/// Moves finished inputs on to their next part, or out of the way; gives how many were finished.
fn take(
    reply: &PollReply,
    handed: &[(usize, usize)],
    inputs: &[Input],
    parts: &mut BTreeMap<usize, usize>,
) -> usize {
    let reports = reply.inputs.iter().zip(handed);
    let finished = reports.filter(|(report, _)| report.finished == FinishedOrNot::Finished);
    finished
        .map(|(_, (at, part))| {
            let last = inputs.get(*at).is_none_or(|input| part + 1 >= input.ends.len());
            match last {
                true => drop(parts.remove(at)),
                false => drop(parts.insert(*at, part + 1)),
            }
        })
        .count()
}

/// How many inputs the plugin takes at the next poll.
fn wanted(reply: &PollReply) -> usize {
    let wants = reply.wants.iter().map(|want| usize::from(want.inputs)).max();
    wants.unwrap_or(MAX_HANDLES).clamp(1, MAX_HANDLES)
}
