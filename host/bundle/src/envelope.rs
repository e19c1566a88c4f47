//! The signature beside a bundle: a DSSE envelope (Dead Simple Signing Envelope, v1.0.2) around the bundle's index.
//!
//! Says who signed what; whether anybody believes them is `trust.rs`'s matter. What is signed is the specification's
//! pre-authentication encoding, so the type is signed with the bytes, and a system of signed updates can carry the envelope as it is.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use labrelay_model::Digest;
use serde::{Deserialize, Serialize};

use crate::index::sha256;
use crate::key::{KeyId, PublicKey, SigningKey};
use crate::{Index, IndexError, MAX_INDEX_BYTES};

/// What is in the envelope: an index in format 1.
const PAYLOAD_TYPE: &str = "application/vnd.labrelay.bundle-index.v1+json";
/// Greatest envelope: the greatest index in base64, and the signatures.
pub const MAX_ENVELOPE_BYTES: u64 = 128 << 10;
/// Most signatures: an author's, a region's, a laboratory's, and their next keys.
const MAX_SIGNATURES: usize = 16;

/// A signed index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    /// Whom the signer claims to be, if it could be an id of ours.
    key: Option<KeyId>,
    bytes: Vec<u8>,
}

/// Why bytes are no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than any envelope.
    #[error("it has {0} bytes; a signature has at most {MAX_ENVELOPE_BYTES}")]
    TooLarge(u64),
    /// No DSSE.
    #[error("it is no signature of a bundle (a DSSE envelope); get it again from the bundle's maker")]
    Unreadable,
    /// It signs something else.
    #[error(
        "it signs something else than a bundle of this format; get the bundle's own signature from its maker"
    )]
    OtherType,
    /// Too many signatures.
    #[error("it holds more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// What is signed is no index.
    #[error("what it signs is no index of a bundle: {0}")]
    Index(#[from] IndexError),
}

/// As it is written. Keys that the specification does not know are left alone, as it asks.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    payload: String,
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
struct WrittenSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Around `index`, with no signature yet.
    pub fn unsigned(index: &Index) -> Self {
        Self { payload: index.to_bytes(), signatures: Vec::new() }
    }

    /// Adds a signature, or replaces that of the same key.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), EnvelopeError> {
        let id = key.public().id();
        self.signatures.retain(|signature| signature.key.as_ref() != Some(&id));
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(EnvelopeError::TooMany);
        }
        let bytes = key.sign(&pre_authentication_encoding(PAYLOAD_TYPE, &self.payload));
        self.signatures.push(Signature { key: Some(id), bytes });
        Ok(())
    }

    /// Reads an envelope. Its signatures are not looked at yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() as u64 > MAX_ENVELOPE_BYTES {
            return Err(EnvelopeError::TooLarge(bytes.len() as u64));
        }
        let written: Written = serde_json::from_slice(bytes).map_err(|_| EnvelopeError::Unreadable)?;
        if written.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::OtherType);
        }
        if written.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::TooMany);
        }
        let payload = decode(&written.payload).ok_or(EnvelopeError::Unreadable)?;
        let signature = |written: WrittenSignature| {
            Some(Signature { key: KeyId::claimed(&written.keyid), bytes: decode(&written.sig)? })
        };
        let signatures: Option<Vec<Signature>> = written.signatures.into_iter().map(signature).collect();
        Ok(Self { payload, signatures: signatures.ok_or(EnvelopeError::Unreadable)? })
    }

    /// The envelope's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let signature = |signature: &Signature| WrittenSignature {
            keyid: signature.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            sig: BASE64_STANDARD.encode(&signature.bytes),
        };
        let written = Written {
            payload: BASE64_STANDARD.encode(&self.payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: self.signatures.iter().map(signature).collect(),
        };
        // Texts alone: writing them to memory can't fail; no bytes would be no envelope.
        let mut bytes = serde_json::to_vec_pretty(&written).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The index that is signed.
    pub fn index(&self) -> Result<Index, IndexError> {
        Index::parse(&self.payload)
    }

    /// By what the bundle is known that this signs.
    pub fn digest(&self) -> Digest {
        sha256(&self.payload)
    }

    /// Whether this key has signed.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let message = pre_authentication_encoding(PAYLOAD_TYPE, &self.payload);
        // By all of them: an id is a hint, and may be absent.
        self.signatures.iter().any(|signature| key.has_signed(&message, &signature.bytes))
    }

    /// Ids that signers claim.
    pub fn claimed_keys(&self) -> impl Iterator<Item = &KeyId> {
        self.signatures.iter().filter_map(|signature| signature.key.as_ref())
    }

    /// Whether anybody has signed at all.
    pub fn has_signatures(&self) -> bool {
        !self.signatures.is_empty()
    }
}

/// PAE of the DSSE specification (`protocol.md`): `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`.
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// The specification allows both alphabets. Nothing in an envelope is longer than the greatest index.
fn decode(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    BASE64_STANDARD.decode(standard).ok().filter(|bytes| bytes.len() as u64 <= MAX_INDEX_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
