//! Identity of a batch and the line that opens its body.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{FamilyName, StreamId, StreamName};

macro_rules! hex_bytes {
    ($(#[$doc:meta])* $type:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(pub [u8; $bytes]);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($type))
            }
        }

        impl FromStr for $type {
            type Err = BatchIdError;
            fn from_str(text: &str) -> Result<Self, BatchIdError> {
                let wrong = BatchIdError { what: $what };
                if text.len() != 2 * $bytes || text.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(wrong);
                }
                let mut bytes = [0; $bytes];
                for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    let pair = std::str::from_utf8(pair).map_err(|_| wrong.clone())?;
                    *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong.clone())?;
                }
                Ok(Self(bytes))
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, ser: S) -> Result<S::Ok, S::Error> {
                ser.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                String::deserialize(de)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

/// A part of a batch's identity that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {what}")]
pub struct BatchIdError {
    what: &'static str,
}

hex_bytes!(/// Life of a spool: random, new with every new, repaired or restored spool.
    Epoch, 16, "an epoch: 32 lower-case hex digits");
hex_bytes!(/// SHA-256.
    Digest, 32, "a SHA-256 digest: 64 lower-case hex digits");

/// Place of a batch in its stream and epoch; the first is 1, and no number is skipped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The first number of an epoch.
    pub const FIRST: Seq = Seq(1);

    /// The number after this one.
    pub fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One batch of one device; the device itself is known from the connection's signature.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct BatchId {
    /// The stream of all its records.
    pub stream: StreamId,
    /// The spool's life.
    pub epoch: Epoch,
    /// Its place.
    pub seq: Seq,
}

/// First line of a batch's body, before compression: what the records below it are.
///
/// Device, epoch and sequence number are not in it: they stand in the URL, which the signature covers, so a
/// batch keeps its bytes and digest when a new epoch begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchHeader {
    /// Version of this format: 1.
    pub labrelay_batch: u16,
    /// Instrument family.
    pub family: FamilyName,
    /// Stream within the family.
    pub stream: StreamName,
    /// SHA-256 of the manifest file that the gate used.
    pub manifest_sha256: Digest,
    /// Version of the collector plugin.
    pub plugin_version: Box<str>,
    /// Version of the host.
    pub host_version: Box<str>,
    /// Number of record lines that follow; 0 in a tombstone.
    pub records: u32,
    /// Why there are none, in a tombstone: a batch that was refused and whose number must not stay empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tombstone: Option<crate::Reason>,
}

impl BatchHeader {
    /// The version that this build writes.
    pub const VERSION: u16 = 1;

    /// The stream with its family.
    pub fn stream_id(&self) -> StreamId {
        StreamId { family: self.family.clone(), stream: self.stream.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_exact() {
        let epoch = Epoch([0xab; 16]);
        assert_eq!(epoch.to_string().parse(), Ok(epoch));
        for bad in ["", "ab", &"AB".repeat(16), &"zz".repeat(16), &"ab".repeat(17), &"é".repeat(16)] {
            bad.parse::<Epoch>().unwrap_err();
        }
    }
}
