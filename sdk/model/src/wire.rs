//! What host and receiver must agree on: paths, header names, answers. No HTTP library here.
//!
//! Every request is signed by the device's Ed25519 key as an HTTP Message Signature (RFC 9421) over
//! [`SIGNED_COMPONENTS`]; bodies carry a `Content-Digest` (RFC 9530).

use serde::{Deserialize, Serialize};

use crate::{BatchId, BatchIdError, DeviceName, Digest, Epoch, Seq, StreamId};

/// Components that every request's signature covers. `content-digest` only where there is a body.
pub const SIGNED_COMPONENTS: &[&str] = &["@method", "@path", "content-digest"];
/// Label of the signature in `Signature` and `Signature-Input`.
pub const SIGNATURE_LABEL: &str = "labrelay";
/// Oldest signature a receiver takes, in seconds after `created`; also the greatest clock lead it forgives.
/// A replay within it is harmless: the same bytes at the same number.
pub const SIGNATURE_MAX_AGE_S: u64 = 24 * 3600;
/// Media type of a batch: NDJSON, compressed by zstd.
pub const BATCH_MEDIA_TYPE: &str = "application/vnd.labrelay.batch.v1+ndjson+zstd";
/// Greatest compressed body in bytes. A spool row holds 1 MiB before compression, which zstd can only
/// lengthen by a little.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Greatest body after decompression in bytes: what one spool commit may hold, with room for its header.
pub const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Greatest number of records in one batch.
pub const MAX_BATCH_RECORDS: u32 = 4096;

/// Path of a batch: `/v1/batches/{device}/{stream}/{epoch}/{seq}`.
pub fn batch_path(device: &DeviceName, batch: &BatchId) -> String {
    format!("/v1/batches/{device}/{}/{}/{}", batch.stream, batch.epoch, batch.seq)
}

/// Reads the last three parts of a batch's path.
pub fn batch_id(stream: &str, epoch: &str, seq: &str) -> Result<BatchId, PathError> {
    let number: u64 = seq.parse().map_err(|_| PathError)?;
    if number == 0 || number.to_string() != seq {
        return Err(PathError);
    }
    let epoch = epoch.parse().map_err(|_: BatchIdError| PathError)?;
    Ok(BatchId { stream: stream.parse().map_err(|_| PathError)?, epoch, seq: Seq(number) })
}

/// Reads a batch's whole path.
pub fn read_batch_path(path: &str) -> Result<(DeviceName, BatchId), PathError> {
    let parts: Vec<&str> = path.strip_prefix("/v1/batches/").ok_or(PathError)?.split('/').collect();
    let [device, stream, epoch, seq] = parts.as_slice() else { return Err(PathError) };
    Ok((device.parse().map_err(|_| PathError)?, batch_id(stream, epoch, seq)?))
}

/// A batch path of another shape than `/v1/batches/{device}/{stream}/{epoch}/{seq}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path of a batch is /v1/batches/DEVICE/FAMILY.STREAM/EPOCH/SEQ")]
pub struct PathError;

/// Path of a device's high-water marks: `/v1/marks/{device}`.
pub fn marks_path(device: &DeviceName) -> String {
    format!("/v1/marks/{device}")
}

/// Path of a device itself: `/v1/devices/{device}`. `DELETE` revokes it.
pub fn device_path(device: &DeviceName) -> String {
    format!("/v1/devices/{device}")
}

/// Body of the 200 to `DELETE /v1/devices/{device}`: the key that signed the request is believed no more. Given again
/// to whoever asks again with that key, since an answer may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The device whose key it was.
    pub revoked: DeviceName,
}

/// Body of every 200 and 201 to a batch. The host believes a 2xx only if this names the batch it sent and the
/// digest of the body it sent: captive portals and proxies answer 200 to everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The batch that is durable in landing.
    pub landed: BatchId,
    /// SHA-256 of its body as sent (compressed): what `Content-Digest` says.
    pub digest: Digest,
}

/// Answer to `GET /v1/marks/{device}`: the highest number landed without a gap, for each stream and epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// One entry per stream and epoch that the receiver has seen of this device.
    pub marks: Vec<Mark>,
    /// The receiver's clock.
    pub now: crate::Timestamp,
}

/// One high-water mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Stream with its family.
    pub stream: StreamId,
    /// Spool life.
    pub epoch: Epoch,
    /// Highest number that has landed.
    pub landed: Seq,
}

/// Body of every answer other than 2xx: a closed code for the program and a sentence for the person.
/// Neither holds content of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What went wrong, from a closed list.
    pub code: ProblemCode,
    /// The same for a person: what happened and what to do.
    pub message: String,
    /// The gate's reason, where the gate refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<crate::Reason>,
    /// 1-based line of the body where it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What a receiver may answer. The HTTP status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: path, header or body is not of the documented form.
    BadRequest,
    /// 401: no signature, a wrong one, one too old, or an unknown device.
    NotAuthenticated,
    /// 403: the signature is good, but of another device than the path names.
    WrongDevice,
    /// 409: another batch has landed under this number: a copied or restored spool. Begin a new epoch.
    OtherDigest,
    /// 413: body too large, before or after decompression.
    TooLarge,
    /// 422: the gate refused a record; the batch will never be taken.
    Refused,
    /// 424: the manifest is not registered here yet: keep the batch and try again later.
    UnknownManifest,
    /// 429: too many requests; see `Retry-After`.
    TooMany,
    /// 500: the receiver's own failure; try again.
    Internal,
    /// 503: not ready or draining; try again.
    Unavailable,
}

impl ProblemCode {
    /// Its HTTP status.
    pub fn status(self) -> u16 {
        match self {
            ProblemCode::BadRequest => 400,
            ProblemCode::NotAuthenticated => 401,
            ProblemCode::WrongDevice => 403,
            ProblemCode::OtherDigest => 409,
            ProblemCode::TooLarge => 413,
            ProblemCode::Refused => 422,
            ProblemCode::UnknownManifest => 424,
            ProblemCode::TooMany => 429,
            ProblemCode::Internal => 500,
            ProblemCode::Unavailable => 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_path_is_read_back_and_nothing_else_is() {
        let id = BatchId { stream: "navios.bead_qc".parse().unwrap(), epoch: Epoch([7; 16]), seq: Seq(12) };
        let path = batch_path(&DeviceName::new("demo").unwrap(), &id);
        let parts: Vec<&str> = path.split('/').skip(4).collect();
        assert_eq!(batch_id(parts[0], parts[1], parts[2]), Ok(id));
        for seq in ["0", "01", "-1", "1x", ""] {
            assert_eq!(batch_id(parts[0], parts[1], seq), Err(PathError));
        }
    }
}
