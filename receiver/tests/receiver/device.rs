//! A device that signs by its own code: the signature base is put together here as RFC 9421 says.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::wire::{self, Marks, Problem, Receipt};
use labrelay_model::{BatchId, DeviceName};
use reqwest::{Client, Method, RequestBuilder};

use crate::program::Program;

pub(crate) struct Device {
    pub(crate) name: DeviceName,
    key: Ed25519KeyPair,
}

/// What to do otherwise than a good client.
#[derive(Default)]
pub(crate) struct Odd {
    pub(crate) keyid: Option<&'static str>,
    pub(crate) created_ago_s: i64,
    pub(crate) signed_path: Option<String>,
    pub(crate) digest_of: Option<Vec<u8>>,
    pub(crate) uncovered_digest: bool,
    pub(crate) label: Option<&'static str>,
}

/// An answer with its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        Self { status, body: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn problem(&self) -> Problem {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn receipt(&self) -> Receipt {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Device {
    pub(crate) fn new(name: &str, seed: u8) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        Self { name: DeviceName::new(name).unwrap(), key }
    }

    pub(crate) fn public_key(&self) -> String {
        STANDARD.encode(self.key.public_key())
    }

    pub(crate) async fn put(&self, to: &Program, id: &BatchId, body: Vec<u8>) -> Answer {
        self.put_odd(to, id, body, Odd::default()).await
    }

    pub(crate) async fn put_odd(&self, to: &Program, id: &BatchId, body: Vec<u8>, odd: Odd) -> Answer {
        let path = wire::batch_path(&self.name, id);
        Answer::of(self.request(&to.client, &to.url(&path), Method::PUT, &path, Some(body), odd)).await
    }

    pub(crate) async fn marks(&self, to: &Program) -> Marks {
        let path = wire::marks_path(&self.name);
        let request = self.request(&to.client, &to.url(&path), Method::GET, &path, None, Odd::default());
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Asks to revoke the device `named`, with this one's signature.
    pub(crate) async fn revoke(&self, to: &Program, named: &DeviceName) -> Answer {
        let path = wire::device_path(named);
        Answer::of(self.request(&to.client, &to.url(&path), Method::DELETE, &path, None, Odd::default()))
            .await
    }

    pub(crate) fn request(
        &self,
        client: &Client,
        url: &str,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        odd: Odd,
    ) -> RequestBuilder {
        let digest = body.as_ref().map(|body| content_digest(odd.digest_of.as_ref().unwrap_or(body)));
        let (signature, input) = self.sign(&method, path, digest.as_deref(), &odd);
        let mut request =
            client.request(method, url).header("signature", signature).header("signature-input", input);
        if let (Some(digest), Some(body)) = (digest, body) {
            request = request.header("content-digest", digest).header("content-type", wire::BATCH_MEDIA_TYPE);
            request = request.body(body);
        }
        request
    }

    fn sign(&self, method: &Method, path: &str, digest: Option<&str>, odd: &Odd) -> (String, String) {
        let path = odd.signed_path.as_deref().unwrap_or(path);
        let mut base = format!("\"@method\": {method}\n\"@path\": {path}\n");
        let mut covered = "\"@method\" \"@path\"".to_owned();
        if let Some(digest) = digest.filter(|_| !odd.uncovered_digest) {
            base += &format!("\"content-digest\": {digest}\n");
            covered += " \"content-digest\"";
        }
        let now = labrelay_receiver::clock::now().as_micros() / 1_000_000;
        let keyid = odd.keyid.unwrap_or(self.name.as_str());
        let params = format!("({covered});created={};keyid=\"{keyid}\"", now - odd.created_ago_s);
        base += &format!("\"@signature-params\": {params}");
        let signature = STANDARD.encode(self.key.sign(base.as_bytes()));
        let label = odd.label.unwrap_or(wire::SIGNATURE_LABEL);
        (format!("{label}=:{signature}:"), format!("{label}={params}"))
    }
}

fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(labrelay_receiver::digest::sha256(body).0))
}
