//! A plugin that dies, or hangs, on one file: after three deaths the file is set aside, and all others go through.

use std::time::Duration;

use labrelay_tests::site::{Family, Site, library, repository, wait_until};

use crate::put_good;

/// A hanging plugin is given 10 s each time, four times, with growing pauses in between.
const FOUR_HANGS: Duration = Duration::from_secs(240);

/// A site with a third plugin, which does what the first line of a file says.
fn site_with_a_moody_plugin() -> Site {
    let mut site = Site::new();
    let manifest = repository().join("tests/hostile/moody/manifest.yaml");
    site.host.add_plugin("moody", &library("labrelay_hostile_moody"), &manifest);
    let family = Family { settings: "{lanes: 1}".into(), ..Family::new("moody", "script") };
    site.host.config.families.push(family);
    site.start();
    site
}

/// One of three files of the moody plugin has this command; the others are well-behaved.
fn one_bad_file(command: &str) {
    let site = site_with_a_moody_plugin();
    site.write("moody", "1.txt", b"lines\none\ntwo\n");
    site.write("moody", "2.txt", command.as_bytes());
    site.write("moody", "3.txt", b"lines\nthree\n");
    put_good(&site, "navios", "good.lmd");
    site.host.wait_for("the other family delivers", |status| status.count("navios", "accepted", None) == 1);
    let status = wait_until("the bad file is set aside, the others are read", FOUR_HANGS, || {
        let status = site.host.status();
        (status.count("moody", "dropped", Some("crashes_plugin")) == 1 && status.units() == 5)
            .then_some(status)
    });
    assert_eq!(status.count("moody", "accepted", None), 3, "three lines, each a unit");
    assert_eq!(status.trouble("navios"), "");
    let log = site.host.log();
    assert!(log.contains("set aside"), "{log}");
    assert!(!log.contains("ANNA MILLER"), "what a plugin says in its panic stays");
}

#[test]
fn a_panic() {
    one_bad_file("panic\nANNA MILLER");
}

#[test]
fn an_abort() {
    one_bad_file("abort\n");
}

#[test]
fn a_hang() {
    one_bad_file("hang\n");
}

#[test]
fn a_cursor_that_never_moves_is_told_and_its_file_is_set_aside() {
    let site = site_with_a_moody_plugin();
    site.write("moody", "1.txt", b"replay\n");
    site.write("moody", "2.txt", b"lines\none\n");
    site.host.wait_for("the file is set aside, the other one is read", |status| {
        status.count("moody", "dropped", Some("crashes_plugin")) == 1
            && status.count("moody", "accepted", None) == 1
    });
    // What it gave at first was committed; from then on it gave the same.
    assert_eq!(site.host.status().count("moody", "dropped", Some("other_family")), 1);
    assert!(site.host.log().contains("gives units again that are committed"), "{}", site.host.log());
}

/// Ways to die, or to be killed by the sandbox, that the three above do not cover.
const OTHER_WAYS: [&str; 6] = ["exit", "segfault", "overflow", "balloon", "threads", "connect"];

#[test]
fn every_other_way_to_die_beside_a_family_that_keeps_delivering() {
    let site = site_with_a_moody_plugin();
    for (number, way) in OTHER_WAYS.iter().enumerate() {
        site.write("moody", &format!("{number}.txt"), format!("{way}\n").as_bytes());
    }
    site.write("moody", "9.txt", b"lines\nthe last\n");
    let mut good = 0;
    let status = wait_until("all bad files are set aside, and the good one is read", FOUR_HANGS, || {
        good += 1;
        put_good(&site, "navios", &format!("{good}.lmd"));
        site.host
            .wait_for("the neighbour delivers", |status| status.count("navios", "accepted", None) == good);
        let status = site.host.status();
        let dropped = status.count("moody", "dropped", Some("crashes_plugin"));
        let all = dropped == OTHER_WAYS.len() as u64 && status.count("moody", "accepted", None) == 1;
        all.then_some(status)
    });
    assert!(good > 2, "the neighbour was seen to deliver meanwhile");
    assert_eq!(status.trouble("navios"), "");
}
