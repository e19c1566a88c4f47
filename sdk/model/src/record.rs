//! A record as it comes from a plugin: cells in the manifest's field order, nothing checked yet.

use crate::Value;

/// Which of the manifest's streams, counted in the manifest's order from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamIndex(pub u16);

/// One field's value, or nothing where the instrument did not say.
pub type Cell = Option<Value>;

/// One record of one stream. Unchecked: only `Gate::check` makes it fit to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The stream that the plugin claims.
    pub stream: StreamIndex,
    /// One cell per field of that stream, in the manifest's order.
    pub cells: Vec<Cell>,
}
