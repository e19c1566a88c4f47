//! What the commands say of a bundle, in words and in exit codes.

use labrelay_tests::site::text_of;

use crate::lab::{FAMILY, Lab, first, labrelay, next};

#[test]
fn the_same_files_give_the_same_bundle() {
    let lab = Lab::new();
    let (one, other) = (lab.pack(&first(), "one.lrbundle"), lab.pack(&first(), "other.lrbundle"));
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap());
}

#[test]
fn inspect_tells_what_a_bundle_holds_and_whether_it_is_trusted_here() {
    let lab = Lab::new();
    let bundle = lab.signed(&next(), "next.lrbundle");
    let bundle = bundle.to_str().unwrap();
    let here = text_of(&lab.site.host.run(&["plugin", "inspect", bundle]));
    for words in [
        "family     made_up",
        "version    0.2.0",
        "platforms/",
        "manifest   Made-up instrument (1.1.0)",
        "stream     event: ",
        "trust      yes: signed by The author",
    ] {
        assert!(here.contains(words), "{words}: {here}");
    }
    let elsewhere = text_of(&labrelay(&["plugin", "inspect", bundle]));
    assert!(elsewhere.contains("trust      NO: it is signed by no key"), "{elsewhere}");
}

#[test]
fn verify_says_yes_or_no_by_its_exit_code() {
    let lab = Lab::new();
    let bundle = lab.signed(&first(), "first.lrbundle");
    let bundle = bundle.to_str().unwrap();
    assert_eq!(lab.site.host.run(&["plugin", "verify", bundle]).status.code(), Some(0));
    let by = |key: &str| labrelay(&["plugin", "verify", bundle, "--public-key", &lab.key(key)]).status.code();
    assert_eq!((by("author"), by("stranger")), (Some(0), Some(1)));
    std::fs::write(bundle, "no bundle").unwrap();
    assert_eq!(lab.site.host.run(&["plugin", "verify", bundle]).status.code(), Some(1));
}

#[test]
fn list_shows_every_version_and_which_runs() {
    let lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.install(&next(), "next.lrbundle");
    let list = text_of(&lab.site.host.run(&["plugin", "list"]));
    assert!(list.contains("* 0.2.0  signed by The author") && list.contains("  0.1.0  signed by"), "{list}");
    assert!(lab.site.host.run(&["plugin", "rollback", FAMILY]).status.success());
    let list = text_of(&lab.site.host.run(&["plugin", "list"]));
    assert!(list.contains("* 0.1.0  signed by The author"), "{list}");
    assert!(lab.site.host.run(&["plugin", "rollback", FAMILY]).status.success());
    assert_eq!(
        lab.site.host.run(&["plugin", "rollback", FAMILY]).status.code(),
        Some(1),
        "nothing before it"
    );
}

#[test]
fn another_content_under_an_installed_version_is_refused_and_the_same_again_is_not() {
    let lab = Lab::new();
    let bundle = lab.install(&first(), "first.lrbundle");
    let again = lab.site.host.run(&["plugin", "install", bundle.to_str().unwrap()]);
    assert!(again.status.success(), "{}", text_of(&again));
    let other = lab.signed(&first().with_readme(), "other.lrbundle");
    let refused = lab.site.host.run(&["plugin", "install", other.to_str().unwrap()]);
    let said = text_of(&refused);
    assert!(
        refused.status.code() == Some(5) && said.contains("another bundle of made_up 0.1.0 is installed"),
        "{said}"
    );
}

#[test]
fn what_a_power_cut_left_half_unpacked_is_no_version_and_stands_in_nobody_s_way() {
    let lab = Lab::new();
    let half = lab.site.host.plugins().join(FAMILY).join("0.1.0.new");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("plugin.so"), "half").unwrap();
    assert!(!text_of(&lab.site.host.run(&["plugin", "list"])).contains("0.1.0"));
    lab.install(&first(), "first.lrbundle");
    assert!(!half.exists());
    assert!(text_of(&lab.site.host.run(&["plugin", "list"])).contains("* 0.1.0  signed by The author"));
}
