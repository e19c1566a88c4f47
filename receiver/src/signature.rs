//! HTTP Message Signatures (RFC 9421) as devices make them: Ed25519 over method, path and body digest.
//!
//! Strict on purpose: exactly one signature with our label, no component that we would not rebuild ourselves.

use axum::http::{HeaderMap, HeaderName, Method};
use httpsig::prelude::message_component::HttpMessageComponent;
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, PublicKey as HttpsigKey,
};
use labrelay_model::wire::{SIGNATURE_LABEL, SIGNATURE_MAX_AGE_S, SIGNED_COMPONENTS};
use labrelay_model::{DeviceName, Timestamp};

use crate::registry::PublicKey;

/// The only field, as opposed to derived component, that a signature covers.
const CONTENT_DIGEST: &str = "content-digest";

/// Why a request is not believed. No variant tells an unknown device from a wrong key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is not there exactly once.
    #[error("the request needs exactly one {0} header")]
    Header(&'static str),
    /// The headers are no signature with our label.
    #[error(
        "Signature and Signature-Input are not one RFC 9421 signature with the label {SIGNATURE_LABEL:?}"
    )]
    Malformed,
    /// The signature covers something else than it must.
    #[error("the signature must cover {0}")]
    Coverage(&'static str),
    /// `created` is missing or too far from the receiver's clock.
    #[error(
        "the signature's `created` is missing, or further than {SIGNATURE_MAX_AGE_S} s from the receiver's clock; set the clock"
    )]
    Stale,
    /// No such device, or not signed with its key.
    #[error(
        "unknown device or wrong key; register the device's public key with `labrelay-receiver device add`"
    )]
    NotBelieved,
}

/// A signature that was read but not verified: who claims to have signed.
#[derive(Debug)]
pub struct Claim {
    /// The device that `keyid` names.
    pub device: DeviceName,
    signed: HttpSignatureHeaders,
}

impl Claim {
    /// Reads the signature headers.
    pub fn read(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let signature = only(headers, "signature")?;
        let input = only(headers, "signature-input")?;
        let mut all =
            HttpSignatureHeaders::try_parse(signature, input).map_err(|_| SignatureError::Malformed)?;
        let signed = all.swap_remove(SIGNATURE_LABEL).filter(|_| all.is_empty());
        let signed = signed.ok_or(SignatureError::Malformed)?;
        let keyid = signed.signature_params().keyid.as_deref().unwrap_or_default();
        let device = DeviceName::new(keyid).map_err(|_| SignatureError::NotBelieved)?;
        Ok(Self { device, signed })
    }

    /// Verifies it with the device's key: coverage, age, then the signature itself.
    pub fn verify(&self, key: &PublicKey, request: &SignedParts<'_>, age: Age) -> Result<(), SignatureError> {
        let params = self.signed.signature_params();
        if let Age::RecentAt(now) = age {
            check_age(params, now)?;
        }
        let lines = request.covered_lines(params)?;
        let base = HttpSignatureBase::try_new(&lines, params).map_err(|_| SignatureError::Malformed)?;
        let key =
            HttpsigKey::from_bytes(&AlgorithmName::Ed25519, key).map_err(|_| SignatureError::NotBelieved)?;
        base.verify_signature_headers(&key, &self.signed).map_err(|_| SignatureError::NotBelieved)
    }
}

/// How old a signature may be.
#[derive(Debug, Clone, Copy)]
pub enum Age {
    /// Made within [`SIGNATURE_MAX_AGE_S`] of now.
    RecentAt(Timestamp),
    /// Made at any time: an export may be weeks on its way.
    Any,
}

/// The parts of a request that a signature covers.
#[derive(Debug)]
pub struct SignedParts<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path, as sent.
    pub path: &'a str,
    /// `Content-Digest` as sent; `None` where the request has no body.
    pub content_digest: Option<&'a str>,
}

impl SignedParts<'_> {
    /// The signature base's lines in the order that the signature names them.
    fn covered_lines(
        &self,
        params: &HttpSignatureParams,
    ) -> Result<Vec<HttpMessageComponent>, SignatureError> {
        let covered: Vec<String> = params.covered_components.iter().map(ToString::to_string).collect();
        for &name in SIGNED_COMPONENTS {
            let must = name != CONTENT_DIGEST || self.content_digest.is_some();
            if must && !covered.contains(&format!("\"{name}\"")) {
                return Err(SignatureError::Coverage(name));
            }
        }
        covered.iter().map(|id| self.line(id)).collect()
    }

    fn line(&self, id: &str) -> Result<HttpMessageComponent, SignatureError> {
        let value = match id {
            "\"@method\"" => self.method.as_str(),
            "\"@path\"" => self.path,
            "\"content-digest\"" => self.content_digest.ok_or(SignatureError::Malformed)?,
            _ => return Err(SignatureError::Coverage("nothing but @method, @path and content-digest")),
        };
        let line = format!("{id}: {value}");
        HttpMessageComponent::try_from(line.as_str()).map_err(|_| SignatureError::Malformed)
    }
}

/// The header's only value.
pub fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, SignatureError> {
    let mut values = headers.get_all(HeaderName::from_static(name)).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(SignatureError::Header(name));
    };
    value.to_str().map_err(|_| SignatureError::Header(name))
}

fn check_age(params: &HttpSignatureParams, now: Timestamp) -> Result<(), SignatureError> {
    let now = u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0);
    match params.created {
        Some(created) if created.abs_diff(now) <= SIGNATURE_MAX_AGE_S => Ok(()),
        _ => Err(SignatureError::Stale),
    }
}
