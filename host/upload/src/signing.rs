//! HTTP Message Signatures (RFC 9421) as devices make them: Ed25519 over method, path and body digest.
//!
//! Makes signatures only; a receiver checks them with its own library. The base has three fixed components and
//! names that need no escaping, so it is written out here instead of by a general library.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::wire::{SIGNATURE_LABEL, SIGNED_COMPONENTS};
use labrelay_model::{DeviceName, Digest};

/// A key that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key")]
pub struct KeyError;

/// Signs requests as one device.
pub struct RequestSigner {
    device: DeviceName,
    key: Ed25519KeyPair,
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestSigner({}, ..)", self.device)
    }
}

/// The two headers of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// Value of `Signature-Input`.
    pub input: String,
    /// Value of `Signature`.
    pub signature: String,
}

impl RequestSigner {
    /// Signs with the key that grows from this secret seed.
    pub fn from_seed(device: DeviceName, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError)?;
        Ok(Self { device, key })
    }

    /// The name under which the receiver has registered the key.
    pub fn device(&self) -> &DeviceName {
        &self.device
    }

    /// What the receiver needs to know of the key.
    pub fn public_key(&self) -> [u8; 32] {
        let mut public = [0; 32];
        public.copy_from_slice(self.key.public_key().as_ref());
        public
    }

    /// Signs a request made at `created` (seconds since 1970). `content_digest` is that header's value, and is
    /// given exactly if the request has a body.
    pub fn sign(
        &self,
        method: &str,
        path: &str,
        content_digest: Option<&str>,
        created: u64,
    ) -> SignatureHeaders {
        let (mut covered, mut base) = (Vec::new(), String::new());
        for &component in SIGNED_COMPONENTS {
            let value = match component {
                "@method" => Some(method),
                "@path" => Some(path),
                _ => content_digest,
            };
            let Some(value) = value else { continue };
            covered.push(format!("\"{component}\""));
            base += &format!("\"{component}\": {value}\n");
        }
        // In this order: some libraries check against their own order instead of the one that was sent.
        let params =
            format!("({});created={created};alg=\"ed25519\";keyid=\"{}\"", covered.join(" "), self.device);
        base += &format!("\"@signature-params\": {params}");
        let signature = STANDARD.encode(self.key.sign(base.as_bytes()));
        SignatureHeaders {
            input: format!("{SIGNATURE_LABEL}={params}"),
            signature: format!("{SIGNATURE_LABEL}=:{signature}:"),
        }
    }
}

/// Value of `Content-Digest` (RFC 9530).
pub fn content_digest(digest: &Digest) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest.0))
}
