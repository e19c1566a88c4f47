//! Every fault that a soak knows, and how often each has really struck.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What may go wrong; counted when it has, not when it was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// `kill -9` of the host.
    HostKilled,
    /// `kill -9` of a worker.
    WorkerKilled,
    /// `kill -9` of one of the two receivers.
    ReceiverKilled,
    /// A request came while no receiver could take it.
    ReceiverAway,
    /// The host said that its disk is full.
    DiskFull,
    /// The state folder was put back from an older copy.
    StateRestored,
    /// The spool was deleted.
    SpoolDeleted,
    /// The connection was reset before the receiver saw the request.
    Reset,
    /// The receiver saw half of a request.
    RequestCut,
    /// A 503.
    Unavailable,
    /// A 429.
    TooMany,
    /// The receiver answered and the host never heard.
    AnswerLost,
    /// The host heard half an answer.
    AnswerCut,
    /// The answer came byte by byte.
    AnswerSlow,
    /// Written under another name bit by bit, then renamed.
    Grown,
    /// A file got another name.
    Renamed,
    /// A row of numbered files moved up by one, and the first name was used again.
    Rotated,
    /// A file was copied whole.
    Copied,
    /// A file began with all bytes of another.
    SameBeginning,
    /// Other content in the same file.
    Rewritten,
    /// A file lost its end.
    Truncated,
    /// A log was appended to while it was read.
    LogGrown,
    /// A log got another name, which its source looks for too.
    LogRenamed,
    /// A log got a name that its source does not look for.
    LogRenamedAway,
    /// A log was copied, and cut to nothing.
    LogCut,
    /// A log went with a line that had no end yet.
    LineVanished,
}

impl Fault {
    /// All of them.
    pub(super) const ALL: [Self; 26] = [
        Self::HostKilled,
        Self::WorkerKilled,
        Self::ReceiverKilled,
        Self::ReceiverAway,
        Self::DiskFull,
        Self::StateRestored,
        Self::SpoolDeleted,
        Self::Reset,
        Self::RequestCut,
        Self::Unavailable,
        Self::TooMany,
        Self::AnswerLost,
        Self::AnswerCut,
        Self::AnswerSlow,
        Self::Grown,
        Self::Renamed,
        Self::Rotated,
        Self::Copied,
        Self::SameBeginning,
        Self::Rewritten,
        Self::Truncated,
        Self::LogGrown,
        Self::LogRenamed,
        Self::LogRenamedAway,
        Self::LogCut,
        Self::LineVanished,
    ];

    /// Those that end a process.
    pub(super) const KILLS: [Self; 3] = [Self::HostKilled, Self::WorkerKilled, Self::ReceiverKilled];

    /// For the report.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::HostKilled => "host killed",
            Self::WorkerKilled => "worker killed",
            Self::ReceiverKilled => "receiver killed",
            Self::ReceiverAway => "no receiver there",
            Self::DiskFull => "disk full",
            Self::StateRestored => "state restored from a copy",
            Self::SpoolDeleted => "spool deleted",
            Self::Reset => "connection reset",
            Self::RequestCut => "half a request",
            Self::Unavailable => "503",
            Self::TooMany => "429",
            Self::AnswerLost => "answer lost",
            Self::AnswerCut => "half an answer",
            Self::AnswerSlow => "slow answer",
            Self::Grown => "file grown, then renamed",
            Self::Renamed => "file renamed",
            Self::Rotated => "files rotated",
            Self::Copied => "file copied",
            Self::SameBeginning => "same first bytes",
            Self::Rewritten => "file rewritten in place",
            Self::Truncated => "file truncated",
            Self::LogGrown => "log grown",
            Self::LogRenamed => "log renamed",
            Self::LogRenamedAway => "log renamed out of sight",
            Self::LogCut => "log copied and cut",
            Self::LineVanished => "line vanished unread",
        }
    }
}

/// Counts of what has struck, shared by all that strike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Struck(Arc<Mutex<BTreeMap<Fault, u64>>>);

impl Struck {
    /// It has struck.
    pub(super) fn note(&self, fault: Fault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(fault).or_default() += 1;
    }

    /// How often.
    pub(super) fn times(&self, fault: Fault) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&fault).copied().unwrap_or_default()
    }

    /// How many processes were killed.
    pub(super) fn kills(&self) -> u64 {
        Fault::KILLS.iter().map(|fault| self.times(*fault)).sum()
    }
}
