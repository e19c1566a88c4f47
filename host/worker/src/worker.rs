//! The host's side of one worker process. Any doubt ends the process: after an error it is gone.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use labrelay_abi::{
    DecodeError, Describe, MAX_HEAD_BYTES, Message, OpenReply, OpenRequest, PluginFault, PollReply,
    PollRequest, decode_poll_reply, decode_reply, encode_request,
};
use labrelay_model::{Digest, Redacted, StreamShape};
use labrelay_os::channel::Channel;
use labrelay_os::process::{StartedWorker, library_name, open_library, start_worker};
use labrelay_os::sandbox::{Confinement, Hold, Part};

use crate::WorkerError;
use crate::child::WorkerProcess;
use crate::frame::{self, FrameError, Kind};
use crate::load::{LoadFailure, tidy};
use crate::output::Output;
use crate::signed::check_is_signed;

/// Longest answer to a load request: a short text and a tag.
const MAX_LOAD_REPLY_BYTES: usize = 1024;
/// A byte for each part of the sandbox.
const MAX_CONFINE_REPLY_BYTES: usize = 64;
/// How long a plugin may take to close: the service stops within five seconds in all.
const STOP_PATIENCE: Duration = Duration::from_secs(1);

/// What to start.
#[derive(Debug, Clone)]
pub struct WorkerSpec {
    /// The program whose `worker_main` is run.
    pub program: PathBuf,
    /// Arguments that make it run it.
    pub args: Vec<OsString>,
    /// The plugin library.
    pub plugin: PathBuf,
    /// How long it may take.
    pub limits: WorkerLimits,
    /// Parts of the sandbox without which the site lets plugins run, where the system lacks them.
    pub accept_missing: Vec<Part>,
    /// SHA-256 of the library, where somebody has signed it: no other is given to a worker.
    pub sha256: Option<Digest>,
}

impl WorkerSpec {
    /// The worker program beside this one, in the whole sandbox.
    pub fn installed(plugin: &Path) -> Result<Self, WorkerError> {
        let name = format!("labrelay-worker{EXE_SUFFIX}");
        let program = match std::env::current_exe() {
            Ok(host) => host.with_file_name(name),
            Err(why) => return Err(WorkerError::NotStarted { program: name.into(), why }),
        };
        Ok(Self {
            program,
            args: Vec::new(),
            plugin: plugin.into(),
            limits: WorkerLimits::default(),
            accept_missing: Vec::new(),
            sha256: None,
        })
    }
}

/// How long a worker may take before it counts as hung.
#[derive(Debug, Clone, Copy)]
pub struct WorkerLimits {
    /// To start, load the library and describe itself. It takes 5 ms, 100 ms on a busy machine; ten seconds
    /// leave room for a disk that has to wake up.
    pub load: Duration,
    /// To open with settings and state: pure computation, but a plugin may read its state thoroughly.
    pub open: Duration,
    /// To reply after a poll's own deadline has passed. The plugin looks at the deadline between units, so
    /// this is the time that a single unit may take.
    pub grace: Duration,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self { load: Duration::from_secs(10), open: Duration::from_secs(10), grace: Duration::from_secs(10) }
    }
}

/// A running worker process with its plugin loaded. Dropping it ends the process.
#[derive(Debug)]
pub struct Worker {
    process: WorkerProcess,
    channel: Channel,
    plugin: PathBuf,
    limits: WorkerLimits,
    last_id: u32,
    confinement: Confinement,
    output: Output,
    /// Of the last reply; a poll's is overwritten as soon as it is read.
    body: Redacted,
}

impl Worker {
    /// Starts a worker process, has it confine itself and load the plugin. Where a part of the sandbox is missing that the
    /// site does not accept as missing, nothing of the plugin is loaded.
    ///
    /// The process ends with the *thread* that calls this (so says Linux): call it on the one that polls.
    pub fn start(spec: &WorkerSpec) -> Result<Self, WorkerError> {
        let plugin = spec.plugin.clone();
        let library = open_library(&plugin).map_err(|why| WorkerError::cannot_open(&plugin, why))?;
        if let Some(signed) = &spec.sha256 {
            check_is_signed(&library, &plugin, signed)?;
        }
        let not_started = |why| WorkerError::NotStarted { program: spec.program.clone(), why };
        let StartedWorker { child, channel, output } =
            start_worker(&spec.program, &spec.args).map_err(not_started)?;
        let mut worker = Self {
            process: WorkerProcess::new(child),
            channel,
            plugin,
            limits: spec.limits,
            last_id: 0,
            confinement: Confinement::none(),
            output: Output::of(output).map_err(not_started)?,
            body: Redacted::default(),
        };
        worker.confine(&library, &spec.accept_missing)?;
        worker.load(&library)?;
        Ok(worker)
    }

    /// What the plugin can't do, as the worker said before it loaded anything of it.
    pub fn confinement(&self) -> &Confinement {
        &self.confinement
    }

    /// Bytes that the process has printed. They are thrown away.
    pub fn printed_bytes(&self) -> u64 {
        self.output.bytes()
    }

    /// Whether the process is still there. Between polls no code of the plugin runs (it has one thread), so a worker that is
    /// there waits for the next request.
    pub fn is_alive(&mut self) -> bool {
        self.process.is_alive()
    }

