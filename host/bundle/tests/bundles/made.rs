//! A small bundle, and keys that sign it.

use std::collections::BTreeMap;

use labrelay_bundle::{About, Bundle, Envelope, Part, SigningKey, TrustList, TrustedKey};

pub(crate) const LINUX: &str = "x86_64-unknown-linux-gnu";
pub(crate) const WINDOWS: &str = "x86_64-pc-windows-gnu";

pub(crate) fn about(version: &str) -> About {
    About {
        family: "made_up".parse().unwrap(),
        plugin_version: version.parse().unwrap(),
        sdk_version: "0.1.0".parse().unwrap(),
        state_version: 3,
        oldest_state_version: 2,
    }
}

pub(crate) fn library(platform: &str) -> Part {
    Part::Library(platform.parse().unwrap())
}

pub(crate) fn parts() -> BTreeMap<Part, Vec<u8>> {
    BTreeMap::from([
        (Part::Manifest, b"manifest: 1\n".to_vec()),
        (Part::Readme, b"# Made up\n".to_vec()),
        (Part::License, b"MIT\n".to_vec()),
        (library(LINUX), (0..2000_u32).map(|n| n as u8).collect()),
        (library(WINDOWS), vec![0x4d; 700]),
    ])
}

pub(crate) fn bundle(version: &str) -> Bundle {
    Bundle::new(about(version), parts()).unwrap()
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32]).unwrap()
}

pub(crate) fn signed(bundle: &Bundle, key: &SigningKey) -> Envelope {
    let mut envelope = Envelope::unsigned(bundle.index());
    envelope.sign(key).unwrap();
    envelope
}

/// A list that believes this key for the made-up family.
pub(crate) fn list(key: &SigningKey) -> TrustList {
    let families = vec!["made_up".parse().unwrap()];
    let known = TrustedKey { name: "Made-up instruments".into(), public_key: key.public(), families };
    TrustList { trust: 1, keys: vec![known], ..TrustList::default() }
}
