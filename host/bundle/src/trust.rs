//! Whom a site believes: the keys and for which families, revoked bundles, and the lowest version of each family.
//!
//! Judges a signed index. Where the list is kept, and that nobody but an administrator writes it, is the program's matter.

use std::collections::{BTreeMap, BTreeSet};

use labrelay_model::{Digest, FamilyName};
use serde::Deserialize;

use crate::{Envelope, Index, KeyId, PluginVersion, PublicKey};

/// A site's list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// Version of the list's format: 1.
    pub trust: u32,
    /// Keys that are believed.
    #[serde(default)]
    pub keys: Vec<TrustedKey>,
    /// Bundles that are not, whoever signed them, by [`Index::digest`].
    #[serde(default)]
    pub revoked: BTreeSet<Digest>,
    /// Lowest version of a family's plugin: a bundle may be rightly signed and still have an old mistake.
    #[serde(default)]
    pub lowest: BTreeMap<FamilyName, PluginVersion>,
}

/// A key that is believed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// Whose it is, for people.
    pub name: String,
    /// The key.
    pub public_key: PublicKey,
    /// Families that it may sign for.
    pub families: Vec<FamilyName>,
}

/// Who vouches for a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The key's name in the list.
    pub name: String,
    /// The key's id.
    pub key: KeyId,
}

/// Why a bundle is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The signature is of something else.
    #[error(
        "the signature beside it is of another bundle (or the index was altered); get both again from the maker"
    )]
    OtherBundle,
    /// No signature at all.
    #[error("nobody has signed it; have its maker sign it with `labrelay plugin sign`")]
    Unsigned,
    /// Signed by strangers.
    #[error(
        "it is signed by no key of the site's list (the signatures claim: {claimed}); if the maker confirms such a key, an administrator adds it to the list"
    )]
    NoKnownKey {
        /// Ids that the signers claim.
        claimed: String,
    },
    /// A known key is claimed, and its signature is wrong.
    #[error(
        "the signature of {name} ({key}) is wrong: bundle or signature was altered or damaged; get both again from the maker"
    )]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Its id.
        key: KeyId,
    },
    /// A known key that may not sign for this family.
    #[error("the key {name} ({key}) signed it, which the site's list does not allow to sign for {family}")]
    OtherFamily {
        /// Name of the key.
        name: String,
        /// Its id.
        key: KeyId,
        /// The bundle's family.
        family: FamilyName,
    },
    /// Revoked.
    #[error("the site's list revokes this bundle ({0}); install another version")]
    Revoked(Digest),
    /// Too old.
    #[error("the site's list asks for version {lowest} of {family} at least, and this is {version}")]
    TooOld {
        /// The family.
        family: FamilyName,
        /// Version of the bundle.
        version: PluginVersion,
        /// The lowest allowed.
        lowest: PluginVersion,
    },
}

impl TrustList {
    /// Whether this site believes a bundle with this index and the signature beside it, and by whom.
    pub fn judge(&self, index: &Index, envelope: &Envelope) -> Result<Trusted, Distrust> {
        let digest = index.digest();
        if envelope.digest() != digest {
            return Err(Distrust::OtherBundle);
        }
        let signers = self.signers(envelope)?;
        let may_sign = |signer: &&&TrustedKey| signer.families.contains(index.family());
        let Some(signer) = signers.iter().find(may_sign) else {
            let signer = signers.first().ok_or(Distrust::Unsigned)?;
            let (name, key) = (signer.name.clone(), signer.public_key.id());
            return Err(Distrust::OtherFamily { name, key, family: index.family().clone() });
        };
        if self.revoked.contains(&digest) {
            return Err(Distrust::Revoked(digest));
        }
        if let Some(lowest) =
            self.lowest.get(index.family()).filter(|lowest| index.plugin_version() < *lowest)
        {
            let (version, lowest) = (index.plugin_version().clone(), lowest.clone());
            return Err(Distrust::TooOld { family: index.family().clone(), version, lowest });
        }
        Ok(Trusted { name: signer.name.clone(), key: signer.public_key.id() })
    }

    /// Keys of the list that have signed: at least one.
    fn signers(&self, envelope: &Envelope) -> Result<Vec<&TrustedKey>, Distrust> {
        let signers: Vec<&TrustedKey> =
            self.keys.iter().filter(|known| envelope.is_signed_by(&known.public_key)).collect();
        if !signers.is_empty() {
            return Ok(signers);
        }
        if !envelope.has_signatures() {
            return Err(Distrust::Unsigned);
        }
        let claimed: Vec<&KeyId> = envelope.claimed_keys().collect();
        let forged = self.keys.iter().find(|known| claimed.contains(&&known.public_key.id()));
        if let Some(known) = forged {
            return Err(Distrust::BadSignature { name: known.name.clone(), key: known.public_key.id() });
        }
        let claimed: Vec<String> = claimed.into_iter().map(ToString::to_string).collect();
        let claimed = if claimed.is_empty() { "no key".to_owned() } else { claimed.join(", ") };
        Err(Distrust::NoKnownKey { claimed })
    }
}
