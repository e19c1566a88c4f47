//! A device that is decommissioned revokes its own key: what it signs afterwards is refused.
//!
//! What it delivered stays, and so do batches that landed before.

use axum::http::request::Parts;
use labrelay_model::DeviceName;
use labrelay_model::wire::{ProblemCode, Revocation};
use tokio::task::spawn_blocking;

use super::{Intake, is_of_path};
use crate::answer::NotTaken;
use crate::clock::now;
use crate::signature::{Age, Claim, SignedParts};

impl Intake {
    /// Revokes the key that signed this request, durably. One that was revoked before gets the same answer, since the
    /// first may have been lost; a request that is replayed does no more than it did.
    pub async fn revoke(&self, device: &str, parts: &Parts) -> Result<Revocation, NotTaken> {
        let revoked = match self.authenticate(device, parts, None, Age::RecentAt(now())).await {
            Ok(device) => {
                let registry = self.registry.clone();
                let name = device.name.clone();
                spawn_blocking(move || registry.revoke(&device, now())).await??;
                tracing::info!(device = %name, "revoked itself");
                name
            }
            Err(stranger) if stranger.code() == ProblemCode::NotAuthenticated => {
                self.revoked_before(device, parts).await?.ok_or(stranger)?
            }
            Err(other) => return Err(other),
        };
        Ok(Revocation { revoked })
    }

    /// The device whose revoked key signed this request.
    async fn revoked_before(&self, device: &str, parts: &Parts) -> Result<Option<DeviceName>, NotTaken> {
        let claim = Claim::read(&parts.headers)?;
        let (registry, name) = (self.registry.clone(), claim.device.clone());
        let keys = spawn_blocking(move || registry.revoked_keys(&name)).await??;
        let signed = SignedParts { method: &parts.method, path: parts.uri.path(), content_digest: None };
        let age = Age::RecentAt(now());
        if !keys.iter().any(|key| claim.verify(key, &signed, age).is_ok()) {
            return Ok(None);
        }
        is_of_path(&claim.device, device)?;
        Ok(Some(claim.device))
    }
}
