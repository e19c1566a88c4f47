//! Why a batch was refused: for the person who reads it, by line and field, never by value.

use labrelay_model::{Digest, FamilyName, Reason, wire};

use crate::Refusal;

/// Why the second check refused a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefusal {
    /// More bytes than a batch may have, packed or unpacked.
    #[error(
        "the batch is larger than {} bytes packed or {} unpacked",
        wire::MAX_BODY_BYTES,
        wire::MAX_BATCH_BYTES
    )]
    TooLarge,
    /// The body is something else than one whole zstd frame.
    #[error("the body is not exactly one zstd frame")]
    NotZstd,
    /// The last line does not end.
    #[error("the last line of the batch does not end with a line feed")]
    UnendedLine,
    /// The first line is not the canonical form of a batch header.
    #[error("line 1 is not a batch header in canonical form")]
    Header,
    /// A format of another time.
    #[error("the batch has format {found}; this version knows format 1 only")]
    OtherVersion {
        /// What the header says.
        found: u16,
    },
    /// The header announces more records than a batch may have.
    #[error("the header announces {declared} records; a batch has {} at most", wire::MAX_BATCH_RECORDS)]
    TooManyRecords {
        /// What the header says.
        declared: u32,
    },
    /// Records in a tombstone, or none in a batch that is no tombstone.
    #[error("a tombstone has no records and any other batch has at least one")]
    Tombstone,
    /// No gate for the manifest that the header names: keep the batch, register the manifest, try again.
    #[error("the manifest {sha256} of family {family} is not registered here")]
    UnknownManifest {
        /// The family that the header names.
        family: FamilyName,
        /// The manifest that the header names.
        sha256: Digest,
    },
    /// The manifest is known and does not declare the header's stream.
    #[error("the batch's stream is not declared in its manifest")]
    UnknownStream,
    /// More or fewer lines than announced.
    #[error("the header announces {declared} records, and the batch has another number of lines")]
    WrongCount {
        /// What the header says.
        declared: u32,
    },
    /// The gate refused a record.
    #[error("line {line}: {refusal}")]
    Record {
        /// 1-based line of the body.
        line: u32,
        /// The gate's answer.
        refusal: Refusal,
    },
    /// A line that says something that may leave, in a form that is not the one the gate writes.
    #[error("line {line} is not in canonical form")]
    NotCanonical {
        /// 1-based line of the body.
        line: u32,
    },
    /// A row id that an earlier line has.
    #[error("line {line} repeats a row id of this batch")]
    DuplicateRow {
        /// 1-based line of the body.
        line: u32,
    },
}

impl BatchRefusal {
    /// The line where it was refused, if it was one.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Header => Some(1),
            Self::Record { line, .. } | Self::NotCanonical { line } | Self::DuplicateRow { line } => {
                Some(*line)
            }
            _ => None,
        }
    }

    /// The gate's reason, where the gate refused.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Record { refusal, .. } => Some(refusal.reason),
            _ => None,
        }
    }
}
