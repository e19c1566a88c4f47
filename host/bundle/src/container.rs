//! The file itself: a tar archive (POSIX.1-1988, "ustar") of plain files with nothing in their heads but name and size.
//!
//! Whoever has `tar` can look into a bundle. What is read is believed only once it has been written again to the same bytes
//! (`bundle.rs`), so that whatever else tar could say (links, owners, long names, sparse files) is no bundle.

use std::io::{self, Read as _, Write};

use tar::{Archive, Builder, EntryType, Header};

/// Rights in the heads. They say nothing: whoever unpacks gives rights of its own.
const MODE: u32 = 0o644;

/// A file as tar has it.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
}

/// Why an archive is none of ours.
pub(crate) enum Unreadable {
    /// Cut short, or no archive at all.
    NoArchive,
    /// The entry with this number, from 1, is no plain file with a plain name.
    Strange(usize),
    /// There are more entries than this.
    TooMany(usize),
}

/// The plain files in `bytes`, at most `most` of them. Never reads past what is there.
pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Vec<Entry>, Unreadable> {
    let mut archive = Archive::new(bytes);
    let mut files = Vec::new();
    // Raw: an entry that is about another one (a long name, an extended head) is a strange entry.
    for entry in archive.entries().map_err(|_| Unreadable::NoArchive)?.raw(true) {
        let mut entry = entry.map_err(|_| Unreadable::NoArchive)?;
        let number = files.len() + 1;
        if number > most {
            return Err(Unreadable::TooMany(most));
        }
        if entry.header().entry_type() != EntryType::Regular {
            return Err(Unreadable::Strange(number));
        }
        let path =
            String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| Unreadable::Strange(number))?;
        let size = entry.header().entry_size().unwrap_or(u64::MAX);
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(|_| Unreadable::NoArchive)?;
        if content.len() as u64 != size {
            return Err(Unreadable::NoArchive);
        }
        files.push(Entry { path, content });
    }
    Ok(files)
}

/// Writes plain files, in the order given.
pub(crate) fn write<'a>(
    to: impl Write,
    files: impl IntoIterator<Item = (String, &'a [u8])>,
) -> io::Result<()> {
    let mut archive = Builder::new(to);
    for (path, content) in files {
        let mut header = Header::new_ustar();
        header.set_path(&path)?;
        header.set_size(content.len() as u64);
        header.set_mode(MODE);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        archive.append(&header, content)?;
    }
    archive.into_inner()?.flush()
}

/// Takes what is written only if it is these bytes, so that comparing needs no second copy.
pub(crate) struct Same<'a>(pub(crate) &'a [u8]);

impl Write for Same<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(written).ok_or(io::ErrorKind::InvalidData)?;
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}
