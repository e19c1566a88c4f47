//! Taking the export of a site without a network (`labrelay_model::export`): each batch goes the way of an upload.
//!
//! The same signature, gate, number and durability; only the signature may be old. Goes on after a batch that is not taken.

use std::io::{self, BufRead, BufReader, Read};

use age::{DecryptError, Decryptor};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request};
use bytes::Bytes;
use labrelay_model::DeviceName;
use labrelay_model::export::{
    EXPORT_BEGINS, ExportLine, ExportReceipt, ExportedRequest, MAX_EXPORT_LINE_BYTES, RECEIPT_VERSION,
};
use labrelay_model::wire::{MAX_BODY_BYTES, ProblemCode, Receipt, read_batch_path};

use crate::digest::sha256;
use crate::intake::Intake;
use crate::landing::Landed;
use crate::offline::OfflineKeys;

/// Why an export can't be read on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is for somebody else.
    #[error(
        "this file is not an export for this receiver's key; `labrelay-receiver keys` prints what the site has to configure"
    )]
    OtherKey,
    /// The file is no export, or not whole.
    #[error(
        "the export is damaged or cut off: {0}; what stood before that was taken, and the site still has all of it: \
         import another copy, or have it exported again"
    )]
    Damaged(&'static str),
    /// The disk or medium.
    #[error("the file can't be read")]
    File(#[from] io::Error),
    /// The device differs between batches.
    #[error("the export holds batches of two devices, {0} and {1}; the rest was not taken")]
    TwoDevices(DeviceName, DeviceName),
}

/// A batch that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotImported {
    /// Which.
    pub batch: Receipt,
    /// Why, for a program.
    pub code: ProblemCode,
    /// Why, for a person; holds no content of a record.
    pub message: String,
}

/// What became of an export.
#[derive(Debug, Default)]
pub struct Imported {
    /// Whose it is; `None` if it is empty.
    pub device: Option<DeviceName>,
    /// Batches that are durable in landing.
    pub landed: Vec<Receipt>,
    /// How many of them had landed before.
    pub before: u64,
    /// Batches that were not taken.
    pub not_taken: Vec<NotImported>,
}

impl Imported {
    /// What the device may know of it; `None` if there was no batch.
    pub fn receipt(&self) -> Option<ExportReceipt> {
        let refused = self.not_taken.iter().filter(|batch| batch.code == ProblemCode::Refused);
        Some(ExportReceipt {
            labrelay_receipt: RECEIPT_VERSION,
            device: self.device.clone()?,
            landed: self.landed.clone(),
            refused: refused.map(|batch| batch.batch.clone()).collect(),
        })
    }
}

/// Takes all batches of `file` into `imported`; after an error it says what was taken until then.
pub async fn import(
    file: impl Read + 'static,
    keys: &OfflineKeys,
    intake: &Intake,
    imported: &mut Imported,
) -> Result<(), ImportError> {
    let mut export = Export::open(file, keys)?;
    while let Some((request, body)) = export.next()? {
        let damaged = |_| ImportError::Damaged("a batch has no address");
        let (device, batch) = read_batch_path(&request.path).map_err(damaged)?;
        match &imported.device {
            Some(first) if *first != device => {
                return Err(ImportError::TwoDevices(first.clone(), device));
            }
            _ => imported.device = Some(device.clone()),
        }
        let digest = sha256(&body);
        let parts = parts(&request).ok_or(ImportError::Damaged("a batch has headers that are none"))?;
        match intake.take_exported(&device, batch.clone(), &parts, body).await {
            Ok((landed, receipt)) => {
                imported.before += u64::from(landed == Landed::Replay);
                imported.landed.push(receipt);
            }
            Err(why) => {
                let (code, message) = (why.code(), why.message().to_owned());
                let batch = Receipt { landed: batch, digest };
                imported.not_taken.push(NotImported { batch, code, message });
            }
        }
    }
    Ok(())
}

fn parts(request: &ExportedRequest) -> Option<Parts> {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::PUT;
    parts.uri = request.path.parse().ok()?;
    let headers = [
        ("content-digest", &request.content_digest),
        ("signature-input", &request.signature_input),
        ("signature", &request.signature),
    ];
    for (name, value) in headers {
        parts.headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    Some(parts)
}

/// An export while it is read.
struct Export {
    input: Box<dyn BufRead>,
    batches: u64,
}

impl Export {
    fn open(file: impl Read + 'static, keys: &OfflineKeys) -> Result<Self, ImportError> {
        let sealed = Decryptor::new(file).map_err(|why| match why {
            DecryptError::Io(why) => damage(why, "it has no beginning"),
            _ => ImportError::Damaged("it is not sealed as an export is"),
        })?;
        let identity = std::iter::once(keys.identity() as &dyn age::Identity);
        let opened = sealed.decrypt(identity).map_err(|why| match why {
            DecryptError::Io(why) => damage(why, "it has no beginning"),
            DecryptError::NoMatchingKeys => ImportError::OtherKey,
            _ => ImportError::Damaged("its seal is broken"),
        })?;
        let mut export = Self { input: Box::new(BufReader::new(opened)), batches: 0 };
        let mut begins = vec![0; EXPORT_BEGINS.len()];
        export.fill(&mut begins)?;
        if begins != EXPORT_BEGINS.as_bytes() {
            return Err(ImportError::Damaged("it is no export, or of a later version"));
        }
        Ok(export)
    }

    /// The next batch; `None` at the end, if that is where it should be.
    fn next(&mut self) -> Result<Option<(ExportedRequest, Bytes)>, ImportError> {
        match self.line()? {
            ExportLine::Batch(request) => {
                let bytes = usize::try_from(request.bytes).unwrap_or(usize::MAX);
                if bytes > MAX_BODY_BYTES {
                    return Err(ImportError::Damaged("a batch is larger than any"));
                }
                let mut body = vec![0; bytes];
                self.fill(&mut body)?;
                self.batches += 1;
                Ok(Some((request, body.into())))
            }
            ExportLine::End { batches } if batches == self.batches => Ok(None),
            ExportLine::End { .. } => Err(ImportError::Damaged("batches are missing")),
        }
    }

    fn line(&mut self) -> Result<ExportLine, ImportError> {
        let mut line = Vec::new();
        let most = u64::try_from(MAX_EXPORT_LINE_BYTES).unwrap_or(u64::MAX);
        let read = (&mut self.input).take(most).read_until(b'\n', &mut line);
        read.map_err(|why| damage(why, "its seal is broken, or its end is missing"))?;
        if line.pop() != Some(b'\n') {
            return Err(ImportError::Damaged("its end is missing"));
        }
        serde_json::from_slice(&line)
            .map_err(|_| ImportError::Damaged("a line is not of the documented form"))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ImportError> {
        self.input.read_exact(bytes).map_err(|why| damage(why, "its seal is broken, or its end is missing"))
    }
}

/// What age says of a changed or missing byte comes as an error of reading.
fn damage(why: io::Error, words: &'static str) -> ImportError {
    match why.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => ImportError::Damaged(words),
        _ => ImportError::File(why),
    }
}
