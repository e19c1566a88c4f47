//! Manifest YAML to a typed [`Manifest`], its JSON Schema, and the site's [`Inventory`].
//!
//! Takes text and gives types or errors with line and column; opens no file and reads no clock.

mod catalogue;
mod check;
mod encoding;
mod error;
mod fault;
mod figures;
mod inventory;
mod length_of_time;
mod manifest;
mod matcher;
mod nearest;
mod parse;
mod pattern;
mod raw;
mod ucum;
pub mod yaml;
mod zone;

pub use catalogue::{
    Catalogue, EVENT_FIELD, End, Event, EventColumns, Part, SEVERITY_FIELD, Severity, Shape, Slot, SlotKind,
    Surface, Template, Written,
};
pub use encoding::{Encoding, UnknownEncoding};
pub use error::{ManifestError, ManifestErrors};
pub use figures::{Figure, FigureKind, Figures, MAX_ACQUISITIONS, WINDOW_START_FIELD};
pub use inventory::{Inventory, Roles};
pub use length_of_time::settle_time;
pub use manifest::{
    About, Aggregate, AggregateKind, Every, Field, Format, Manifest, Presence, Protocol, Source, SourceKind,
    Stream,
};
pub use matcher::{Matched, Matcher, SiteWords, Unmatched, innermost_root};
pub use parse::schema;
pub use zone::{Shown, UnknownZone, Zone};
