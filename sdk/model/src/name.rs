//! Names that stand in manifests, paths and URLs: short, lower case, and never a value of a record.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Longest name in bytes. Delta and Parquet allow more; tables, columns and paths stay readable at this.
const MAX_NAME_BYTES: usize = 48;

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} is 1 to {MAX_NAME_BYTES} characters of a-z, 0-9, '-' and '_', starting with a letter")]
pub struct NameError {
    kind: &'static str,
}

fn check(text: &str, kind: &'static str) -> Result<(), NameError> {
    let fits = (1..=MAX_NAME_BYTES).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    if fits { Ok(()) } else { Err(NameError { kind }) }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $type(Box<str>);

        impl $type {
            /// Takes `text` if it is a name: `[a-z][a-z0-9_-]{0,47}`.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check(text, $kind)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", $kind, self.0)
            }
        }

        impl std::str::FromStr for $type {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                let text = String::deserialize(de)?;
                Self::new(&text).map_err(D::Error::custom)
            }
        }
    };
}

name!(/// An instrument family, such as `navios`.
    FamilyName, "family name");
name!(/// A stream of one family, such as `bead_qc`.
    StreamName, "stream name");
name!(/// A field of one stream, such as `red_laser_start`.
    FieldName, "field name");
name!(/// A declared input of one family, such as `listmode`.
    SourceName, "source name");
name!(/// One enrolled controller PC, as the receiver's registry knows it. Never the PC's host name.
    DeviceName, "device name");

/// A stream of a family; written `navios.bead_qc` in URLs and object paths.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StreamId {
    /// The family that declares the stream.
    pub family: FamilyName,
    /// The stream within that family.
    pub stream: StreamName,
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.family, self.stream)
    }
}

impl std::str::FromStr for StreamId {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let (family, stream) = text.split_once('.').ok_or(NameError { kind: "family.stream" })?;
        Ok(Self { family: family.parse()?, stream: stream.parse()? })
    }
}

impl Serialize for StreamId {
    fn serialize<S: serde::Serializer>(&self, ser: S) -> Result<S::Ok, S::Error> {
        ser.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        String::deserialize(de)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_and_start_with_a_letter() {
        for good in ["navios", "a", "instrument-manager", "bead_qc", "x9"] {
            assert_eq!(FamilyName::new(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(49);
        for bad in ["", "Navios", "9x", "a b", "a/b", "a.b", "ä", "../x", long.as_str()] {
            FamilyName::new(bad).unwrap_err();
        }
    }

    #[test]
    fn a_stream_id_is_written_with_a_dot_and_read_back() {
        let id: StreamId = "navios.bead_qc".parse().unwrap();
        assert_eq!(id.to_string(), "navios.bead_qc");
        "navios".parse::<StreamId>().unwrap_err();
        "navios.bead.qc".parse::<StreamId>().unwrap_err();
    }
}
