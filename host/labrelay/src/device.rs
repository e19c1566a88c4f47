//! This PC's secrets: the device key that signs, and what is derived from it. `labrelay device init`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use aws_lc_rs::hkdf;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use labrelay_os::key_file;

use crate::cli::DeviceCommand;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};

/// File of the Ed25519 seed within the state folder.
const KEY_FILE: &str = "keys/device.ed25519";

/// The device's signing key and the keys derived from its seed (HKDF-SHA256, one label each).
pub(crate) struct DeviceKeys {
    seed: [u8; 32],
}

impl DeviceKeys {
    /// Reads the key, or makes it at the first start.
    pub(crate) fn load_or_create(state: &Path) -> anyhow::Result<Self> {
        let path = state.join(KEY_FILE);
        let bytes = key_file::read_or_create(&path, new_seed).fail_as(Failure::State)?;
        Self::of(&path, &bytes)
    }

    /// Reads the key; `None` if there is none.
    pub(crate) fn load(state: &Path) -> anyhow::Result<Option<Self>> {
        let path = state.join(KEY_FILE);
        let bytes = key_file::read(&path).fail_as(Failure::State)?;
        bytes.map(|bytes| Self::of(&path, &bytes)).transpose()
    }

    fn of(path: &Path, bytes: &[u8]) -> anyhow::Result<Self> {
        let seed = bytes.try_into();
        let seed = seed.map_err(|_| anyhow!("{} holds no device key; restore it", path.display()));
        Ok(Self { seed: seed.fail_as(Failure::State)? })
    }

    /// The Ed25519 seed, for the uploader's signer.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The public key as the receiver's registry takes it: Base64 of 32 bytes.
    pub(crate) fn public_key(&self) -> anyhow::Result<String> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.seed)
            .map_err(|_| anyhow!("the device key can't be used; restore or delete {KEY_FILE}"))?;
        Ok(base64::Engine::encode(&base64::prelude::BASE64_STANDARD, pair.public_key().as_ref()))
    }

    /// Key of `row_id`.
    pub(crate) fn row_key(&self) -> anyhow::Result<[u8; 32]> {
        self.derive(b"labrelay row id v1")
    }

    /// Key of input identities.
    pub(crate) fn identity_key(&self) -> anyhow::Result<[u8; 32]> {
        self.derive(b"labrelay input identity v1")
    }

    fn derive(&self, label: &[u8]) -> anyhow::Result<[u8; 32]> {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(&self.seed);
        let mut key = [0; 32];
        secret
            .expand(&[label], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .map_err(|_| anyhow!("can't derive a key from the device key"))?;
        Ok(key)
    }
}

fn new_seed() -> anyhow::Result<Vec<u8>> {
    let mut seed = vec![0; 32];
    aws_lc_rs::rand::fill(&mut seed).map_err(|_| anyhow!("the system gives no random bytes"))?;
    Ok(seed)
}

/// Runs `labrelay device …`.
#[allow(clippy::print_stdout)]
pub(crate) fn device(command: &DeviceCommand) -> anyhow::Result<ExitCode> {
    let DeviceCommand::Init(args) = command;
    let config = Config::read(&args.config).fail_as(Failure::Configuration)?;
    println!("{}", DeviceKeys::load_or_create(&config.state)?.public_key()?);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_its_own_key_and_a_restart_has_the_same() {
        let state = tempfile::tempdir().unwrap();
        let keys = DeviceKeys::load_or_create(state.path()).unwrap();
        let again = DeviceKeys::load_or_create(state.path()).unwrap();
        assert_eq!(keys.public_key().unwrap(), again.public_key().unwrap());
        assert_eq!(keys.row_key().unwrap(), again.row_key().unwrap());
        assert_ne!(keys.row_key().unwrap(), keys.identity_key().unwrap());
        assert_ne!(&keys.row_key().unwrap(), keys.seed());
    }
}
