//! Why bytes on the plugin's channel are no message. Never holds any of those bytes.

/// Bytes that are no message of this ABI. A host that gets one of these ends the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Its version is not one that this build knows.
    #[error("the message has version {found}; this build knows version {known}")]
    UnknownVersion {
        /// Version found.
        found: u16,
        /// The only version that this build reads.
        known: u16,
    },
    /// It is longer than any valid message of its kind.
    #[error("the message has {bytes} bytes; at most {max} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// It ends too early, or a tag or number in it has no meaning.
    #[error("the message is cut off or malformed")]
    Malformed,
    /// Bytes follow its end.
    #[error("the message is followed by bytes that do not belong to it")]
    TrailingBytes,
    /// A text in it, such as a version, is longer than allowed.
    #[error("a text in the message is longer than allowed")]
    TextTooLong,
    /// A unit or record names a stream that the manifest does not have.
    #[error("the reply names stream {0}, which the manifest does not have")]
    UnknownStream(u64),
    /// A unit names a handle that the request did not hold.
    #[error("the reply names handle {0}, which was not handed out")]
    UnknownHandle(u64),
    /// A unit has a reason with a number that this build does not know.
    #[error("the reply gives reason number {0}, which this build does not know")]
    UnknownReason(u64),
    /// Units of one input do not stand in the order of their positions, or two share one.
    #[error("the positions of the units of handle {0} do not ascend")]
    PositionsNotAscending(u16),
    /// It holds more units and records than were asked for.
    #[error("the reply holds more than the {max} units and records that were asked for")]
    TooManyRecords {
        /// What the request allowed.
        max: u32,
    },
    /// The total does not equal the sum of the units.
    #[error("the reply accounts for {claimed} units but holds {counted}")]
    SeenMismatch {
        /// Total as claimed.
        claimed: u64,
        /// Sum over the units.
        counted: u64,
    },
    /// It does not report on exactly the inputs that the request handed out, in their order.
    #[error("the reply does not report on exactly the inputs that were handed out")]
    InputsMismatch,
}
