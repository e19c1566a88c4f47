//! The words of Labrelay as types: names, values, records, reasons, identities of inputs and batches.
//!
//! Does no I/O, reads no clock, knows no manifest file format. Everything that could hold content of a
//! record redacts itself in `Debug`.

mod accepted;
mod batch;
pub mod export;
mod field;
mod input;
mod ledger;
mod name;
mod reason;
mod record;
mod time;
mod value;
pub mod wire;

pub use accepted::{AcceptedLines, RowId};
pub use batch::{BatchHeader, BatchId, BatchIdError, Digest, Epoch, Seq};
pub use field::{
    CellKind, Course, FieldType, FloatRange, IntRange, OTHER_PLACE, PathRoot, ROLES, StreamShape,
};
pub use input::{InputId, InputIdentity, Position};
pub use ledger::{GapCounts, GapKey, LedgerCounts, LedgerKey, Outcome};
pub use name::{DeviceName, FamilyName, FieldName, NameError, SourceName, StreamId, StreamName};
pub use reason::Reason;
pub use record::{Cell, Record, StreamIndex};
pub use time::{Timestamp, TimestampError};
pub use value::{Redacted, Value};
