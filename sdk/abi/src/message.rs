//! The messages of ABI v1. Their encoding is postcard behind a version number; units are encoded by
//! `units`, cell by cell in the manifest's order.
//!
//! Rules that hold for ever: a field is never reordered or removed; new fields go to a new message version;
//! a reader refuses a version it does not know.

use labrelay_model::{FamilyName, InputId, Position, Reason, Record, Redacted, StreamIndex};
use serde::{Deserialize, Serialize};

/// Answer to `describe`: what the library is, before it gets any input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Describe {
    /// The family it collects.
    pub family: FamilyName,
    /// The plugin's own version.
    pub plugin_version: String,
    /// Version of the SDK it was built with.
    pub sdk_version: String,
    /// SHA-256 of the manifest it encodes against; the host refuses any other than its own.
    pub manifest_sha256: [u8; 32],
    /// Version of the plugin's `state` that it writes.
    pub state_version: u32,
    /// Oldest version of `state` that it can read.
    pub oldest_state_version: u32,
}

/// Key of [`OpenRequest::settings_json`] under which the host names the site's accounts, each with the index of its
/// role; no setting of a plugin begins with `$`. Not a field of its own: the request's form is frozen.
pub const ROLES_KEY: &str = "$roles";

/// `Describe::manifest_sha256` of a stock plugin: it has no manifest of its own, and collects for any that names it. Its
/// `Describe::family` is that name.
pub const STOCK_MANIFEST: [u8; 32] = [0; 32];

/// Key of [`OpenRequest::settings_json`] under which the host gives a stock plugin the text of the manifest that it is to
/// collect for. Not a field of its own either.
pub const MANIFEST_KEY: &str = "$manifest";

/// Longest manifest that a stock plugin is given: as JSON it is twice as long at most, and the request of `open` holds it
/// beside settings and accounts.
pub const MAX_STOCK_MANIFEST_BYTES: usize = 480 * 1024;

/// Request of `open`: called once, before the first poll.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRequest {
    /// The plugin's own section of the site's configuration, as JSON text. `{}` if there is none.
    pub settings_json: String,
    /// Which panels or tubes are QC at this site.
    pub qc: QcRule,
    /// IANA name of the time zone in which the instrument's clock runs.
    pub zone: String,
    /// The committed cursor to go on from; `None` at the very first start.
    pub cursor: Option<Vec<u8>>,
}

/// Which acquisitions are QC.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum QcRule {
    /// Those whose panel or tube name equals one of these, without regard to case.
    Names(Vec<String>),
    /// All of them: somebody said so (`--as qc`).
    All,
}

/// Answer to `open`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpenReply {
    /// Ready to be polled.
    Ready,
    /// A setting is missing or wrong: its name and what it should be. For the operator; holds no content of an input.
    BadSettings {
        /// Key within the plugin's settings.
        key: String,
        /// What is expected there.
        expected: String,
    },
    /// The cursor's state has a version that this plugin can't read.
    StateTooOld {
        /// Version found in the cursor.
        found: u32,
    },
}

/// Request of `poll`. Handles are good for this one call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollRequest {
    /// Most records that the reply may hold; a unit without records counts as one.
    pub max_records: u32,
    /// Most bytes that the units of the reply may take.
    pub max_bytes: u32,
    /// Reply within this many milliseconds; the host kills the worker some time later.
    pub deadline_ms: u32,
    /// The host's clock, microseconds since 1970 UTC. A plugin has no other.
    pub now_us: i64,
    /// What the host has durably committed. If it is not the last reply's cursor, that reply was not
    /// committed: go back to this one (rewind).
    pub committed_cursor: Option<Vec<u8>>,
    /// Inputs opened for this poll.
    pub handles: Vec<Handle>,
}

/// One opened input.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// Opaque name; the same input has the same id after a restart.
    pub id: InputId,
    /// Index of its source in the manifest.
    pub source: u16,
    /// The operating system's handle within the worker; the host writes 0, the worker fills it in.
    pub raw: u64,
    /// Where it ends for this poll, in bytes. It may have grown meanwhile: what lies behind comes with a later poll.
    pub size: u64,
    /// Where to begin: everything before it is accounted for. Above 0 only in a source that is followed while it grows;
    /// not part of version 1 of the request.
    #[serde(skip)]
    pub begin: u64,
    /// Name of the file, where the manifest says that the plugin may see it.
    pub name: Option<String>,
}

/// Answer to `poll`.
#[derive(Clone, PartialEq)]
pub struct PollReply {
    /// Units in the order read.
    pub units: Vec<Unit>,
    /// Total of units that this reply accounts for: the host compares.
    pub seen: u64,
    /// What became of each handle.
    pub inputs: Vec<InputReport>,
    /// Where to go on after this reply has been committed. Opaque to the host.
    pub cursor: Vec<u8>,
    /// What it would like next.
    pub wants: Vec<Want>,
    /// Poll again after this many milliseconds even without new input.
    pub wake_after_ms: Option<u32>,
}

/// One unit read: a line, message, acquisition or row.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Index into the request's handles.
    pub handle: u16,
    /// Where in the input it starts; no two units of an input share one.
    pub position: Position,
    /// The stream it belongs to, where known. Of an accepted unit it is that of its first record.
    pub stream: Option<StreamIndex>,
    /// What the plugin made of it.
    pub outcome: UnitOutcome,
}

/// What a plugin made of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitOutcome {
    /// Typed records, for the gate. All pass, or the unit is quarantined whole.
    Records(Vec<Record>),
    /// It could not be read: the reason, and as much of the raw bytes as is worth keeping (64 KiB at most),
    /// which the host seals unread.
    Refused(Reason, Redacted),
    /// Left out on purpose; stands for `units` units in a row.
    Dropped(Reason, u64),
}

/// What became of a handle in this poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReport {
    /// Which input.
    pub id: InputId,
    /// Whether to hand it out again.
    pub finished: FinishedOrNot,
}

/// Whether an input is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FinishedOrNot {
    /// Everything in it has been accounted for.
    Finished,
    /// There is more: open it again for the next poll.
    Unfinished,
}

/// How many more inputs of a source the plugin would take at the next poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// Index of the source in the manifest.
    pub source: u16,
    /// Most inputs at the next poll.
    pub inputs: u16,
}

/// A reply that is no reply: the plugin itself failed. Holds no text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PluginFault {
    /// It panicked; the SDK caught it.
    Panicked,
    /// The request could not be decoded or has a version it does not know.
    BadRequest,
    /// `poll` before `open`, or `open` twice.
    NotOpen,
    /// Its `poll` returned an error.
    Failed,
}
