//! Walks the configured folders entry by entry, and can rest anywhere: a million files never stall a scan.
//!
//! Links are not followed, neither to files nor to folders, so that nobody can make the broker read outside of
//! what an administrator has named; a configured folder itself may be one. Order within a folder is
//! the file system's own.

use std::fs::{DirEntry, ReadDir};
use std::io;
use std::path::{Path, PathBuf};

use labrelay_os::file::{FileFacts, FileKind};

use crate::{Pattern, TroubleKind};

/// Folders within folders that are followed: instruments sort by year, month, day and panel. Also the number
/// of folder handles that a resting walk holds.
const MAX_DEPTH: usize = 16;

/// What a walk looks for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Names of files.
    pub(crate) pattern: &'a Pattern,
    /// Whether to look into folders within the configured ones.
    pub(crate) recursive: bool,
}

/// What the walk came upon.
pub(crate) enum Step {
    /// Nothing of interest.
    Passed,
    /// An ordinary file whose name matches.
    File(PathBuf),
    /// Something that can't or won't be read.
    Trouble(TroubleKind, PathBuf),
}

/// What is true of the ordinary file at `path`; `None` if it is gone or replaced meanwhile.
pub(crate) fn file_at(path: &Path) -> Option<FileFacts> {
    FileFacts::of_path(path).ok().filter(|facts| facts.kind == FileKind::Regular)
}

/// A walk in progress.
pub(crate) struct Walk {
    folders: std::vec::IntoIter<PathBuf>,
    open: Vec<(PathBuf, ReadDir)>,
}

impl Walk {
    pub(crate) fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders: folders.into_iter(), open: Vec::new() }
    }

    /// The next entry, or `None` at the end of the last folder.
    pub(crate) fn next(&mut self, wanted: Wanted<'_>) -> Option<Step> {
        loop {
            let Some((folder, entries)) = self.open.last_mut() else {
                let folder = self.folders.next()?;
                return Some(self.enter_configured(folder));
            };
            match entries.next() {
                Some(Ok(entry)) => return Some(self.look(&entry, wanted)),
                Some(Err(_)) => {
                    let step = Step::Trouble(TroubleKind::FolderUnreadable, folder.clone());
                    self.open.pop();
                    return Some(step);
                }
                None => drop(self.open.pop()),
            }
        }
    }

    fn enter_configured(&mut self, folder: PathBuf) -> Step {
        match self.enter(&folder) {
            Ok(()) => Step::Passed,
            Err(error) => Step::Trouble(folder_trouble(&error), folder),
        }
    }

    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        let entries = folder.read_dir()?;
        self.open.push((folder.to_owned(), entries));
        Ok(())
    }

    fn look(&mut self, entry: &DirEntry, wanted: Wanted<'_>) -> Step {
        let Ok(kind) = entry.file_type() else { return Step::Passed }; // gone meanwhile
        if kind.is_dir() {
            return if wanted.recursive { self.enter_inner(entry.path()) } else { Step::Passed };
        }
        if !wanted.pattern.matches(&entry.file_name().to_string_lossy()) {
            return Step::Passed;
        }
        match kind {
            kind if kind.is_file() => Step::File(entry.path()),
            kind if kind.is_symlink() => Step::Trouble(TroubleKind::Link, entry.path()),
            _ => Step::Trouble(TroubleKind::NotAFile, entry.path()),
        }
    }

    fn enter_inner(&mut self, folder: PathBuf) -> Step {
        if self.open.len() >= MAX_DEPTH {
            return Step::Trouble(TroubleKind::TooDeep, folder);
        }
        match self.enter(&folder) {
            Ok(()) => Step::Passed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Step::Passed, // gone meanwhile
            Err(error) => Step::Trouble(folder_trouble(&error), folder),
        }
    }
}

fn folder_trouble(error: &io::Error) -> TroubleKind {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => TroubleKind::FolderMissing,
        _ => TroubleKind::FolderUnreadable,
    }
}
