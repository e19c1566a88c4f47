//! What the author of a collector plugin uses: [`Collector`], [`Input`], the readers of FCS files, lines and tables,
//! [`export_collector!`].
//!
//! Opens no file, reads no clock but for the poll's deadline, and decides nothing about what may leave.

mod batch;
mod collector;
mod cursor;
mod events;
mod export;
pub mod fcs;
mod input;
mod lines;
mod opened;
mod record;
mod rows;
mod runtime;
mod session;
mod settings;
pub mod stock;
mod table;
pub mod testing;
mod unmatched;

pub use batch::Batch;
pub use collector::{Collector, OpenError, PollError};
pub use cursor::State;
pub use input::Input;
pub use labrelay_manifest::{Encoding, Zone};
pub use labrelay_model::{InputId, Position, Reason, SourceName, Timestamp};
pub use lines::{Line, LineReader, MAX_LINE_BYTES};
pub use opened::{Inputs, OpenedInput, Unit};
pub use record::RecordBuilder;
pub use rows::{Row, RowReader};
pub use settings::Settings;
pub use table::{Cells, Found, MAX_TABLE_BYTES, TableForm, TableReader, TableRow};

/// For `export_collector!` and `sdk/c` alone.
#[doc(hidden)]
pub mod __private {
    pub use labrelay_abi::__private::{RSlice, RVec};
    pub use labrelay_abi::export_root_v1;

    pub use crate::runtime::Runtime;
}
