//! The manifest file as it is written: what serde reads and what the JSON Schema describes.
//!
//! Doc comments here become the descriptions that an editor shows, so they speak to the author of a manifest.
//! Only shapes are checked here; meaning is checked in `check`.

mod event;
mod field;

use labrelay_model::{FamilyName, FieldName, SourceName, StreamName};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::{Named, Parsed};
pub(crate) use event::{RawEvent, RawSeverity};
pub(crate) use field::{Bound, RawField, RawFigure, RawShape, TypeWord};

/// What `labrelay_model`'s names look like, for the schema.
pub(crate) const NAME_PATTERN: &str = "^[a-z][a-z0-9_-]{0,47}$";

/// What one instrument family may send: the contract that privacy officers review and Labrelay enforces.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a manifest: a mapping")]
#[schemars(rename = "Manifest")]
pub(crate) struct RawManifest {
    /// Version of this syntax.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    #[serde(rename = "manifest")]
    pub(crate) _syntax: Parsed<Syntax>,
    /// Name of the instrument family, such as `navios`.
    #[schemars(with = "String", regex(pattern = NAME_PATTERN))]
    pub(crate) family: Parsed<FamilyName>,
    /// What a person calls the family.
    pub(crate) title: String,
    /// Version of this manifest, three numbers: `1.0.0`.
    #[schemars(regex(pattern = "^[0-9]+\\.[0-9]+\\.[0-9]+$"))]
    pub(crate) version: String,
    /// Inputs that the host opens for the plugin.
    #[serde(default)]
    pub(crate) sources: Named<SourceName, RawSource>,
    /// What leaves: one table in the lake for each stream.
    pub(crate) streams: Named<StreamName, RawStream>,
}

/// The one syntax that this version reads.
pub(crate) struct Syntax;

impl std::str::FromStr for Syntax {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "1" { Ok(Self) } else { Err("this version reads manifests of syntax 1 only") }
    }
}

/// An input that the host finds, opens and passes to the plugin.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a source: a mapping such as {kind: folder, pattern: \"*.lmd\"}")]
#[schemars(rename = "Source")]
pub(crate) struct RawSource {
    /// How the host finds it.
    #[schemars(with = "KindSchema")]
    pub(crate) kind: Parsed<Kind>,
    /// File names with `*` and `?`, without regard to case; several are separated by `|`: `*.lmd|*.fcs`.
    pub(crate) pattern: Option<String>,
    /// A file counts as finished when it has not changed for so long: `500ms`, `5s`, `2min`. Default `5s`. Of a
    /// `tail`: its last line counts as complete without an end when it has not changed for so long. Default `1min`.
    pub(crate) settle: Option<String>,
    /// What the files are, as far as the host recognises them again by it. Default `other`.
    pub(crate) format: Option<RawFormat>,
    /// How the text is encoded: `utf-8`, `utf-16le`, `utf-16be`, `utf-16` (by its byte order mark), or a code page such as
    /// `windows-1252`. Default `utf-8`.
    pub(crate) encoding: Option<String>,
    /// How a `line` is spoken; required there.
    pub(crate) protocol: Option<RawProtocol>,
}

/// Other kinds are named in the error, since design and later versions know more.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Folder,
    Tail,
    Line,
}

impl std::str::FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "folder" => Ok(Self::Folder),
            "tail" => Ok(Self::Tail),
            "line" => Ok(Self::Line),
            _ => Err("this version supports sources of kind `folder`, `tail` and `line` only"),
        }
    }
}

/// How the host finds an input.
#[derive(JsonSchema)]
#[schemars(rename = "Kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum KindSchema {
    /// New files that have settled in a folder.
    Folder,
    /// Text logs that are read line by line while they grow.
    Tail,
    /// Messages of a port or serial line, whichever the site has.
    Line,
}

/// How a line is spoken.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Protocol")]
pub(crate) enum RawProtocol {
    /// LIS01-A2 (ASTM E1381), with messages of LIS02-A2 (ASTM E1394).
    Lis01,
}

/// What a source's files are.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Format")]
pub(crate) enum RawFormat {
    /// FCS or LMD: recognised by HEADER and TEXT.
    Fcs,
    /// Anything else: recognised by the first and last 64 KiB.
    Other,
}

/// One kind of record.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a stream: a mapping")]
#[schemars(rename = "Stream")]
pub(crate) struct RawStream {
    /// What it tells of; decides how it may leave.
    pub(crate) about: RawAbout,
    /// For the privacy officer and the lake: what a record is.
    pub(crate) description: String,
    /// The timestamp field that says when it happened.
    pub(crate) event_time: Option<String>,
    /// How records about specimens are summed up; required for them, not allowed elsewhere.
    pub(crate) aggregate: Option<RawAggregate>,
    /// The fields of a record, in this order.
    #[serde(default)]
    pub(crate) fields: Named<FieldName, RawField>,
    /// The events that log lines may tell of, by their codes. Their slots become fields of the stream.
    pub(crate) catalogue: Option<Named<FieldName, RawEvent>>,
}

/// What a stream tells of.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "About")]
pub(crate) enum RawAbout {
    /// The instrument itself: leaves in full.
    Instrument,
    /// A declared QC panel or control material: leaves in full.
    Qc,
    /// A patient's specimen: leaves only as aggregates.
    Specimen,
}

/// Over what records about specimens are summed up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping such as {every: 1h, at_least: 5}")]
#[schemars(rename = "Aggregate")]
pub(crate) struct RawAggregate {
    /// Window.
    pub(crate) every: RawEvery,
    /// Fewest acquisitions that one aggregate may cover; 5 or more.
    #[schemars(range(min = 5))]
    pub(crate) at_least: u32,
}

/// An aggregate's window.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[schemars(rename = "Every")]
pub(crate) enum RawEvery {
    /// One hour.
    #[serde(rename = "1h")]
    Hour,
    /// One day.
    #[serde(rename = "1d")]
    Day,
    /// One week.
    #[serde(rename = "1w")]
    Week,
}
