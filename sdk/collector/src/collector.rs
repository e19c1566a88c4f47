//! The trait that an instrument team implements, and the ways in which it can fail.

use crate::{Batch, Inputs, Settings, State};

/// Reads the inputs of one instrument family. One value lives in one worker process and is polled in turn.
///
/// It opens no file, has no clock but [`Batch::now`], and keeps nothing that it could not rebuild from `State`:
/// close to a pure function of the bytes that it is given.
pub trait Collector: Sized + Send + 'static {
    /// Version of the bytes that it passes to [`Batch::set_state`].
    const STATE_VERSION: u32 = 1;
    /// Oldest version of them that [`Collector::open`] understands.
    const OLDEST_STATE_VERSION: u32 = 1;

    /// Starts, with the state that belongs to what the host has committed; `None` at the very first start.
    fn open(settings: Settings, state: Option<State>) -> Result<Self, OpenError>;

    /// Reads from `inputs` into `batch` until there is nothing left or [`Batch::is_full`].
    ///
    /// What is wrong with an input is no error: refuse the unit and go on. Every input that is not finished
    /// is handed out again.
    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError>;

    /// The last reply was not committed: forget what came after `state`. The positions of inputs have
    /// already been put back.
    fn rewind(&mut self, state: Option<State>);
}

/// Why a collector can't start. Shown to the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A setting is missing or wrong.
    #[error("setting `{key}`: expected {expected}")]
    BadSetting {
        /// Key within the plugin's section of the configuration.
        key: String,
        /// What should stand there.
        expected: String,
    },
    /// The state has a version that should be readable, but its bytes are not.
    #[error("the saved state can't be read")]
    BadState,
}

/// A mistake of the plugin's author: what an input holds never leads here. Names stream and field, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// The manifest has no such stream.
    #[error("the manifest declares no stream `{stream}`")]
    UnknownStream {
        /// The name as the author wrote it.
        stream: String,
    },
    /// The stream has no such field.
    #[error("the manifest declares no field `{field}` for stream `{stream}`")]
    UnknownField {
        /// Stream.
        stream: String,
        /// The name as the author wrote it.
        field: String,
    },
    /// The field has another type.
    #[error("field `{field}` of stream `{stream}` is declared as {declared}")]
    WrongType {
        /// Stream.
        stream: String,
        /// Field.
        field: String,
        /// The manifest's word for its type.
        declared: &'static str,
    },
    /// The stream has no catalogue to match lines with.
    #[error("stream `{stream}` declares no catalogue, so no line can be matched")]
    NoCatalogue {
        /// Stream.
        stream: String,
    },
    /// Units of one input must be given in the order of their positions, each position once.
    #[error(
        "units of an input must ascend: call record, refuse or drop_units in the order of their positions"
    )]
    PositionsNotAscending,
    /// The batch has no room for another unit.
    #[error("the batch is full: ask is_full before each unit")]
    Overfull,
    /// The state is too long.
    #[error("the state has {bytes} bytes; at most {max} are kept")]
    StateTooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// An input can't be read; it is handed out again.
    #[error("an input can't be read: {0}")]
    Unreadable(std::io::ErrorKind),
    /// Something else went wrong that is no input's fault; a constant text, so that no content gets into it.
    #[error("{0}")]
    Other(&'static str),
}

impl From<std::io::Error> for PollError {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.kind())
    }
}
