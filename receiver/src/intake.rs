//! Taking a batch: who sends it, is it whole, does the gate pass it, is it durable. In this order, so that a
//! stranger costs little and nothing unchecked is ever written.

mod revocation;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use labrelay_gate::batch::{self, BatchRefusal};
use labrelay_model::wire::{MAX_BODY_BYTES, Mark, Marks, ProblemCode, Receipt};
use labrelay_model::{BatchId, DeviceName, Digest, Seq};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::answer::NotTaken;
use crate::chain::Chain;
use crate::clock::now;
use crate::digest::{read_content_digest, sha256};
use crate::gates::Gates;
use crate::lake::{Lake, Pending};
use crate::landing::{Landed, Landing};
use crate::limits::Limits;
use crate::registry::{Device, Registry};
use crate::signature::{Age, Claim, SignatureError, SignedParts, only};

/// Everything that a request needs.
#[derive(Debug)]
pub struct Intake {
    registry: Arc<Registry>,
    gates: Arc<Gates>,
    landing: Landing,
    lake: Arc<Lake>,
    pending: Arc<Pending>,
    limits: Limits,
    /// One permit per body in memory.
    bodies: Semaphore,
}

impl Intake {
    /// Over these parts; `pending` learns of every landing.
    pub fn new(
        registry: Arc<Registry>,
        gates: Gates,
        landing: Landing,
        lake: Arc<Lake>,
        pending: Arc<Pending>,
        limits: Limits,
    ) -> Self {
        let bodies = Semaphore::new(limits.bodies);
        Self { registry, gates: Arc::new(gates), landing, lake, pending, limits, bodies }
    }

    /// Takes one batch; [`Landed::OtherDigest`] is an error already.
    pub async fn take(
        &self,
        device: &str,
        batch: BatchId,
        parts: &Parts,
        body: Body,
    ) -> Result<(Landed, Receipt), NotTaken> {
        let (device, digest) = self.authenticate_body(device, parts, Age::RecentAt(now())).await?;
        let _permit = self.bodies.try_acquire().map_err(|_| too_many())?;
        let body = self.read_body(body).await?;
        self.take_whole(device, batch, body, digest).await
    }

    /// Takes one batch of an export: as [`take`](Self::take), but its signature may be old.
    pub async fn take_exported(
        &self,
        device: &DeviceName,
        batch: BatchId,
        parts: &Parts,
        body: Bytes,
    ) -> Result<(Landed, Receipt), NotTaken> {
        let (device, digest) = self.authenticate_body(device.as_str(), parts, Age::Any).await?;
        self.take_whole(device, batch, body, digest).await
    }

    /// Who signed a request with a body, and what the body has to be.
    async fn authenticate_body(
        &self,
        device: &str,
        parts: &Parts,
        age: Age,
    ) -> Result<(Device, Digest), NotTaken> {
        let content_digest = only(&parts.headers, "content-digest")?;
        let digest = read_content_digest(content_digest).ok_or_else(no_digest)?;
        Ok((self.authenticate(device, parts, Some(content_digest), age).await?, digest))
    }

    async fn take_whole(
        &self,
        device: Device,
        batch: BatchId,
        body: Bytes,
        digest: Digest,
    ) -> Result<(Landed, Receipt), NotTaken> {
        if sha256(&body) != digest {
            return Err(NotTaken::new(ProblemCode::BadRequest, "the body is not what Content-Digest says"));
        }
        match self.land(device, &batch, body, digest).await? {
            Landed::OtherDigest => Err(other_digest()),
            landed => Ok((landed, Receipt { landed: batch, digest })),
        }
    }

    /// The highest number of each of the device's chains that landed without a gap.
    pub async fn marks(&self, device: &str, parts: &Parts) -> Result<Marks, NotTaken> {
        let device = self.authenticate(device, parts, None, Age::RecentAt(now())).await?;
        let mut marks = Vec::new();
        for chain in self.landing.chains(Some(&device.name)).await? {
            let committed = self.lake.position(&chain).await?;
            let landed = self.landing.run_after(&chain, committed).await?;
            if landed >= Seq::FIRST {
                marks.push(Mark { stream: chain.stream, epoch: chain.epoch, landed });
            }
        }
        Ok(Marks { marks, now: now() })
    }

    /// Whether requests can be served: the registry answers.
    pub async fn ready(&self) -> Result<(), NotTaken> {
        let registry = self.registry.clone();
        Ok(spawn_blocking(move || registry.answers()).await??)
    }