    /// What the plugin says it is.
    pub fn describe(&mut self) -> Result<Describe, WorkerError> {
        self.call(Kind::Describe, &(), self.limits.load)
    }

    /// Opens the collector: once.
    pub fn open(&mut self, request: &OpenRequest) -> Result<OpenReply, WorkerError> {
        self.call(Kind::Open, request, self.limits.open)
    }

    /// Polls it. `files` are the inputs that `request.handles` describes, in the same order.
    pub fn poll(
        &mut self,
        request: &PollRequest,
        files: &[&File],
        shapes: &[StreamShape],
    ) -> Result<PollReply, WorkerError> {
        let most = usize::try_from(request.max_bytes).unwrap_or(usize::MAX).saturating_add(MAX_HEAD_BYTES);
        let patience = Duration::from_millis(request.deadline_ms.into()) + self.limits.grace;
        self.exchange(Kind::Poll, &encode_request(request), files, most, patience)?;
        let reply = decode_poll_reply(&self.body.0, request, shapes);
        self.body.clear();
        self.judge(reply)
    }

    /// The worker's process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Lets the plugin close, then ends the process.
    pub fn stop(mut self) {
        let closed: Result<(), _> = self.call(Kind::Close, &(), STOP_PATIENCE);
        drop(closed); // it ends either way
    }

    fn confine(&mut self, library: &File, accept_missing: &[Part]) -> Result<(), WorkerError> {
        let most = MAX_CONFINE_REPLY_BYTES;
        self.exchange(Kind::Confine, &[], &[library], most, self.limits.load)?;
        self.confinement =
            Confinement::from_bytes(&self.body.0).ok_or_else(|| self.garbage(DecodeError::Malformed))?;
        let mut missing = self.confinement.parts(Hold::Missing);
        missing.retain(|part| !accept_missing.contains(part));
        if missing.is_empty() {
            return Ok(());
        }
        self.process.end();
        Err(WorkerError::Unconfined { plugin: self.plugin.clone(), missing })
    }

    fn load(&mut self, library: &File) -> Result<(), WorkerError> {
        let most = MAX_LOAD_REPLY_BYTES;
        let name = library_name(library)
            .map_err(|why| WorkerError::PluginUnreadable { plugin: self.plugin.clone(), why })?;
        let loaded = self.exchange(Kind::Load, &name, &[library], most, self.limits.load);
        let plugin = self.plugin.clone();
        loaded.map_err(|error| match error {
            WorkerError::Died { plugin, how } => WorkerError::DiedLoading { plugin, how },
            other => other,
        })?;
        let reply: Result<(), LoadFailure> =
            postcard::from_bytes(&self.body.0).map_err(|_| self.garbage(DecodeError::Malformed))?;
        reply.map_err(|failure| match failure {
            LoadFailure::NotALibrary(why) => WorkerError::NotALibrary { plugin, why: tidy(&why) },
            LoadFailure::NotAPlugin => WorkerError::NotAPlugin(plugin),
            LoadFailure::OtherAbi => WorkerError::OtherAbi(plugin),
            LoadFailure::NoLayout => WorkerError::NoLayout(plugin),
            LoadFailure::Failed => WorkerError::FailedToStart(plugin),
        })
    }

    fn call<Q: Message, R: Message>(
        &mut self,
        kind: Kind,
        request: &Q,
        patience: Duration,
    ) -> Result<R, WorkerError> {
        self.exchange(kind, &encode_request(request), &[], R::MAX_BYTES, patience)?;
        let reply = decode_reply(&self.body.0);
        self.judge(reply)
    }

    /// Sends one request and leaves the body of its reply in `self.body`.
    fn exchange(
        &mut self,
        kind: Kind,
        body: &[u8],
        files: &[&File],
        most: usize,
        patience: Duration,
    ) -> Result<(), WorkerError> {
        self.last_id = self.last_id.wrapping_add(1);
        let deadline = Instant::now() + patience;
        let replied = frame::send(&self.channel, self.last_id, kind, body, files, Some(deadline))
            .and_then(|()| frame::receive_reply(&self.channel, &mut self.body.0, most, deadline));
        match replied {
            Ok(head) if head.kind == kind && head.id == self.last_id => Ok(()),
            Ok(_) => Err(self.garbage(FrameError::NotAFrame)),
            Err(error) => Err(self.failed(error, patience)),
        }
    }

    fn judge<T>(&mut self, reply: Result<Result<T, PluginFault>, DecodeError>) -> Result<T, WorkerError> {
        match reply {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(fault)) => {
                self.process.end();
                Err(WorkerError::Fault { plugin: self.plugin.clone(), fault })
            }
            Err(error) => Err(self.garbage(error)),
        }
    }

    fn failed(&mut self, error: FrameError, after: Duration) -> WorkerError {
        let plugin = self.plugin.clone();
        match error {
            FrameError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                self.process.end();
                WorkerError::Hung { plugin, after }
            }
            FrameError::Io(_) => WorkerError::Died { plugin, how: self.process.death() },
            other => self.garbage(other),
        }
    }

    fn garbage(&mut self, why: impl std::fmt::Display) -> WorkerError {
        self.process.end();
        WorkerError::Garbage { plugin: self.plugin.clone(), why: why.to_string() }
    }
}
