//! The typed manifest: the contract that privacy officers review and the gate enforces.

use std::sync::Arc;
use std::time::Duration;

use labrelay_model::{
    Digest, FamilyName, FieldName, FieldType, SourceName, StreamId, StreamIndex, StreamName, StreamShape,
};

use crate::{Catalogue, Encoding, Figures, WINDOW_START_FIELD};

/// What one instrument family may send. Made by `Manifest::parse` alone, so it is always valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    pub(crate) family: FamilyName,
    pub(crate) title: String,
    pub(crate) version: Box<str>,
    pub(crate) sources: Vec<Source>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) sha256: Digest,
}

impl Manifest {
    /// The instrument family.
    pub fn family(&self) -> &FamilyName {
        &self.family
    }

    /// What a person calls the family.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The manifest's own version, three numbers.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Declared inputs, in the file's order; a source index counts them from 0.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Declared streams, in the file's order; a [`StreamIndex`] counts them from 0.
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The stream with this index.
    pub fn stream_at(&self, index: StreamIndex) -> Option<&Stream> {
        self.streams.get(usize::from(index.0))
    }

    /// The stream with this name and its index.
    pub fn stream(&self, name: &str) -> Option<(StreamIndex, &Stream)> {
        let at = self.streams.iter().position(|stream| stream.name.as_str() == name)?;
        Some((StreamIndex(u16::try_from(at).ok()?), self.streams.get(at)?))
    }

    /// A stream's name with its family.
    pub fn stream_id(&self, stream: &Stream) -> StreamId {
        StreamId { family: self.family.clone(), stream: stream.name.clone() }
    }

    /// The cells of every stream: what the plugin's channel needs to know.
    pub fn shapes(&self) -> Vec<StreamShape> {
        let cells = |stream: &Stream| stream.fields.iter().map(|field| field.ty.cell_kind()).collect();
        self.streams.iter().map(cells).collect()
    }

    /// SHA-256 of the manifest file's bytes.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }
}

/// A declared input.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name within the family.
    pub name: SourceName,
    /// How the host finds it.
    pub kind: SourceKind,
    /// How its text is encoded, if it is text.
    pub encoding: Encoding,
}

/// How the host finds an input. Later issues add tables.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SourceKind {
    /// New files that have settled in the folders that the site's configuration names.
    Folder {
        /// File name pattern with `*` and `?`, matched without regard to case; several are separated by `|`.
        pattern: Box<str>,
        /// A file counts as finished when size and modification time have rested this long.
        settle: Duration,
        /// What the files are, as far as their identity depends on it.
        format: Format,
    },
    /// Text logs that are read line by line while they grow, and through their rotation.
    Tail {
        /// As a folder's. It should match the names of copies that a log is rotated to, else what stands only there is lost.
        pattern: Box<str>,
        /// A last line without an end counts as complete when its file has rested this long.
        settle: Duration,
    },
    /// Messages of a port or serial line, whichever the site has.
    Line {
        /// How it is spoken.
        protocol: Protocol,
    },
}

/// How a line is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// LIS01-A2 (ASTM E1381). A message is what LIS02-A2 (ASTM E1394) has from H to L.
    Lis01,
}

impl SourceKind {
    /// File name pattern. Messages of a line have no names: where they lie in files, as in a replay, each file is taken.
    pub fn pattern(&self) -> &str {
        match self {
            Self::Folder { pattern, .. } | Self::Tail { pattern, .. } => pattern,
            Self::Line { .. } => "*",
        }
    }
}

/// What a file is, as far as the host must know to recognise it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// FCS or LMD: recognised by HEADER and TEXT.
    Fcs,
    /// Anything else: recognised by its first and last 64 KiB.
    Other,
}

/// What a stream tells of; decides how it may leave (design decision 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The instrument itself: leaves in full.
    Instrument,
    /// A declared QC panel or control material: leaves in full.
    Qc,
    /// A patient's specimen: leaves only as aggregates.
    Specimen,
}

/// One stream: a table in the lake.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// Its name within the family.
    pub name: StreamName,
    /// What it tells of.
    pub about: About,
    /// For the privacy officer and the lake's column metadata.
    pub description: String,
    /// How specimen records are summed up; present exactly where `about` is specimen.
    pub aggregate: Option<Aggregate>,
    /// The timestamp field that says when it happened; becomes `event_time` in the lake.
    pub event_time: Option<FieldName>,
    /// What a plugin's record has, in the file's order; with a catalogue `event`, `severity` and every slot that
    /// is sent stand behind the declared ones.
    pub fields: Vec<Field>,
    /// The events that its records tell of.
    pub catalogue: Option<Arc<Catalogue>>,
    /// What leaves, where that is something else than `fields`; present exactly where `about` is specimen.
    pub figures: Option<Figures>,
}

impl Stream {
    /// The fields that leave: columns in the lake. Records about specimens leave as aggregates, so these are
    /// figures there and the record's own fields everywhere else.
    pub fn leaving(&self) -> &[Field] {
        self.figures.as_ref().map_or(&self.fields, Figures::fields)
    }

    /// Which of the fields that leave says when it happened; becomes `event_time` in the lake.
    pub fn leaving_time(&self) -> Option<&FieldName> {
        let is_start = |field: &&Field| field.name.as_str() == WINDOW_START_FIELD;
        match &self.figures {
            Some(figures) => figures.fields().iter().find(is_start).map(|field| &field.name),
            None => self.event_time.as_ref(),
        }
    }
}

/// Over what specimen records are summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// Window.
    pub every: Every,
    /// Fewest acquisitions that one aggregate may cover; never below 5.
    pub at_least: u32,
}

/// An aggregate's window, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Every {
    /// One clock hour.
    Hour,
    /// One calendar day.
    Day,
    /// One ISO week, from Monday on.
    Week,
}

/// A figure that an aggregate gives of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateKind {
    /// Arithmetic mean.
    Mean,
    /// Smallest value.
    Min,
    /// Greatest value.
    Max,
    /// Standard deviation.
    Sd,
    /// Share of yes.
    Share,
    /// Count per class.
    Count,
}

/// One field: a column in the lake.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name within the stream.
    pub name: FieldName,
    /// What it may contain.
    pub ty: FieldType,
    /// UCUM code of its unit, such as `mW`; numbers only.
    pub unit: Option<Box<str>>,
    /// For the privacy officer and the lake's column metadata.
    pub description: Option<String>,
    /// Whether a record may lack it.
    pub presence: Presence,
    /// Figures that an aggregate gives of it; specimen streams only.
    pub aggregates: Vec<AggregateKind>,
}

/// Whether a record may lack a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Each record has it; without it the record is refused.
    Required,
    /// It may be missing (`optional: true`): null in the lake.
    Optional,
}
