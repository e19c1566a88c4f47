//! Worker processes: one plugin each, loaded there and only there; supervised from the host.
//!
//! Knows no manifest and judges no record: it hands requests over and takes replies that keep to the ABI.

mod backoff;
mod child;
mod error;
mod frame;
mod load;
mod output;
mod serve;
mod signed;
mod worker;

pub use backoff::Backoff;
pub use error::{Death, WorkerError};
pub use serve::worker_main;
pub use worker::{Worker, WorkerLimits, WorkerSpec};
