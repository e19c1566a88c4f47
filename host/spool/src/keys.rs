//! The storage key, and the data keys that it wraps. Keys never appear in `Debug`.

use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use labrelay_os::key_file::{self, KeyFileError};

/// Length of an AES-256 key in bytes.
const KEY_BYTES: usize = 32;
/// What a wrapped key is, so that no other sealed bytes can pass for one.
const WRAP_CONTEXT: &[u8] = b"labrelay spool v1 data key";

/// Why a key can't be had or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file that holds the storage key.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The file holds something else.
    #[error("the spool's key file holds {found} bytes instead of {KEY_BYTES}: put the original back")]
    Length {
        /// Its length.
        found: usize,
    },
    /// The cryptographic library refused, for want of random bytes or memory.
    #[error("the cryptographic library failed; restart, and report it if it happens again")]
    Library,
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        KeyError::Library
    }
}

/// The storage key: wraps the spool's data keys and encrypts nothing else.
pub struct SpoolKeys {
    storage: LessSafeKey,
}

impl SpoolKeys {
    /// From the 32 bytes that a key store holds.
    pub fn new(storage_key: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        Ok(Self { storage: aes_key(storage_key)? })
    }

    /// From the key file `path`; a missing one is made, with a random key and rights for its owner alone.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let bytes = key_file::read_or_create(path, || Ok::<_, KeyError>(random::<KEY_BYTES>()?.to_vec()))?;
        let key = bytes.as_slice().try_into().map_err(|_| KeyError::Length { found: bytes.len() })?;
        Self::new(key)
    }

    /// A new random data key: to use, and wrapped to be stored (random nonce, ciphertext, tag).
    pub(crate) fn new_data_key(&self, id: u32) -> Result<(LessSafeKey, Vec<u8>), KeyError> {
        let mut plain = random::<KEY_BYTES>()?;
        let key = aes_key(&plain)?;
        let nonce = random::<NONCE_LEN>()?;
        let aad = Aad::from(wrap_aad(id));
        let tag =
            self.storage.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut plain)?;
        Ok((key, [&nonce[..], &plain[..], tag.as_ref()].concat()))
    }

    /// The data key `id` from its wrapped form; `None` if it was altered or wrapped by another storage key.
    pub(crate) fn unwrap_data_key(&self, id: u32, wrapped: &[u8]) -> Option<LessSafeKey> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.storage.open_in_place(nonce, Aad::from(wrap_aad(id)), &mut sealed).ok()?;
        aes_key(plain).ok()
    }
}

impl std::fmt::Debug for SpoolKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpoolKeys(..)")
    }
}

/// `N` random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(bytes)
}

fn aes_key(bytes: &[u8]) -> Result<LessSafeKey, KeyError> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes)?))
}

fn wrap_aad(id: u32) -> Vec<u8> {
    [WRAP_CONTEXT, &id.to_be_bytes()].concat()
}
