//! Ed25519 keys of those who sign bundles (RFC 8032), by aws-lc. Where a key is kept is the program's matter.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::index::sha256;

/// Bytes of a public key.
const PUBLIC_BYTES: usize = 32;
/// Bytes of a key's id: enough that nobody finds two keys with one id by chance. A signature is never believed by an id alone.
const ID_BYTES: usize = 16;

/// Why a key can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the bytes of a secret key.
    #[error("this is no signing key: it should be the 32 bytes that `labrelay plugin key new` wrote")]
    NoSecret,
    /// Not the text of a public key.
    #[error("not an Ed25519 public key: 32 bytes in base64, as `labrelay plugin key show` prints it")]
    NoPublic,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes, so no key can be made")]
    NoRandomness,
}

/// The half of a key that signs. Has no `Debug`, so that it is printed by no accident.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// The seed of a new key.
    pub fn new_seed() -> Result<[u8; 32], KeyError> {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| KeyError::NoRandomness)?;
        Ok(seed)
    }

    /// The key of this seed.
    pub fn from_seed(seed: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::NoSecret)?;
        Ok(Self { pair })
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; PUBLIC_BYTES];
        bytes.iter_mut().zip(self.pair.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(bytes)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// The half of a key that a site knows. Written as base64 of its 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; PUBLIC_BYTES]);

impl PublicKey {
    /// Its id.
    pub fn id(&self) -> KeyId {
        let digest = sha256(&self.0);
        let mut id = [0; ID_BYTES];
        id.iter_mut().zip(digest.0).for_each(|(to, from)| *to = from);
        KeyId(id.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(KeyError::NoPublic)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// By what a key is found: the first 16 bytes of the SHA-256 of the public key, as hex digits. In a signature it is a hint of
/// whoever signed, so it is only ever compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// What a signature gives as its key's id, if it looks like one: it is shown to people.
    pub(crate) fn claimed(text: &str) -> Option<Self> {
        let is_id =
            text.len() == 2 * ID_BYTES && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn keys_and_signatures_are_those_of_the_rfc() {
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = SigningKey::from_seed(&seed).unwrap();
        assert_eq!(
            key.public().0.to_vec(),
            hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        );
        let signature = hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.sign(&[0x72]), signature);
        assert!(
            key.public().has_signed(&[0x72], &signature) && !key.public().has_signed(&[0x73], &signature)
        );
    }

    #[test]
    fn a_public_key_is_read_as_it_is_written_and_nothing_else_is_one() {
        let key = SigningKey::from_seed(&[7; 32]).unwrap().public();
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!("c2hvcnQ=".parse::<PublicKey>(), Err(KeyError::NoPublic));
        assert_eq!(KeyId::claimed(&key.id().to_string()), Some(key.id()));
        assert_eq!(KeyId::claimed("\u{1b}[2J"), None);
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }
}
