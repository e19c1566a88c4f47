//! The same content has the same bytes, and those are the documented ones.

use labrelay_bundle::{Bundle, BundleError, IndexError, Part};

use crate::made::{LINUX, about, bundle, key, library, parts, signed};

#[test]
fn what_is_packed_is_read_again() {
    let packed = bundle("1.4.0");
    let bytes = packed.to_bytes();
    let read = Bundle::read(&bytes).unwrap();
    assert!(read == packed && read.to_bytes() == bytes);
    assert_eq!(read.part(&library(LINUX)).unwrap().len(), 2000);
}

/// A change of these digests is a change of the format: bundles that are out there would no longer be read.
#[test]
fn the_same_content_has_these_bytes_for_ever() {
    let bundle = bundle("1.4.0");
    assert_eq!(bundle.index().digest().to_string(), GOLDEN_INDEX);
    assert_eq!(labrelay_bundle::sha256(&bundle.to_bytes()).to_string(), GOLDEN_FILE);
    let envelope = signed(&bundle, &key(7)).to_bytes();
    assert_eq!(labrelay_bundle::sha256(&envelope).to_string(), GOLDEN_ENVELOPE);
}

const GOLDEN_INDEX: &str = "fb836310834a7a635b2848a94bcee677eca205b37444c66ccd801fd8a407705d";
const GOLDEN_FILE: &str = "bee7c21eeab38bfe1a4091a19ed9cdf9b308882c733117ccda312801967171de";
const GOLDEN_ENVELOPE: &str = "02d9bb7dde6ce3763f353654cff08bf6d00531e51a455cb955b2d427c6e9bc7a";

#[test]
fn a_bundle_has_a_manifest_and_a_library() {
    for part in [vec![Part::Manifest], vec![library(LINUX), library(crate::made::WINDOWS)]] {
        let mut parts = parts();
        parts.retain(|path, _| !part.contains(path));
        let error = Bundle::new(about("1.4.0"), parts).err().unwrap();
        assert!(matches!(error, BundleError::Index(IndexError::Lacks(_))), "{error}");
    }
}

#[test]
fn a_plugin_that_could_not_read_its_own_state_is_no_bundle() {
    let about = labrelay_bundle::About { oldest_state_version: 4, ..about("1.4.0") };
    let error = Bundle::new(about, parts()).err().unwrap();
    assert_eq!(error, BundleError::Index(IndexError::StateOfNoUse(3)));
}
