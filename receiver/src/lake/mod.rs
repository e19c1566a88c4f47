//! The lake: one Delta table per family and stream, `{family}/{stream}` below the lake's folder.
//!
//! Writes rows and opens tables; compaction, deletion and retention are other programs' work.

mod cells;
mod columns;
mod committer;
mod count;
mod cursor;
mod known_rows;
mod lines;
mod rows;
mod table;
mod tables;

pub use columns::{Columns, FIXED_COLUMNS, ReservedName};
pub use committer::{Committer, Pending};
pub use count::{CountError, TableRows};
pub use rows::RowsError;
pub use table::LakeError;
pub use tables::Lake;
