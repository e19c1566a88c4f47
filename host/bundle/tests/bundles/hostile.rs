//! Bundles that were altered, damaged or made to do harm: every one is refused with its reason, none panics.

use labrelay_bundle::{Bundle, BundleError, Distrust, Envelope, EnvelopeError, Index, IndexError, Part};
use proptest::prelude::*;

use crate::made::{LINUX, bundle, key, library, list, signed};

/// Where in the file the content of this text begins.
fn position(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

fn refused(bytes: &[u8]) -> BundleError {
    Bundle::read(bytes).err().expect("an altered bundle was taken")
}

#[test]
fn an_altered_library_is_named() {
    let bundle = bundle("1.4.0");
    let mut bytes = bundle.to_bytes();
    let at = position(&bytes, bundle.part(&library(LINUX)).unwrap());
    bytes[at + 1000] ^= 1;
    assert_eq!(refused(&bytes), BundleError::Altered(library(LINUX)));
}

#[test]
fn an_altered_manifest_is_named() {
    let mut bytes = bundle("1.4.0").to_bytes();
    let at = position(&bytes, b"manifest: 1\n");
    bytes[at] ^= 0x20;
    assert_eq!(refused(&bytes), BundleError::Altered(Part::Manifest));
}

#[test]
fn an_index_that_was_altered_to_fit_an_altered_library_is_not_the_signed_one() {
    let original = bundle("1.4.0");
    let mut parts = crate::made::parts();
    parts.insert(library(LINUX), b"malicious".to_vec());
    let altered = Bundle::new(crate::made::about("1.4.0"), parts).unwrap();
    let read = Bundle::read(&altered.to_bytes()).unwrap();
    let judged = list(&key(7)).judge(read.index(), &signed(&original, &key(7)));
    assert_eq!(judged, Err(Distrust::OtherBundle));
}

#[test]
fn every_altered_byte_of_a_bundle_is_found() {
    let bytes = bundle("1.4.0").to_bytes();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x10;
        let read = Bundle::read(&altered);
        // A version in the index may become another version: such a bundle is well formed, and is not the signed one.
        if let Ok(read) = read {
            let original = bundle("1.4.0");
            let judged = list(&key(7)).judge(read.index(), &signed(&original, &key(7)));
            assert_eq!(judged, Err(Distrust::OtherBundle), "byte {at}");
        }
    }
}

#[test]
fn every_altered_byte_of_a_signature_leaves_no_other_bundle_believed() {
    let bundle = bundle("1.4.0");
    let bytes = signed(&bundle, &key(7)).to_bytes();
    let list = list(&key(7));
    let mut wrong = 0;
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let Ok(envelope) = Envelope::parse(&altered) else { continue };
        match list.judge(bundle.index(), &envelope) {
            // The hint was altered, or JSON's white space: the signature itself still is one.
            Ok(trusted) => assert_eq!(trusted.key, key(7).public().id()),
            Err(Distrust::BadSignature { .. }) => wrong += 1,
            Err(Distrust::OtherBundle) => {}
            Err(other) => panic!("byte {at}: {other}"),
        }
    }
    assert!(wrong > 60, "a signature has 88 characters, and {wrong} of them mattered");
}

#[test]
fn a_bundle_that_is_cut_or_goes_on_is_none() {
    let bytes = bundle("1.4.0").to_bytes();
    for length in (0..bytes.len()).step_by(100) {
        assert!(Bundle::read(&bytes[..length]).is_err(), "{length}");
    }
    let longer = [bytes.as_slice(), b"more"].concat();
    assert_eq!(refused(&longer), BundleError::NotCanonical);
    let longer = [bytes.as_slice(), &[0; 512]].concat();
    assert_eq!(refused(&longer), BundleError::NotCanonical);
}

/// An archive of these entries behind the index of a good bundle.
fn archive(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let index = bundle("1.4.0").index().to_bytes();
    let mut builder = tar::Builder::new(Vec::new());
    let first = [("bundle.json", tar::EntryType::Regular, index.as_slice())];
    for (name, kind, content) in first.iter().chain(entries) {
        let mut header = tar::Header::new_ustar();
        // Not `set_path`, which refuses what a hostile archive would have.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(*kind);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn paths_out_of_the_folder_and_files_of_other_kinds_are_refused() {
    use tar::EntryType;
    for name in ["../../etc/cron.d/x", "/etc/passwd", "platforms/../manifest.yaml", "notes.txt"] {
        let bytes = archive(&[(name, EntryType::Regular, b"x")]);
        assert_eq!(refused(&bytes), BundleError::Strange(2), "{name}");
    }
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Directory, EntryType::Fifo, EntryType::Char]
    {
        let bytes = archive(&[("manifest.yaml", kind, b"")]);
        assert_eq!(refused(&bytes), BundleError::Strange(2), "{kind:?}");
    }
    for kind in [EntryType::GNULongName, EntryType::XHeader, EntryType::GNUSparse] {
        let bytes = archive(&[("manifest.yaml", kind, b"19 path=../../x\n")]);
        assert!(matches!(refused(&bytes), BundleError::Strange(2)), "{kind:?}");
    }
}

#[test]
fn a_size_that_is_not_there_costs_no_memory() {
    let mut bytes = bundle("1.4.0").to_bytes();
    let mut header = tar::Header::from_byte_slice(&bytes[..512]).clone();
    header.set_size(u64::MAX / 2);
    header.set_cksum();
    bytes[..512].copy_from_slice(header.as_bytes());
    assert_eq!(refused(&bytes), BundleError::NoArchive);
}

#[test]
fn an_archive_of_very_many_files_is_left_alone() {
    let entries = vec![("manifest.yaml", tar::EntryType::Regular, b"".as_slice()); 1000];
    assert_eq!(refused(&archive(&entries)), BundleError::TooMany(17), "the index and 16 files");
}

#[test]
fn an_index_has_one_form_and_one_format() {
    let bytes = bundle("1.4.0").index().to_bytes();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(Index::parse(&bytes).is_ok());
    let other = |from: &str, to: &str| Index::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err();
    assert_eq!(other("\n}", " \n}"), IndexError::NotCanonical);
    assert_eq!(other("\"format\": 1", "\"format\": 2"), IndexError::OtherFormat(2));
    assert!(matches!(other("\"family\"", "\"color\""), IndexError::Unreadable { .. }));
    assert!(matches!(other("manifest.yaml", "../manifest.yaml"), IndexError::Unreadable { .. }));
}

#[test]
fn an_envelope_of_another_type_is_not_taken_for_one_of_ours() {
    let envelope = signed(&bundle("1.4.0"), &key(7)).to_bytes();
    let text = String::from_utf8(envelope).unwrap().replacen("bundle-index.v1", "device-list.v1", 1);
    assert_eq!(Envelope::parse(text.as_bytes()), Err(EnvelopeError::OtherType));
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        prop_assert!(Bundle::read(&bytes).is_err());
        prop_assert!(Envelope::parse(&bytes).is_err());
        prop_assert!(Index::parse(&bytes).is_err());
    }

    /// Spans of a good bundle moved, doubled and overwritten: what the reader of archives is likeliest to stumble on.
    #[test]
    fn any_rearranged_bundle_is_refused_without_a_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1..1024_usize), 1..6),
    ) {
        let original = bundle("1.4.0").to_bytes();
        let mut bytes = original.clone();
        for (from, to, length) in edits {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let length = length.min(bytes.len() - from).min(bytes.len() - to);
            bytes.copy_within(from..from + length, to);
        }
        prop_assert_eq!(Bundle::read(&bytes).is_ok(), bytes == original);
    }
}
