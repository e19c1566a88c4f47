//! The uploader to the configured receiver, with this device's key.

use anyhow::Context as _;
use labrelay_gate::batch;
use labrelay_upload::signing::RequestSigner;
use labrelay_upload::{EnvelopeCheck, HttpsConfig, HttpsUploader, Timeouts};

use crate::config::{Config, read_text};
use crate::device::DeviceKeys;

/// Connects nothing yet: the first batch or question does.
pub(crate) fn uploader(config: &Config, keys: &DeviceKeys) -> anyhow::Result<HttpsUploader> {
    let receiver = &config.receiver;
    let ca_bundle = match &receiver.ca {
        Some(path) => Some(read_text(path).context("receiver.ca")?.into_bytes()),
        None => None,
    };
    let https = HttpsConfig {
        receiver: receiver
            .url
            .parse()
            .with_context(|| format!("receiver.url: {} is no URL", receiver.url))?,
        ca_bundle,
        proxy: None,
        timeouts: Timeouts::default(),
        envelope: ENVELOPE,
    };
    Ok(HttpsUploader::new(&https, signer(config, keys)?)?)
}

/// The second check of path and headers.
pub(crate) const ENVELOPE: EnvelopeCheck = |path, headers| {
    batch::check_envelope(path, headers.iter().copied()).map_err(|refusal| refusal.to_string())
};

/// Signs as this device.
pub(crate) fn signer(config: &Config, keys: &DeviceKeys) -> anyhow::Result<RequestSigner> {
    Ok(RequestSigner::from_seed(config.device.clone(), keys.seed())?)
}
