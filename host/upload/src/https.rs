//! The uploader that speaks HTTPS: signed, idempotent `PUT`s to one receiver.
//!
//! Follows no redirect, takes no proxy from the environment (a service inherits that by accident), trusts the
//! configured CA alone if there is one, and reads no answer beyond a bound.

use std::time::{Duration, SystemTime};

use labrelay_model::Timestamp;
use labrelay_model::wire::{BATCH_MEDIA_TYPE, Marks, batch_path, device_path, marks_path};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER, USER_AGENT};
use reqwest::{Certificate, Client, Method, Proxy, Request, RequestBuilder, Response, redirect, tls};
use url::Url;

use crate::answer::Answer;
use crate::signing::{RequestSigner, content_digest};
use crate::{Cause, OutgoingBatch, Sent, Trouble, Uploader, network, retry_after};

/// Longest answer to a batch: a receipt has 200 bytes, a problem a sentence.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Longest list of marks: about 130 bytes for each stream and epoch, for years of them.
const MAX_MARKS_BYTES: usize = 4 * 1024 * 1024;
/// What a receiver's log calls this program.
const AGENT: &str = concat!("labrelay/", env!("CARGO_PKG_VERSION"));
/// Connections kept open while nothing is sent. More than one only while several streams send at once.
const IDLE_CONNECTIONS: usize = 2;
/// After this a connection without traffic is given up, before middleboxes forget it silently.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// The second check of what stands around a body: path and headers of a request that is about to be sent. What it
/// says of a refusal holds no value.
pub type EnvelopeCheck = fn(path: &str, headers: &[(&str, &str)]) -> Result<(), String>;

/// Where to send, and whom to trust.
#[derive(Debug, Clone)]
pub struct HttpsConfig {
    /// The receiver: `https://host[:port]/`.
    pub receiver: Url,
    /// PEM file of the only CAs to trust; without it, those of the operating system.
    pub ca_bundle: Option<Vec<u8>>,
    /// HTTP proxy to go through; without it, none.
    pub proxy: Option<Url>,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// Asked before every request; what it refuses is not sent.
    pub envelope: EnvelopeCheck,
}

/// How long to wait for the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection with TLS: a good line needs under a second, a satellite link some.
    pub connect: Duration,
    /// For request and answer in all: 2 MiB, the largest batch, at 20 kB/s.
    pub request: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(120) }
    }
}

/// What is wrong with an [`HttpsConfig`].
#[derive(Debug, thiserror::Error)]
pub enum HttpsConfigError {
    /// Not an address of the right kind.
    #[error("the receiver's address must be https://HOST or https://HOST:PORT, with nothing after it")]
    Address,
    /// The CA file can't be used.
    #[error("the CA file holds no certificate in PEM form")]
    Ca,
    /// The proxy can't be used.
    #[error("the proxy's address must be http://HOST:PORT")]
    Proxy,
    /// The HTTP client can't be made: the operating system's CAs, usually.
    #[error("no HTTPS client can be set up; without a CA file, does this system have CA certificates?")]
    Client(#[source] reqwest::Error),
}

/// Sends batches to one receiver over HTTPS.
#[derive(Debug)]
pub struct HttpsUploader {
    client: Client,
    receiver: Url,
    signer: RequestSigner,
    envelope: EnvelopeCheck,
}

impl HttpsUploader {
    /// Sets up, but does not connect.
    pub fn new(config: &HttpsConfig, signer: RequestSigner) -> Result<Self, HttpsConfigError> {
        let receiver = config.receiver.clone();
        let bare = receiver.path() == "/" && receiver.query().is_none() && receiver.fragment().is_none();
        let anonymous = receiver.username().is_empty() && receiver.password().is_none();
        if receiver.scheme() != "https" || !receiver.has_host() || !bare || !anonymous {
            return Err(HttpsConfigError::Address);
        }
        Ok(Self { client: client(config)?, receiver, signer, envelope: config.envelope })
    }

    fn request(&self, method: Method, path: &str, content_digest: Option<&str>) -> RequestBuilder {
        let created = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let signed = self.signer.sign(method.as_str(), path, content_digest, created);
        let mut url = self.receiver.clone();
        url.set_path(path);
        let request = self.client.request(method, url);
        let request = request.header(USER_AGENT, AGENT).header(ACCEPT, "*/*");
        let request = request.header("signature-input", signed.input).header("signature", signed.signature);
        match content_digest {
            Some(digest) => request.header("content-digest", digest),
            None => request,
        }
    }

