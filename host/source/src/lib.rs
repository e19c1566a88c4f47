//! The I/O broker: finds settled files, growing logs, live databases and messages on lines, knows them by identity, opens them shared and read-only.
//!
//! A [`FolderSource`], [`TailSource`], [`DatabaseSource`] or [`LineSource`] is looked after by one thread: `scan` now and then,
//! `open_ready` before each poll of the plugin, `committed` after the commit. Which inputs were ever taken is not remembered here but asked of
//! [`SeenInputs`], which the spool answers: that memory must move in the same commit as the records.
//! No path and no file name leaves this crate except for the operator at the PC, so `Debug` shows none.

mod database;
mod fcs_header;
mod folder;
mod identity;
mod known;
mod line;
mod open;
mod pattern;
mod report;
mod settle;
mod tail;
mod walk;

pub use database::{DatabaseConfig, DatabaseProgress, DatabaseSource, Examined, Finding, TableConfig};
pub use folder::{FileFormat, FolderConfig, FolderSource};
pub use line::{
    DataBits, Fault, LineAddress, LineParity, LineSource, LineState, LineStatus, LineStopBits,
    SerialSettings, Waker, try_line,
};
pub use open::OpenedInput;
pub use pattern::{Pattern, PatternError};
pub use report::{ScanReport, Trouble, TroubleKind};
pub use tail::{CodeUnit, TailConfig, TailProgress, TailSource};

use labrelay_model::{InputIdentity, SourceName};

/// The durable memory of inputs whose records are committed.
pub trait SeenInputs {
    /// Whether this input of this source has been taken to its end.
    fn is_seen(&self, source: &SourceName, identity: &InputIdentity) -> bool;

    /// The same; `None` if it can't be told now. A message of a line is acknowledged by this, so no guess will do.
    fn lookup(&self, source: &SourceName, identity: &InputIdentity) -> Option<bool> {
        Some(self.is_seen(source, identity))
    }
}
