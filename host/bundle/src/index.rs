//! A bundle's index: what the plugin is, and the digest of every file. What is signed is these bytes.
//!
//! Has one form: the same index has the same bytes, and other bytes are refused.

use std::fmt;

use aws_lc_rs::digest;
use labrelay_model::{Digest, FamilyName};
use serde::{Deserialize, Serialize};

use crate::{Part, Platform, PluginVersion};

/// Version of the format.
const FORMAT: u32 = 1;
/// Greatest index: one of the most parts has 5 KiB.
pub const MAX_INDEX_BYTES: u64 = 64 << 10;
/// Most parts: the texts, and a library for each of a dozen platforms.
pub(crate) const MAX_PARTS: usize = 16;

/// What the plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The family it collects.
    pub family: FamilyName,
    /// Its version.
    pub plugin_version: PluginVersion,
    /// Version of the SDK that it was built with.
    pub sdk_version: PluginVersion,
    /// Version of the state that it writes.
    pub state_version: u32,
    /// Oldest version of state that it can read.
    pub oldest_state_version: u32,
}

/// The index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    format: u32,
    family: FamilyName,
    plugin_version: PluginVersion,
    sdk_version: PluginVersion,
    state_version: u32,
    oldest_state_version: u32,
    files: Vec<IndexedPart>,
}

/// One file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedPart {
    /// Which one.
    pub path: Part,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// Why bytes are no index. Says nothing of what they hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Longer than any index.
    #[error("it has {0} bytes; an index has at most {MAX_INDEX_BYTES}")]
    TooLarge(usize),
    /// A newer Labrelay has made it.
    #[error(
        "it has format {0}, and this version of Labrelay reads format {FORMAT}; install a newer Labrelay"
    )]
    OtherFormat(u32),
    /// No JSON of this form.
    #[error(
        "it can't be read (line {line}, column {column}); have its maker pack it again with `labrelay plugin pack`"
    )]
    Unreadable {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Readable, but written otherwise than an index is.
    #[error(
        "it is not in the one form that an index has; have its maker pack it again with `labrelay plugin pack`"
    )]
    NotCanonical,
    /// Too many files.
    #[error("it lists {0} files; a bundle has at most {MAX_PARTS}")]
    TooManyParts(usize),
    /// A file stands twice, or out of order.
    #[error("{0} stands twice in it, or out of order")]
    OutOfOrder(Part),
    /// A file is too large.
    #[error("{part} would have {bytes} bytes; at most {most} are allowed", most = part.max_bytes())]
    PartTooLarge {
        /// The file.
        part: Part,
        /// Its size.
        bytes: u64,
    },
    /// Something that every bundle has is not there.
    #[error("it lists no {0}")]
    Lacks(Needed),
    /// It writes a state that it can't read.
    #[error(
        "the plugin would write a state that it can't read: version {0} is older than the oldest it reads"
    )]
    StateOfNoUse(u32),
}

/// What every bundle has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// A manifest.
    Manifest,
    /// A library.
    Library,
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Needed::Manifest => "manifest",
            Needed::Library => "plugin library",
        })
    }
}

/// Read first, so that a newer format is called one.
#[derive(Deserialize)]
struct FormatAlone {
    format: u32,
}

impl Index {
    /// The index of these files, which are in order.
    pub(crate) fn new(about: About, files: Vec<IndexedPart>) -> Result<Self, IndexError> {
        let About { family, plugin_version, sdk_version, state_version, oldest_state_version } = about;
        let index = Self {
            format: FORMAT,
            family,
            plugin_version,
            sdk_version,
            state_version,
            oldest_state_version,
            files,
        };
        index.checked()
    }

    /// Reads an index, in its one form only.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        if bytes.len() as u64 > MAX_INDEX_BYTES {
            return Err(IndexError::TooLarge(bytes.len()));
        }
        let unreadable =
            |error: serde_json::Error| IndexError::Unreadable { line: error.line(), column: error.column() };
        let FormatAlone { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format != FORMAT {
            return Err(IndexError::OtherFormat(format));
        }
        let index: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        let index = index.checked()?;
        if index.to_bytes() == bytes { Ok(index) } else { Err(IndexError::NotCanonical) }
    }

    /// The index's bytes: what is signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Names, numbers and texts alone: writing them to memory can't fail; no bytes would be no index.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// What a bundle is known by, in lists of revoked ones above all: the SHA-256 of its index, which names all the rest.
    pub fn digest(&self) -> Digest {
        sha256(&self.to_bytes())
    }

    /// The family it collects.
    pub fn family(&self) -> &FamilyName {
        &self.family
    }

    /// The plugin's version.
    pub fn plugin_version(&self) -> &PluginVersion {
        &self.plugin_version
    }

    /// Version of the SDK that it was built with.
    pub fn sdk_version(&self) -> &PluginVersion {
        &self.sdk_version
    }

    /// Versions of state: the oldest that it reads, and the one that it writes.
    pub fn state_versions(&self) -> std::ops::RangeInclusive<u32> {
        self.oldest_state_version..=self.state_version
    }

    /// Every file, in order.
    pub fn files(&self) -> &[IndexedPart] {
        &self.files
    }

    /// What it says of one file.
    pub fn find(&self, part: &Part) -> Option<&IndexedPart> {
        self.files.iter().find(|file| file.path == *part)
    }

    /// The library for the first of these platforms that has one.
    pub fn library(&self, platforms: &[Platform]) -> Option<&IndexedPart> {
        platforms.iter().find_map(|platform| self.find(&Part::Library(platform.clone())))
    }

    /// Every platform with a library.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.files.iter().filter_map(|file| match &file.path {
            Part::Library(platform) => Some(platform),
            _ => None,
        })
    }

    fn checked(self) -> Result<Self, IndexError> {
        if self.files.len() > MAX_PARTS {
            return Err(IndexError::TooManyParts(self.files.len()));
        }
        if let Some(file) = self.files.iter().find(|file| file.bytes > file.path.max_bytes()) {
            return Err(IndexError::PartTooLarge { part: file.path.clone(), bytes: file.bytes });
        }
        let pairs = self.files.iter().zip(self.files.iter().skip(1));
        if let Some((_, next)) = pairs.into_iter().find(|(one, next)| one.path >= next.path) {
            return Err(IndexError::OutOfOrder(next.path.clone()));
        }
        if self.find(&Part::Manifest).is_none() {
            return Err(IndexError::Lacks(Needed::Manifest));
        }
        if self.platforms().next().is_none() {
            return Err(IndexError::Lacks(Needed::Library));
        }
        if self.state_versions().is_empty() {
            return Err(IndexError::StateOfNoUse(self.state_version));
        }
        Ok(self)
    }
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut sum = [0; 32];
    let digest = digest::digest(&digest::SHA256, bytes);
    sum.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    Digest(sum)
}
