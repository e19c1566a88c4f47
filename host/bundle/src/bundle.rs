//! A bundle in memory: its index and its files, which agree. The same content always has the same bytes.

use std::collections::BTreeMap;

use crate::container::{self, Same, Unreadable};
use crate::index::{MAX_PARTS, sha256};
use crate::{About, Index, IndexError, IndexedPart, Part};

/// Greatest bundle: two libraries of the greatest size. It is held in memory while it is checked.
pub const MAX_BUNDLE_BYTES: u64 = 64 << 20;
/// Path of the index, which comes first.
pub(crate) const INDEX: &str = "bundle.json";

/// A bundle whose every file is what its index says. Who made it is another question: see [`crate::TrustList`].
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    index: Index,
    index_bytes: Vec<u8>,
    parts: BTreeMap<Part, Vec<u8>>,
}

/// Why bytes are no bundle. Says nothing of what they hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Longer than any bundle.
    #[error("it has {0} bytes; a bundle has at most {MAX_BUNDLE_BYTES}")]
    TooLarge(u64),
    /// No archive.
    #[error("it is no bundle, or it was cut short; get it again from its maker")]
    NoArchive,
    /// A link, a folder, a device, or a name of its own.
    #[error(
        "its entry {0} is not one of the plain files that a bundle has (docs/bundles.md); it is not unpacked"
    )]
    Strange(usize),
    /// Too many files.
    #[error("it holds more than {0} files; it is not unpacked")]
    TooMany(usize),
    /// The first file is not the index.
    #[error("it does not begin with {INDEX}; have its maker pack it with `labrelay plugin pack`")]
    NoIndex,
    /// The index is wrong.
    #[error("its index {INDEX} is wrong: {0}")]
    Index(#[from] IndexError),
    /// A file is not what the index says.
    #[error(
        "{0} is not the file that the index names: it was altered or damaged; get the bundle again from its maker"
    )]
    Altered(Part),
    /// A file of the index is not there.
    #[error("{0} stands in the index and is missing; get the bundle again from its maker")]
    Missing(Part),
    /// A file is not in the index.
    #[error("{0} does not stand in the index; get the bundle again from its maker")]
    NotInIndex(Part),
    /// The same files, packed otherwise.
    #[error(
        "its files are right, but it is not in the one form that a bundle has; have its maker pack it with `labrelay plugin pack`"
    )]
    NotCanonical,
}

impl From<Unreadable> for BundleError {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::NoArchive => BundleError::NoArchive,
            Unreadable::Strange(number) => BundleError::Strange(number),
            Unreadable::TooMany(most) => BundleError::TooMany(most),
        }
    }
}

impl Bundle {
    /// A bundle of these files.
    pub fn new(about: About, parts: BTreeMap<Part, Vec<u8>>) -> Result<Self, BundleError> {
        let indexed = |(part, content): (&Part, &Vec<u8>)| IndexedPart {
            path: part.clone(),
            bytes: content.len() as u64,
            sha256: sha256(content),
        };
        let index = Index::new(about, parts.iter().map(indexed).collect())?;
        let bundle = Self { index_bytes: index.to_bytes(), index, parts };
        match bundle.to_bytes().len() as u64 {
            bytes if bytes > MAX_BUNDLE_BYTES => Err(BundleError::TooLarge(bytes)),
            _ => Ok(bundle),
        }
    }

    /// Reads a bundle in its one form, and compares every file with the index.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() as u64 > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLarge(bytes.len() as u64));
        }
        let mut entries = container::read(bytes, 1 + MAX_PARTS)?.into_iter();
        let index = entries.next().filter(|entry| entry.path == INDEX).ok_or(BundleError::NoIndex)?;
        let index = Index::parse(&index.content)?;
        let mut parts = BTreeMap::new();
        for (number, entry) in (2..).zip(entries) {
            let part: Part = entry.path.parse().map_err(|_| BundleError::Strange(number))?;
            let Some(indexed) = index.find(&part) else { return Err(BundleError::NotInIndex(part)) };
            if indexed.bytes != entry.content.len() as u64 || indexed.sha256 != sha256(&entry.content) {
                return Err(BundleError::Altered(part));
            }
            parts.insert(part, entry.content);
        }
        if let Some(missing) = index.files().iter().find(|file| !parts.contains_key(&file.path)) {
            return Err(BundleError::Missing(missing.path.clone()));
        }
        let bundle = Self { index_bytes: index.to_bytes(), index, parts };
        container::write(Same(bytes), bundle.entries()).map_err(|_| BundleError::NotCanonical)?;
        Ok(bundle)
    }

    /// The bundle's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Every path fits into a head, and memory takes everything; no bytes would be no bundle.
        let written = container::write(&mut bytes, self.entries());
        if written.is_ok() { bytes } else { Vec::new() }
    }

    /// What it is and holds.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The content of one file.
    pub fn part(&self, part: &Part) -> Option<&[u8]> {
        self.parts.get(part).map(Vec::as_slice)
    }

    fn entries(&self) -> impl Iterator<Item = (String, &[u8])> {
        let parts = self.parts.iter().map(|(part, content)| (part.to_string(), content.as_slice()));
        std::iter::once((INDEX.to_owned(), self.index_bytes.as_slice())).chain(parts)
    }
}