    /// Everything but the body of the request that would carry `batch`, one line each: path and headers. Goes through
    /// the second check like any other, and is not sent. The error is the second check's.
    pub fn rehearse(&self, batch: &OutgoingBatch) -> Result<String, String> {
        let request = self.put(batch).map_err(|unsent| match unsent {
            Unsent::Withheld(why) => why,
            Unsent::Trouble(_) => "the request can't be put together".into(),
        })?;
        let headers = request.headers().iter();
        let headers =
            headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or_default()));
        Ok(format!("{} {}\n", request.method(), request.url()) + &headers.collect::<String>())
    }

    /// Has the receiver believe this device's key no more. The error says why it is still believed, as far as we know;
    /// asking again does no harm.
    pub async fn revoke(&self) -> Result<(), Trouble> {
        let device = self.signer.device();
        match self.inspected(self.request(Method::DELETE, &device_path(device), None)) {
            Ok(request) => exchange(&self.client, request, MAX_ANSWER_BYTES).await?.revocation(device),
            Err(unsent) => Err(unsent.into()),
        }
    }

    fn put(&self, batch: &OutgoingBatch) -> Result<Request, Unsent> {
        let path = batch_path(self.signer.device(), &batch.id);
        let request = self.request(Method::PUT, &path, Some(&content_digest(&batch.digest)));
        self.inspected(request.header(CONTENT_TYPE, BATCH_MEDIA_TYPE).body(batch.body.clone()))
    }

    /// Puts a request together as it will be sent, but for `host` and `content-length`, and asks the second check.
    fn inspected(&self, request: RequestBuilder) -> Result<Request, Unsent> {
        let request = request.build().map_err(|error| Unsent::Trouble(lost(error)))?;
        // A value that is no text fits no form.
        let headers = request.headers().iter();
        let headers: Vec<_> =
            headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
        (self.envelope)(request.url().path(), &headers).map_err(Unsent::Withheld)?;
        Ok(request)
    }
}

/// Why a request was not even sent.
enum Unsent {
    Withheld(String),
    Trouble(Trouble),
}

impl From<Unsent> for Trouble {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Withheld(why) => Trouble::retry(Cause::Withheld(why)),
            Unsent::Trouble(trouble) => trouble,
        }
    }
}

impl Uploader for HttpsUploader {
    async fn send(&self, batch: &OutgoingBatch) -> Result<Sent, Trouble> {
        match self.put(batch) {
            Ok(request) => exchange(&self.client, request, MAX_ANSWER_BYTES).await?.about_batch(batch),
            Err(Unsent::Withheld(why)) => Ok(Sent::Withheld(why)),
            Err(Unsent::Trouble(trouble)) => Err(trouble),
        }
    }

    async fn marks(&self) -> Result<Marks, Trouble> {
        let request = self.request(Method::GET, &marks_path(self.signer.device()), None);
        match self.inspected(request) {
            Ok(request) => exchange(&self.client, request, MAX_MARKS_BYTES).await?.marks(),
            Err(unsent) => Err(unsent.into()),
        }
    }
}

fn client(config: &HttpsConfig) -> Result<Client, HttpsConfigError> {
    let mut builder = Client::builder()
        .https_only(true)
        .tls_version_min(tls::Version::TLS_1_2)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(config.timeouts.connect)
        .timeout(config.timeouts.request)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_TIME);
    if let Some(pem) = &config.ca_bundle {
        builder = builder.tls_certs_only(authorities(pem)?);
    }
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(Proxy::all(proxy.as_str()).map_err(|_| HttpsConfigError::Proxy)?);
    }
    builder.build().map_err(HttpsConfigError::Client)
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, HttpsConfigError> {
    let found = Certificate::from_pem_bundle(pem).map_err(|_| HttpsConfigError::Ca)?;
    if found.is_empty() { Err(HttpsConfigError::Ca) } else { Ok(found) }
}

fn lost(error: reqwest::Error) -> Trouble {
    Trouble::retry(network::cause(&error))
}

async fn exchange(client: &Client, request: Request, most: usize) -> Result<Answer, Trouble> {
    let mut response = client.execute(request).await.map_err(lost)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > most {
            return Err(Trouble::retry(Cause::EndlessAnswer));
        }
        body.extend_from_slice(&chunk);
    }
    let status = response.status().as_u16();
    Ok(Answer { status, retry_after: wait_asked_for(&response), date: date(&response), body })
}

/// The answering server's clock.
fn date(response: &Response) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(response.headers().get(DATE)?.to_str().ok()?).ok()?;
    let since_1970 = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::from_micros(i64::try_from(since_1970.as_micros()).ok()?)
}

fn wait_asked_for(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    retry_after::parse(value, SystemTime::now())
}
