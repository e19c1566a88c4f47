//! Manifest YAML to a typed [`Manifest`], its JSON Schema, and the site's [`Inventory`].
//!
//! Takes text and gives types or errors with line and column; opens no file and reads no clock.

mod inventory;
mod manifest;

pub use inventory::Inventory;
pub use manifest::{
    About, Aggregate, AggregateKind, Every, Field, Format, Manifest, Presence, Source, SourceKind, Stream,
};
