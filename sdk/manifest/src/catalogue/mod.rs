//! The event catalogue: which log lines a family may tell of, as templates of literal text and typed slots.
//!
//! Types only; reading them from YAML is `check::catalogue`, matching lines is `matcher`.

pub(crate) mod form;
pub(crate) mod surface;
pub(crate) mod time_format;

use labrelay_model::{FieldName, FieldType};

pub use surface::{End, Written};

/// Name of the field that every stream with a catalogue has behind its declared ones: the event's code.
pub const EVENT_FIELD: &str = "event";
/// Name of the field behind it: the event's severity, an enum of [`Severity::WORDS`].
pub const SEVERITY_FIELD: &str = "severity";

/// The events of one stream. Made by `Manifest::parse` alone, so no two of its templates fit the same line.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub(crate) events: Vec<Event>,
    pub(crate) columns: EventColumns,
}

/// Where the cells of an event stand among its stream's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventColumns {
    /// The event's code; a value is the index of the event in the catalogue.
    pub event: u16,
    /// Its severity; a value is an index into [`Severity::WORDS`].
    pub severity: u16,
    /// The first field of a slot; all fields from here on are slots.
    pub first_slot: u16,
}

impl Catalogue {
    /// Its events in the file's order: a value of the `event` field is an index into them.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Where an event's cells stand.
    pub fn columns(&self) -> EventColumns {
        self.columns
    }
}

/// One event: what leaves of a line is its code and the values of its slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Name within the stream, as `laser_power_low`.
    pub code: Box<str>,
    /// How much it matters.
    pub severity: Severity,
    /// For the privacy officer.
    pub description: Option<String>,
    /// The variable parts, which all templates have in common.
    pub slots: Vec<Slot>,
    /// The same event in each of the interface's languages.
    pub templates: Vec<Template>,
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Something may need attention.
    Warning,
    /// Something failed.
    Error,
    /// The instrument can't go on.
    Critical,
}

impl Severity {
    /// The words, in the order of the variants.
    pub const WORDS: &[&str] = &["info", "warning", "error", "critical"];

    /// Its place in [`Severity::WORDS`], which is the value of the `severity` field.
    pub fn index(self) -> u16 {
        self as u16
    }
}

/// One variable part of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its name, as it stands in braces in the templates.
    pub name: FieldName,
    /// What becomes of its value.
    pub kind: SlotKind,
}

/// What becomes of a slot's value.
#[derive(Debug, Clone, PartialEq)]
pub enum SlotKind {
    /// It leaves as the field of the stream with index `field`, if it fits this event's own `ty`. The field's type
    /// takes what any event may put there; a value must fit both.
    Sent {
        /// Index into the stream's fields.
        field: u16,
        /// What this event may put there.
        ty: FieldType,
        /// How the value is written in the line.
        surface: Surface,
    },
    /// It must have this shape, and is dropped at once.
    Ignored(Shape),
}

/// How a value is written in a line, where its type leaves a choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Surface {
    /// As its type is written everywhere else.
    #[default]
    Plain,
    /// A number with a comma before the decimals.
    DecimalComma,
    /// A time in this form of chrono's `strftime`, in the site's zone if the form has none.
    Time(Box<str>),
}

/// What a part that never leaves must look like. Each is bounded, and none holds a line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Digits with an optional sign and decimals, up to 40 characters.
    Number,
    /// Hexadecimal digits and dashes, with or without `0x`: addresses, hashes, UUIDs; up to 80 characters.
    Hex,
    /// A date, a time of day or both, with digits and `-/.:,T` and a zone; up to 40 characters.
    Time,
    /// Printable ASCII without a space, up to 256 characters, up to the next literal.
    Token,
    /// A Windows or Unix path, which may hold spaces where the next literal makes its end clear; up to 260
    /// characters, the longest path on Windows.
    Path,
}

/// One way of writing an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Literal text and slots in turn; a line feed in a literal goes to the next line.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Stands in the line as it stands here, byte for byte.
    Literal(Box<str>),
    /// Index into the event's slots.
    Slot(u16),
}
