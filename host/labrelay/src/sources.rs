//! The sources of one family, whatever their kind, and what a commit has to hold of them.
//!
//! Opens nothing itself and knows nothing of the spool.

use std::time::{Duration, SystemTime};

use labrelay_manifest::{DatabaseTable, Encoding, Format, SourceKind};
use labrelay_model::{GapCounts, InputIdentity, Reason, SourceName};
use labrelay_source::{
    CodeUnit, DatabaseConfig, DatabaseProgress, DatabaseSource, FileFormat, FolderConfig, FolderSource,
    LineSource, LineStatus, OpenedInput, Pattern, ScanReport, SeenInputs, TableConfig, TailConfig,
    TailProgress, TailSource,
};

use crate::collecting::{Folders, Place, Setup};
use crate::positions::Reached;

/// How long a file with captured messages must have rested: as long as other files by default.
const SETTLE_CAPTURED: Duration = Duration::from_secs(5);

/// What is known of a log, or of a table of a database, after a restart.
pub(crate) type SavedLog = (SourceName, InputIdentity, Vec<u8>);

/// All sources of a family that the site reads.
pub(crate) struct Sources {
    all: Vec<Numbered>,
    /// When the folders were last looked through.
    scanned_at: SystemTime,
}

struct Numbered {
    /// Index in the manifest.
    index: u16,
    source: Source,
}

enum Source {
    Folder(FolderSource),
    Tail(TailSource),
    Database(DatabaseSource),
    Line(LineSource),
}

/// An input that was opened, with the index of its source in the manifest and the source's name.
pub(crate) struct Input {
    /// Index in the manifest.
    pub index: u16,
    /// Declared source.
    pub source: SourceName,
    /// The input.
    pub opened: OpenedInput,
}

/// What a commit has to hold of the sources, so that each input is read once.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Inputs that were read to their end.
    pub finished: Vec<(SourceName, InputIdentity)>,
    /// Those of them that need not be opened again.
    pub seen: Vec<(SourceName, InputIdentity)>,
    /// What is to be remembered of logs and tables; `None` forgets.
    pub logs: Vec<(SourceName, InputIdentity, Option<Vec<u8>>)>,
    /// What vanished before it was read.
    pub gaps: Vec<(SourceName, Reason, GapCounts)>,
    /// How far the reply has come in each input.
    pub reached: Vec<Reached>,
}

impl Progress {
    /// Whether there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.logs.is_empty() && self.gaps.is_empty()
    }

    fn add(&mut self, source: &SourceName, TailProgress { logs, gaps }: TailProgress) {
        self.logs.extend(logs.into_iter().map(|(identity, state)| (source.clone(), identity, state)));
        self.gaps.extend(gaps.into_iter().map(|(reason, counts)| (source.clone(), reason, counts)));
    }

    fn add_rows(&mut self, source: &SourceName, DatabaseProgress { tables, gaps }: DatabaseProgress) {
        self.add(source, TailProgress { logs: tables, gaps });
    }
}

