//! Plugin bundles: one file with exactly one form, its signature in a file beside it, and whether a site trusts the two.
//!
//! Works on bytes: opens no file, loads no plugin, and reads no manifest (it only compares digests). `docs/bundles.md` describes
//! the formats.

mod bundle;
mod container;
mod envelope;
mod index;
mod key;
mod part;
mod platform;
mod trust;
mod version;

pub use bundle::{Bundle, BundleError, MAX_BUNDLE_BYTES};
pub use envelope::{Envelope, EnvelopeError, MAX_ENVELOPE_BYTES};
pub use index::{About, Index, IndexError, IndexedPart, MAX_INDEX_BYTES, sha256};
pub use key::{KeyError, KeyId, PublicKey, SigningKey};
pub use part::{Part, UnknownPart};
pub use platform::{Platform, UnknownPlatform};
pub use trust::{Distrust, TrustList, Trusted, TrustedKey};
pub use version::{PluginVersion, VersionError};
