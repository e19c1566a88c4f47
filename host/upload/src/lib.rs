//! Uploaders: from the spool to the region's receiver, and the retry that never gives up.
//!
//! [`deliver`] pulls from an [`Outbox`] and sends through an [`Uploader`]; [`HttpsUploader`] is the one that
//! speaks HTTPS; [`Export`] writes the same requests into a file. Nothing here stores anything: a batch stays in the outbox until the receiver's receipt for
//! it has been read, so stopping, crashing and losing the line at any moment lose nothing.

mod answer;
mod backoff;
mod bandwidth;
mod cause;
mod deliver;
mod export;
mod https;
mod marks;
mod network;
mod outbox;
mod receipt;
mod retry_after;
pub mod signing;
mod uploader;

pub use backoff::LONGEST as LONGEST_BACKOFF;
pub use cause::{Cause, Said};
pub use deliver::{LOOK_AGAIN, Policy, deliver};
pub use export::{Export, ExportError};
pub use https::{EnvelopeCheck, HttpsConfig, HttpsConfigError, HttpsUploader, Timeouts};
pub use outbox::{GivenOut, Outbox, OutboxError};
pub use receipt::{ReceiptError, read_receipt};
pub use uploader::{OutgoingBatch, Refusal, Sent, Trouble, Uploader};