    /// The registered device that signed this request, if the path names it.
    async fn authenticate(
        &self,
        path_device: &str,
        parts: &Parts,
        content_digest: Option<&str>,
        age: Age,
    ) -> Result<Device, NotTaken> {
        if parts.uri.query().is_some() {
            return Err(NotTaken::new(ProblemCode::BadRequest, "no query is signed, so none is taken"));
        }
        let claim = Claim::read(&parts.headers)?;
        let device = self.device(claim.device.clone()).await?.ok_or(SignatureError::NotBelieved)?;
        let signed = SignedParts { method: &parts.method, path: parts.uri.path(), content_digest };
        claim.verify(&device.public_key, &signed, age)?;
        is_of_path(&device.name, path_device)?;
        Ok(device)
    }

    async fn device(&self, name: DeviceName) -> Result<Option<Device>, NotTaken> {
        let registry = self.registry.clone();
        Ok(spawn_blocking(move || registry.device(&name)).await??)
    }

    async fn read_body(&self, body: Body) -> Result<Bytes, NotTaken> {
        let whole = Limited::new(body, MAX_BODY_BYTES).collect();
        match tokio::time::timeout(self.limits.body_time, whole).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(why)) if why.is::<LengthLimitError>() => Err(NotTaken::too_large()),
            Ok(Err(_)) => Err(NotTaken::new(ProblemCode::BadRequest, "the body broke off")),
            Err(_) => Err(NotTaken::new(ProblemCode::BadRequest, "the body did not arrive in time")),
        }
    }

    /// A number that is taken is compared before the gate is asked: what has landed has landed, even if the
    /// device has lost a serial since.
    async fn land(
        &self,
        device: Device,
        batch: &BatchId,
        body: Bytes,
        digest: Digest,
    ) -> Result<Landed, NotTaken> {
        let chain = Chain::of(&device.name, batch);
        if let Some(landed) = self.landing.compare(&chain, batch.seq, digest).await? {
            return Ok(landed);
        }
        let (gates, name, named, bytes) =
            (self.gates.clone(), device.name.clone(), batch.clone(), body.clone());
        spawn_blocking(move || check(&gates, &device, &named, &bytes)).await??;
        let landed = self.landing.put(&name, batch, body, digest).await?;
        if landed == Landed::First {
            self.pending.add(chain);
        }
        Ok(landed)
    }
}

/// A device speaks for itself only.
fn is_of_path(device: &DeviceName, path_device: &str) -> Result<(), NotTaken> {
    if device.as_str() == path_device {
        return Ok(());
    }
    Err(NotTaken::new(ProblemCode::WrongDevice, "the path names another device than the signature"))
}

/// The gate again, on the exact bytes.
fn check(gates: &Gates, device: &Device, batch: &BatchId, body: &[u8]) -> Result<(), NotTaken> {
    let mut failed = Ok(());
    let find = |_: &_, manifest: &Digest| {
        gates.get(device, *manifest).unwrap_or_else(|why| {
            failed = Err(why);
            None
        })
    };
    let checked = batch::check(find, body, now());
    failed?;
    if checked?.stream_id() == batch.stream {
        return Ok(());
    }
    Err(NotTaken::new(ProblemCode::BadRequest, "the path names another stream than the batch's header"))
}

impl From<BatchRefusal> for NotTaken {
    fn from(why: BatchRefusal) -> Self {
        let code = match &why {
            BatchRefusal::TooLarge => ProblemCode::TooLarge,
            BatchRefusal::UnknownManifest { .. } => ProblemCode::UnknownManifest,
            BatchRefusal::UnknownStream
            | BatchRefusal::Record { .. }
            | BatchRefusal::NotCanonical { .. }
            | BatchRefusal::DuplicateRow { .. } => ProblemCode::Refused,
            _ => ProblemCode::BadRequest,
        };
        Self::new(code, &why).at(why.reason(), why.line())
    }
}

fn no_digest() -> NotTaken {
    NotTaken::new(ProblemCode::BadRequest, "Content-Digest has no sha-256 of the body (RFC 9530)")
}

fn too_many() -> NotTaken {
    NotTaken::new(ProblemCode::TooMany, "the receiver has as many batches in hand as it takes; try again")
}

fn other_digest() -> NotTaken {
    let why =
        "another batch has landed under this number: the spool is a copy or was restored; begin a new epoch";
    NotTaken::new(ProblemCode::OtherDigest, why)
}
