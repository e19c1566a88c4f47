//! The receiver's keys for sites without a network: one opens their exports, one signs the receipts.
//!
//! One file in the receiver's data folder, for its account alone. Lost, exports that are on their way can't be opened; the
//! sites still have what they hold, and export it anew for the new key.

use std::io::Write as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::export::{ExportReceipt, RECEIPT_CONTEXT};

/// Why the keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file.
    #[error("the key file {} can't be read or made", .path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is there and is not what was written.
    #[error("{}: not a key file of `labrelay-receiver keys`; restore it", .0.display())]
    Malformed(std::path::PathBuf),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// Both keys.
pub struct OfflineKeys {
    identity: Identity,
    receipts: Ed25519KeyPair,
}

impl OfflineKeys {
    /// Reads the key file; makes it if there is none.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| KeyError::Malformed(path.to_owned())),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                rand::fill(&mut seed).map_err(|_| KeyError::Random)?;
                let identity = Identity::generate();
                let text = format!("{}\n{}\n", identity.to_string().expose_secret(), STANDARD.encode(seed));
                let mut file = labrelay_os::private::create_new(path).map_err(failed)?;
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
                Self::parse(&text).ok_or_else(|| KeyError::Malformed(path.to_owned()))
            }
            Err(source) => Err(failed(source)),
        }
    }

    /// An age identity, and an Ed25519 seed in base64.
    fn parse(text: &str) -> Option<Self> {
        let (identity, seed) = text.trim_end().split_once('\n')?;
        let receipts = Ed25519KeyPair::from_seed_unchecked(&STANDARD.decode(seed).ok()?).ok()?;
        Some(Self { identity: identity.parse().ok()?, receipts })
    }

    /// Opens exports.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What a site puts into its configuration: for whom exports are sealed.
    pub fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    /// The same: who signs receipts.
    pub fn receipt_key(&self) -> String {
        STANDARD.encode(self.receipts.public_key())
    }

    /// The receipt as a file (`labrelay_model::export`).
    pub fn sign(&self, receipt: &ExportReceipt) -> Result<String, serde_json::Error> {
        let payload = serde_json::to_string(receipt)?;
        let signature = self.receipts.sign(&[RECEIPT_CONTEXT, payload.as_bytes()].concat());
        Ok(format!("{payload}\n{}\n", STANDARD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_for_the_receiver_alone_and_a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("offline.key");
        let made = OfflineKeys::load_or_create(&path).unwrap();
        let again = OfflineKeys::load_or_create(&path).unwrap();
        assert_eq!((made.recipient(), made.receipt_key()), (again.recipient(), again.receipt_key()));
        labrelay_os::private::check_file(&path, &std::fs::File::open(&path).unwrap()).unwrap();
        std::fs::write(&path, "something else").unwrap();
        assert!(matches!(OfflineKeys::load_or_create(&path), Err(KeyError::Malformed(_))));
    }
}
