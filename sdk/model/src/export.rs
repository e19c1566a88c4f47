//! What a site without a network and its receiver agree on: the export of waiting batches, and its receipt. No I/O here.
//!
//! An *export* is one age file for the receiver's recipient. Within it stands [`EXPORT_BEGINS`], then for each batch one
//! line of JSON, an [`ExportLine::Batch`], and behind its line feed the body; at the end [`ExportLine::End`]. Each batch is
//! the very request that the uploader would send, signature and all, but for the time of the signature: an export may
//! be weeks on its way, and taking a batch twice is harmless, since it has its number.
//!
//! A *receipt* is a text of two lines: an [`ExportReceipt`] as JSON, and in base64 the receiver's Ed25519 signature over
//! [`RECEIPT_CONTEXT`] and the first line.

use serde::{Deserialize, Serialize};

use crate::DeviceName;
use crate::wire::Receipt;

/// First line within the sealed file.
pub const EXPORT_BEGINS: &str = "labrelay export 1\n";
/// Longest line of an export: a path, three headers and a number.
pub const MAX_EXPORT_LINE_BYTES: usize = 4096;
/// What a receipt's signature covers before the receipt itself, so that it stands for nothing else.
pub const RECEIPT_CONTEXT: &[u8] = b"labrelay receipt 1\n";
/// Version of [`ExportReceipt`].
pub const RECEIPT_VERSION: u16 = 1;

/// What stands before each body, and at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportLine {
    /// The body of this request follows.
    Batch(ExportedRequest),
    /// So many batches stand in the file: it is whole.
    End {
        /// How many.
        batches: u64,
    },
}

/// A `PUT` of a batch, as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedRequest {
    /// Its path.
    pub path: String,
    /// `Content-Digest`.
    pub content_digest: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
    /// Bytes of the body.
    pub bytes: u32,
}

/// What a receiver has of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportReceipt {
    /// [`RECEIPT_VERSION`].
    pub labrelay_receipt: u16,
    /// Whose batches these are.
    pub device: DeviceName,
    /// Batches that are durable in landing, whether by this import or before.
    pub landed: Vec<Receipt>,
    /// Batches that will never be taken: the device sets them aside, and those behind them can go on.
    pub refused: Vec<Receipt>,
}
