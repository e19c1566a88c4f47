//! Batches for a site without a network: the requests that would be sent, in one file sealed for the receiver.
//!
//! Sends nothing and takes nothing from the spool: a batch stays there until the receiver's receipt has come back.

use std::io::Write;
use std::time::SystemTime;

use age::stream::StreamWriter;
use age::x25519::Recipient;
use age::{EncryptError, Encryptor};
use labrelay_model::export::{EXPORT_BEGINS, ExportLine, ExportedRequest};
use labrelay_model::wire::{BATCH_MEDIA_TYPE, batch_path};

use crate::signing::{RequestSigner, content_digest};
use crate::{EnvelopeCheck, OutgoingBatch};

/// Why a batch was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file can't be written.
    #[error("the file can't be written")]
    File(#[from] std::io::Error),
    /// It can't be sealed.
    #[error("the file can't be sealed for the receiver")]
    Seal(#[from] EncryptError),
    /// The second check refuses what stands around the body.
    #[error("the second check withholds a batch: {0}")]
    Withheld(String),
}

/// An export while it is written; without [`finish`](Self::finish) it is not whole, and no receiver takes it so.
pub struct Export<'a, W: Write> {
    output: StreamWriter<W>,
    signer: &'a RequestSigner,
    envelope: EnvelopeCheck,
    batches: u64,
}

impl<'a, W: Write> Export<'a, W> {
    /// Begins an export to `output`, sealed for `recipient` alone.
    pub fn begin(
        output: W,
        recipient: &Recipient,
        signer: &'a RequestSigner,
        envelope: EnvelopeCheck,
    ) -> Result<Self, ExportError> {
        let recipients = std::iter::once(recipient as &dyn age::Recipient);
        let mut output = Encryptor::with_recipients(recipients)?.wrap_output(output)?;
        output.write_all(EXPORT_BEGINS.as_bytes())?;
        Ok(Self { output, signer, envelope, batches: 0 })
    }

    /// Adds a batch that has passed the second check, as the request that would carry it.
    pub fn add(&mut self, batch: &OutgoingBatch) -> Result<(), ExportError> {
        let path = batch_path(self.signer.device(), &batch.id);
        let content_digest = content_digest(&batch.digest);
        let created = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let signed = self.signer.sign("PUT", &path, Some(&content_digest), created);
        let headers = [
            ("content-type", BATCH_MEDIA_TYPE),
            ("content-digest", &content_digest),
            ("signature-input", &signed.input),
            ("signature", &signed.signature),
        ];
        (self.envelope)(&path, &headers).map_err(ExportError::Withheld)?;
        let bytes = u32::try_from(batch.body.len()).unwrap_or(u32::MAX);
        self.line(&ExportLine::Batch(ExportedRequest {
            path,
            content_digest,
            signature_input: signed.input,
            signature: signed.signature,
            bytes,
        }))?;
        self.output.write_all(&batch.body)?;
        self.batches += 1;
        Ok(())
    }

    /// Ends the file; gives the output, and the number of batches in it.
    pub fn finish(mut self) -> Result<(W, u64), ExportError> {
        self.line(&ExportLine::End { batches: self.batches })?;
        Ok((self.output.finish()?, self.batches))
    }

    fn line(&mut self, line: &ExportLine) -> Result<(), ExportError> {
        let mut text = serde_json::to_vec(line).map_err(std::io::Error::from)?;
        text.push(b'\n');
        Ok(self.output.write_all(&text)?)
    }
}
