//! What can be wrong with an FCS file: offsets, sizes and names of places, never a keyword's value.

use std::io;

use labrelay_model::Reason;

/// Why a data set can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FcsError {
    /// No `FCS` at the start of the data set.
    #[error("the data set at byte {at} does not begin with FCS: this is no FCS or LMD file")]
    NotFcs {
        /// Where the data set starts.
        at: u64,
    },
    /// `FCS` followed by a version other than 2.0, 3.0, 3.1 or 3.2.
    #[error("the data set at byte {at} has an FCS version other than 2.0, 3.0, 3.1 and 3.2")]
    UnknownVersion {
        /// Where the data set starts.
        at: u64,
    },
    /// The file ends before what its own offsets announce.
    #[error("{part} should reach to byte {needed}, but the file has {size} bytes: it is cut off")]
    Truncated {
        /// The part that is cut off.
        part: Part,
        /// Size that the file would need at least.
        needed: u64,
        /// Size that it has.
        size: u64,
    },
    /// An offset is no number.
    #[error("an offset of {part} in the data set at byte {at} is not a number")]
    BadOffset {
        /// Where the data set starts.
        at: u64,
        /// The part that the offset belongs to.
        part: Part,
    },
    /// The offsets of TEXT can't be those of a text: missing, in reverse, or inside the HEADER.
    #[error("HEADER of the data set at byte {at} says that TEXT goes from {begin} to {end}: that is no text")]
    BadTextOffsets {
        /// Where the data set starts.
        at: u64,
        /// First byte, relative to it.
        begin: u64,
        /// Last byte, relative to it.
        end: u64,
    },
    /// `$NEXTDATA` does not lead forward.
    #[error("$NEXTDATA of the data set at byte {at} is {next}, which leads back into the same data set")]
    Loop {
        /// Where the data set starts.
        at: u64,
        /// The offset found.
        next: u64,
    },
    /// A keyword without a name; what follows can't be told apart any more.
    #[error("TEXT of the data set at byte {at} has an empty keyword at its byte {inside}")]
    EmptyKeyword {
        /// Where the data set starts.
        at: u64,
        /// Offset in its TEXT.
        inside: u64,
    },
    /// TEXT has not even `$PAR`, which every version of the standard demands: probably a wrong offset.
    #[error("TEXT of the data set at byte {at} has no $PAR: its offsets are probably wrong")]
    NoKeywords {
        /// Where the data set starts.
        at: u64,
    },
    /// The events are stored in a form that is not read here.
    #[error("{keyword} of the data set at byte {at} is missing, or says a form of events that is not read")]
    UnreadEvents {
        /// Where the data set starts.
        at: u64,
        /// The keyword that says so.
        keyword: &'static str,
    },
    /// DATA is too short for its events.
    #[error(
        "the data set at byte {at} says that it has {events} events, but its DATA has room for {room}: it is cut off"
    )]
    FewerEvents {
        /// Where the data set starts.
        at: u64,
        /// What `$TOT` says.
        events: u64,
        /// Whole events that DATA can hold.
        room: u64,
    },
    /// Something is larger than this reader takes.
    #[error("{part} has {found}, more than the {limit} that a real file could need")]
    OverBound {
        /// What is too large.
        part: Part,
        /// Bytes or pieces found.
        found: u64,
        /// The bound.
        limit: u64,
    },
    /// The operating system could not read the file.
    #[error("the file can't be read: {0}")]
    Read(#[from] io::Error),
}

/// A part of an FCS file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first 58 bytes of a data set.
    Header,
    /// The keywords.
    Text,
    /// Further keywords elsewhere in the data set.
    SupplementalText,
    /// The events.
    Data,
    /// The keyword that leads to the next data set.
    NextData,
    /// The list of keywords.
    Keywords,
    /// The chain of data sets.
    DataSets,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Part::Header => "HEADER",
            Part::Text => "TEXT",
            Part::SupplementalText => "supplemental TEXT",
            Part::Data => "DATA",
            Part::NextData => "$NEXTDATA",
            Part::Keywords => "the list of keywords",
            Part::DataSets => "the chain of data sets",
        })
    }
}

impl FcsError {
    /// The reason under which a unit with this error is refused.
    pub fn reason(&self) -> Reason {
        match self {
            FcsError::NotFcs { .. } | FcsError::UnknownVersion { .. } => Reason::NotThisFormat,
            FcsError::Truncated { .. } | FcsError::FewerEvents { .. } => Reason::Truncated,
            FcsError::UnreadEvents { .. } => Reason::Unparsable,
            FcsError::BadOffset { .. } | FcsError::BadTextOffsets { .. } | FcsError::Loop { .. } => {
                Reason::BadHeader
            }
            FcsError::EmptyKeyword { .. } | FcsError::NoKeywords { .. } => Reason::BadText,
            FcsError::OverBound { .. } => Reason::OverBound,
            FcsError::Read(_) => Reason::ReadError,
        }
    }
}
