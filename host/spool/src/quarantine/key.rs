//! The administrator's key, which opens messages. Never on the PC unless an administrator brings it there.

use std::io::Read as _;

use age::x25519::Identity;
use age::{DecryptError, Decryptor};
use labrelay_model::Redacted;

/// How a line of a key file begins that holds a key.
const KEY_MARK: &str = "AGE-SECRET-KEY-1";
/// How a file begins that is itself encrypted by age.
const SEALED_MARK: &str = "age-encryption.org/";

/// The identities of a key file as `age-keygen` writes it.
pub struct QuarantineKey(Vec<Identity>);

impl std::fmt::Debug for QuarantineKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QuarantineKey({} identities)", self.0.len())
    }
}

/// Why a key file can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It is locked by a passphrase.
    #[error("the key file is itself encrypted: open it first with `age --decrypt`")]
    Sealed,
    /// It holds none.
    #[error("the file holds no age identity: `age-keygen` writes one, on a line that begins {KEY_MARK}")]
    NoIdentity,
}

/// Why a message can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// Sealed to another recipient.
    #[error("it is sealed to another key: was the recipient of the configuration changed since?")]
    OtherKey,
    /// Altered or cut off.
    #[error("it is damaged")]
    Damaged,
}

impl QuarantineKey {
    /// Reads a key file: one key a line, `#` begins a remark.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        if text.starts_with(SEALED_MARK) {
            return Err(KeyFileError::Sealed);
        }
        let keys = text.lines().map(str::trim).filter(|line| line.starts_with(KEY_MARK));
        let identities: Vec<Identity> = keys.filter_map(|key| key.parse().ok()).collect();
        if identities.is_empty() { Err(KeyFileError::NoIdentity) } else { Ok(Self(identities)) }
    }

    /// Decrypts a message; gives its NDJSON.
    pub fn open(&self, message: &[u8]) -> Result<Redacted, UnsealError> {
        let decryptor = Decryptor::new(message).map_err(|_| UnsealError::Damaged)?;
        let identities = self.0.iter().map(|identity| identity as &dyn age::Identity);
        let mut reader = decryptor.decrypt(identities).map_err(|error| match error {
            DecryptError::NoMatchingKeys => UnsealError::OtherKey,
            _ => UnsealError::Damaged,
        })?;
        // It is shorter than the message: no growing, which would leave copies behind.
        let mut plain = Redacted(Vec::with_capacity(message.len()));
        reader.read_to_end(&mut plain.0).map_err(|_| UnsealError::Damaged)?;
        Ok(plain)
    }
}
