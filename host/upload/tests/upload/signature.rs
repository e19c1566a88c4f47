//! Our signatures, checked by a library that is not ours.

use httpsig::prelude::message_component::HttpMessageComponent;
use httpsig::prelude::{AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, PublicKey};
use labrelay_model::{DeviceName, Digest};
use labrelay_upload::signing::{RequestSigner, SignatureHeaders, content_digest};

pub(crate) fn signer() -> RequestSigner {
    RequestSigner::from_seed(DeviceName::new("lab-7").unwrap(), &[42; 32]).unwrap()
}

/// Whether `signed` is the device's signature over exactly these component values.
pub(crate) fn is_signed(public_key: &[u8], signed: &SignatureHeaders, values: &[(&str, &str)]) -> bool {
    let headers = HttpSignatureHeaders::try_parse(&signed.signature, &signed.input).unwrap();
    let headers = headers.get("labrelay").unwrap();
    let params = headers.signature_params();
    let covered: Vec<String> = params.covered_components.iter().map(ToString::to_string).collect();
    assert_eq!(covered, values.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>());
    let lines: Vec<HttpMessageComponent> = values
        .iter()
        .map(|(name, value)| HttpMessageComponent::try_from(format!("\"{name}\": {value}").as_str()).unwrap())
        .collect();
    let base = HttpSignatureBase::try_new(&lines, params).unwrap();
    let key = PublicKey::from_bytes(&AlgorithmName::Ed25519, public_key).unwrap();
    base.verify_signature_headers(&key, headers).is_ok()
}

#[test]
fn another_library_verifies_it_and_notices_every_change() {
    let digest = content_digest(&Digest([1; 32]));
    let signed = signer().sign("PUT", "/v1/batches/lab-7/a.b/00/1", Some(&digest), 1_700_000_000);
    let values =
        [("@method", "PUT"), ("@path", "/v1/batches/lab-7/a.b/00/1"), ("content-digest", digest.as_str())];
    let key = signer().public_key();
    assert!(is_signed(&key, &signed, &values));
    for changed in 0..values.len() {
        let mut values = values;
        values[changed].1 = "other";
        assert!(!is_signed(&key, &signed, &values), "{}", values[changed].0);
    }
    let later = SignatureHeaders { input: signed.input.replace("1700000000", "1700000001"), ..signed };
    assert!(!is_signed(&key, &later, &values));
}

#[test]
fn a_request_without_body_covers_no_digest() {
    let signed = signer().sign("GET", "/v1/marks/lab-7", None, 1);
    assert!(is_signed(&signer().public_key(), &signed, &[("@method", "GET"), ("@path", "/v1/marks/lab-7")]));
    assert_eq!(signed.input, r#"labrelay=("@method" "@path");created=1;alg="ed25519";keyid="lab-7""#);
}

#[test]
fn a_digest_is_written_as_rfc_9530_has_it() {
    let hello = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"{\"hello\": \"world\"}\n");
    let digest = Digest(hello.as_ref().try_into().unwrap());
    assert_eq!(content_digest(&digest), "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(format!("{:?}", signer()), "RequestSigner(lab-7, ..)");
}
