//! Whom a site believes.

use labrelay_bundle::{Distrust, Envelope, TrustList};

use crate::made::{bundle, key, list, signed};

#[test]
fn a_bundle_is_believed_by_a_listed_key() {
    let bundle = bundle("1.4.0");
    let trusted = list(&key(7)).judge(bundle.index(), &signed(&bundle, &key(7))).unwrap();
    assert_eq!(trusted.key, key(7).public().id());
}

#[test]
fn one_listed_signer_among_others_is_enough() {
    let bundle = bundle("1.4.0");
    let mut envelope = signed(&bundle, &key(1));
    envelope.sign(&key(7)).unwrap();
    let read = Envelope::parse(&envelope.to_bytes()).unwrap();
    assert!(list(&key(7)).judge(bundle.index(), &read).is_ok());
}

#[test]
fn a_stranger_s_bundle_is_refused_and_the_claimed_key_is_named() {
    let bundle = bundle("1.4.0");
    let error = list(&key(7)).judge(bundle.index(), &signed(&bundle, &key(8))).unwrap_err();
    assert_eq!(error, Distrust::NoKnownKey { claimed: key(8).public().id().to_string() });
    let nobody = TrustList { trust: 1, ..TrustList::default() };
    assert!(matches!(
        nobody.judge(bundle.index(), &signed(&bundle, &key(7))),
        Err(Distrust::NoKnownKey { .. })
    ));
}

#[test]
fn an_envelope_without_signatures_signs_nothing() {
    let bundle = bundle("1.4.0");
    let error = list(&key(7)).judge(bundle.index(), &Envelope::unsigned(bundle.index())).unwrap_err();
    assert_eq!(error, Distrust::Unsigned);
}

#[test]
fn a_key_signs_for_its_own_families_alone() {
    let bundle = bundle("1.4.0");
    let mut list = list(&key(7));
    list.keys[0].families = vec!["navios".parse().unwrap()];
    let error = list.judge(bundle.index(), &signed(&bundle, &key(7))).unwrap_err();
    assert!(matches!(error, Distrust::OtherFamily { .. }), "{error}");
}

#[test]
fn the_signature_of_one_version_is_none_of_another() {
    let (old, new) = (bundle("1.3.0"), bundle("1.4.0"));
    assert_eq!(list(&key(7)).judge(new.index(), &signed(&old, &key(7))), Err(Distrust::OtherBundle));
}

#[test]
fn a_revoked_bundle_is_refused_although_it_is_signed() {
    let bundle = bundle("1.4.0");
    let mut list = list(&key(7));
    list.revoked.insert(bundle.index().digest());
    let error = list.judge(bundle.index(), &signed(&bundle, &key(7))).unwrap_err();
    assert_eq!(error, Distrust::Revoked(bundle.index().digest()));
}

#[test]
fn a_version_below_the_lowest_is_refused_and_the_lowest_itself_is_not() {
    let mut list = list(&key(7));
    list.lowest.insert("made_up".parse().unwrap(), "1.10.0".parse().unwrap());
    for (version, is_believed) in [("1.9.9", false), ("1.10.0", true), ("2.0.0", true)] {
        let bundle = bundle(version);
        let judged = list.judge(bundle.index(), &signed(&bundle, &key(7)));
        assert_eq!(judged.is_ok(), is_believed, "{version}");
    }
}