impl Sources {
    /// The manifest's sources that have a place; logs go on where they were.
    pub(crate) fn new(setup: &Setup) -> Self {
        let declared = setup.family.manifest.sources().iter().enumerate();
        let all = declared.filter_map(|(index, source)| {
            let (_, place) = setup.places.iter().find(|(name, _)| *name == source.name)?;
            let source = Source::new(source, place, setup)?;
            Some(Numbered { index: u16::try_from(index).ok()?, source })
        });
        Self { all: all.collect(), scanned_at: SystemTime::UNIX_EPOCH }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Looks for inputs in all of them.
    pub(crate) fn scan(&mut self, now: SystemTime) -> Vec<ScanReport> {
        self.scanned_at = now;
        let scan = |numbered: &mut Numbered| match &mut numbered.source {
            Source::Folder(source) => source.scan(now),
            Source::Tail(source) => source.scan(now),
            Source::Database(source) => source.scan(now),
            Source::Line(source) => source.scan(),
        };
        self.all.iter_mut().map(scan).collect()
    }

    /// Opens up to `room` inputs that are ready.
    pub(crate) fn open_ready(&mut self, mut room: usize, seen: &dyn SeenInputs) -> Vec<Input> {
        let now = self.scanned_at;
        let mut inputs = Vec::new();
        for Numbered { index, source } in &mut self.all {
            let opened = match source {
                Source::Folder(source) => source.open_ready(room, seen),
                Source::Tail(source) => source.open_ready(room, now),
                Source::Database(source) => source.open_ready(room, now),
                Source::Line(source) => source.open_ready(room, seen),
            };
            room -= opened.len();
            let (index, source) = (*index, source.name().clone());
            inputs.extend(opened.into_iter().map(|opened| Input { index, source: source.clone(), opened }));
        }
        inputs
    }

    /// Number of inputs that wait to be opened, or to be committed.
    pub(crate) fn waiting(&self) -> usize {
        let waiting = |numbered: &Numbered| match &numbered.source {
            Source::Folder(source) => source.waiting(),
            Source::Tail(source) => source.waiting(),
            Source::Database(source) => source.waiting(),
            Source::Line(source) => source.waiting(),
        };
        self.all.iter().map(waiting).sum()
    }

    /// Whether each is still what it was when it was opened. A settled file is checked by the next scan; rows of a database
    /// and messages are a copy.
    pub(crate) fn are_unchanged(&self, inputs: &[Input]) -> bool {
        inputs.iter().all(|input| {
            let of_source = |numbered: &&Numbered| numbered.index == input.index;
            match self.all.iter().find(of_source).map(|numbered| &numbered.source) {
                Some(Source::Tail(source)) => source.is_unchanged(&input.opened),
                Some(Source::Folder(_) | Source::Database(_) | Source::Line(_)) | None => true,
            }
        })
    }

    /// What has changed by itself since the last commit; any commit may hold it.
    pub(crate) fn unsaved(&self) -> Progress {
        let mut progress = Progress::default();
        for Numbered { source, .. } in &self.all {
            match source {
                Source::Folder(_) | Source::Line(_) => {}
                Source::Tail(source) => progress.add(source.name(), source.unsaved()),
                Source::Database(source) => progress.add_rows(source.name(), source.unsaved()),
            }
        }
        progress
    }

    /// What a commit has to hold, if these inputs were read to their end.
    pub(crate) fn progress(&self, finished: Vec<(SourceName, InputIdentity)>) -> Progress {
        let mut progress = Progress::default();
        for Numbered { source, .. } in &self.all {
            let name = source.name();
            let of_source = of(name, &finished);
            match source {
                Source::Folder(_) | Source::Line(_) => {
                    progress.seen.extend(of_source.into_iter().map(|identity| (name.clone(), identity)));
                }
                Source::Tail(source) => progress.add(name, source.progress(&of_source)),
                Source::Database(source) => progress.add_rows(name, source.progress(&of_source)),
            }
        }
        Progress { finished, ..progress }
    }

    /// It is in the spool's database now: these inputs are handed out no more.
    pub(crate) fn committed(&mut self, progress: &Progress) {
        for Numbered { source, .. } in &mut self.all {
            let of_source = of(source.name(), &progress.finished);
            match source {
                Source::Folder(source) => of_source.iter().for_each(|identity| source.committed(identity)),
                Source::Tail(source) => source.committed(&of_source),
                Source::Database(source) => source.committed(&of_source),
                Source::Line(source) => source.committed(&of_source),
            }
        }
    }

    /// How each line is doing.
    pub(crate) fn lines(&self) -> Vec<(SourceName, LineStatus)> {
        let status = |numbered: &Numbered| match &numbered.source {
            Source::Line(source) => Some((source.name().clone(), source.status())),
            Source::Folder(_) | Source::Tail(_) | Source::Database(_) => None,
        };
        self.all.iter().filter_map(status).collect()
    }

    /// Known inputs that were still there when the folders were last looked through, by source.
    pub(crate) fn still_present(&self) -> Vec<(SourceName, Vec<InputIdentity>)> {
        let present = |numbered: &Numbered| match &numbered.source {
            Source::Folder(source) => {
                Some((source.name().clone(), source.still_present()?.copied().collect()))
            }
            // A message is gone once it is read: its memory is kept for as long as that of a file that is gone.
            Source::Line(source) => Some((source.name().clone(), Vec::new())),
            Source::Tail(_) | Source::Database(_) => None, // remember by themselves what is there
        };
        self.all.iter().filter_map(present).collect()
    }
}

fn of(source: &SourceName, inputs: &[(SourceName, InputIdentity)]) -> Vec<InputIdentity> {
    inputs.iter().filter(|(name, _)| name == source).map(|(_, identity)| *identity).collect()
}

impl Source {
    fn new(source: &labrelay_manifest::Source, place: &Place, setup: &Setup) -> Option<Self> {
        let place = match place {
            Place::Folders(place) => place,
            Place::Line(address) => {
                let (name, address, wake) = (source.name.clone(), address.clone(), setup.wake.clone());
                return Some(Self::Line(LineSource::new(name, address, setup.identity_key, wake)));
            }
        };
        Self::of_files(source, place, setup)
    }

    fn of_files(source: &labrelay_manifest::Source, place: &Folders, setup: &Setup) -> Option<Self> {
        let pattern = Pattern::new(source.kind.pattern()).ok()?; // `Manifest::parse` has read it
        let (name, folders, recursive) = (source.name.clone(), place.folders.clone(), place.recursive);
        match &source.kind {
            SourceKind::Folder { settle, format, .. } => {
                let settle = place.settle.unwrap_or(*settle);
                let format = match format {
                    Format::Fcs => FileFormat::Fcs,
                    Format::Other => FileFormat::Other,
                };
                let config = FolderConfig { source: name, folders, recursive, pattern, settle, format };
                Some(Self::Folder(FolderSource::new(config, setup.identity_key)))
            }
            SourceKind::Tail { settle, .. } => {
                let settle = place.settle.unwrap_or(*settle);
                let unit = match source.encoding {
                    Encoding::Utf8 | Encoding::CodePage(_) => CodeUnit::Byte,
                    Encoding::Utf16Le => CodeUnit::Low16,
                    Encoding::Utf16Be => CodeUnit::High16,
                    Encoding::Utf16 => CodeUnit::Marked16,
                };
                let saved = saved_of(&name, setup);
                let config = TailConfig { source: name, folders, recursive, pattern, settle, unit };
                Some(Self::Tail(TailSource::new(config, setup.identity_key, saved)))
            }
            // Messages that were captured: each file is one input.
            SourceKind::Line { .. } => {
                let (settle, format) = (place.settle.unwrap_or(SETTLE_CAPTURED), FileFormat::Other);
                let config = FolderConfig { source: name, folders, recursive, pattern, settle, format };
                Some(Self::Folder(FolderSource::new(config, setup.identity_key)))
            }
            SourceKind::Sqlite { .. } => {
                let saved = saved_of(&name, setup);
                let config = database_config(source, place)?;
                Some(Self::Database(DatabaseSource::new(config, setup.identity_key, saved)))
            }
            _ => None,
        }
    }

    fn name(&self) -> &SourceName {
        match self {
            Self::Folder(source) => source.name(),
            Self::Tail(source) => source.name(),
            Self::Database(source) => source.name(),
            Self::Line(source) => source.name(),
        }
    }
}

/// How a source of databases is read at this place; `None` of a source of another kind.
pub(crate) fn database_config(source: &labrelay_manifest::Source, place: &Folders) -> Option<DatabaseConfig> {
    let SourceKind::Sqlite { pattern, settle, tables } = &source.kind else { return None };
    let table = |table: &DatabaseTable| TableConfig {
        name: table.name.clone(),
        key: table.key.clone(),
        columns: table.columns.clone(),
    };
    Some(DatabaseConfig {
        source: source.name.clone(),
        folders: place.folders.clone(),
        recursive: place.recursive,
        pattern: Pattern::new(pattern).ok()?, // `Manifest::parse` has read it
        settle: place.settle.unwrap_or(*settle),
        tables: tables.iter().map(table).collect(),
    })
}

fn saved_of(source: &SourceName, setup: &Setup) -> Vec<(InputIdentity, Vec<u8>)> {
    let of_source = setup.logs.iter().filter(|(of, ..)| of == source);
    of_source.map(|(_, identity, state)| (*identity, state.clone())).collect()
}
