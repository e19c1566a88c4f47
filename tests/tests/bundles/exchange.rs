//! One version in the place of another while the service runs, in both directions, and where it is refused.

use std::collections::BTreeSet;

use labrelay_tests::site::{SERIAL, Status};

use crate::lab::{FAMILY, FIRST, Lab, NEXT, first, next};

#[test]
fn a_running_service_takes_over_a_new_version_and_every_record_arrives_once() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    let pid = lab.site.host.pid();
    lab.wait_for_version(FIRST);
    (0..5).for_each(|file| lab.write_pumps(&format!("{file}.log"), file, 20));
    lab.site.wait_for_units(20);
    (5..10).for_each(|file| lab.write_pumps(&format!("{file}.log"), file, 20));
    lab.install(&next(), "next.lrbundle"); // while some of it is read, and some waits
    lab.wait_for_version(NEXT);
    for file in 10..20 {
        lab.write_pumps(&format!("{file}.log"), file, 20);
    }
    let opened = format!("2026-03-01T11:00:00Z {SERIAL} door opened\n");
    lab.site.write(FAMILY, "door.log", opened.as_bytes());
    let status = lab.site.wait_for_units(401);

    assert_eq!(status.count(FAMILY, "accepted", None), 401, "the new manifest's event is known as well");
    assert_eq!((lab.site.host.pid(), status.trouble(FAMILY)), (pid, ""), "nothing was restarted");
    let sent = lab.site.host.sent();
    let rows: BTreeSet<&str> = sent.iter().map(|row| row.row_id.as_str()).collect();
    assert_eq!((sent.len(), rows.len(), lab.site.receiver.rows()), (401, 401, 401));
    let (by_first, by_next) = (lab.sent_by(FIRST), lab.sent_by(NEXT));
    assert!(by_first >= 20 && by_next >= 201 && by_first + by_next == 401, "{by_first} and {by_next}");
    assert!(lab.site.host.log().contains("was exchanged without a restart"));
    let audit = std::fs::read_to_string(lab.site.host.config.state.join("audit.log")).unwrap();
    assert!(audit.contains("run made_up 0.2.0: signed by The author"), "{audit}");
}

#[test]
fn a_version_that_has_read_nothing_yet_is_rolled_back_without_a_restart() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    lab.write_pumps("1.log", 0, 20);
    lab.site.wait_for_units(20);
    lab.install(&next(), "next.lrbundle");
    lab.wait_for_version(NEXT);
    assert!(lab.site.host.run(&["plugin", "rollback", FAMILY]).status.success());
    lab.wait_for_version(FIRST);
    lab.write_pumps("2.log", 1, 20);
    lab.site.wait_for_units(40);
    assert_eq!((lab.sent_by(FIRST), lab.sent_by(NEXT)), (40, 0));
}

#[test]
fn a_rollback_that_can_not_read_the_newer_state_is_refused_and_the_newer_version_runs_on() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    lab.install(&next(), "next.lrbundle");
    lab.wait_for_version(NEXT);
    lab.write_pumps("1.log", 0, 20);
    lab.site.wait_for_units(20);
    assert!(lab.site.host.run(&["plugin", "rollback", FAMILY]).status.success());
    lab.wait_for_event("the plugin can't read its saved state of version 2");
    lab.write_pumps("2.log", 1, 20);
    lab.site.wait_for_units(40);
    assert_eq!((lab.sent_by(FIRST), lab.sent_by(NEXT)), (0, 40));

    let refused = |status: &Status| {
        let said = status.0["families"][FAMILY]["plugin"]["refused"].as_str().unwrap_or_default();
        said.contains("version 0.1.0") && said.contains("saved state of version 2")
    };
    lab.site.host.wait_for("status says why", refused);

    // Nor does a restart try what was refused.
    lab.site.host.stop();
    lab.site.host.start();
    lab.wait_for_version(NEXT);
    lab.site.host.wait_for("status still says why", refused);
    lab.write_pumps("3.log", 2, 20);
    lab.site.wait_for_units(60);
}

#[test]
fn a_new_version_that_crashes_at_once_is_taken_back_and_nothing_is_lost() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    lab.write_pumps("1.log", 0, 20);
    lab.site.wait_for_units(20);
    lab.install(&next(), "next.lrbundle");
    lab.wait_for_version(NEXT);
    let unfortunate = format!("! no entry\n2026-03-01T10:30:00Z {SERIAL} pump P1 stopped\n  cause: stall\n");
    lab.site.write(FAMILY, "unfortunate.log", unfortunate.as_bytes());
    let status = lab.site.wait_for_units(22);
    assert_eq!(status.count(FAMILY, "accepted", None), 21);
    assert!(lab.site.host.log().contains("failed at once and was taken back"), "{}", lab.site.host.log());
    assert_eq!((lab.sent_by(FIRST), lab.sent_by(NEXT)), (21, 0));

    lab.site.host.stop();
    lab.site.host.start();
    lab.wait_for_version(FIRST);
}

#[test]
fn what_was_chosen_while_the_service_was_stopped_is_tried_beside_what_ran_last() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    lab.wait_for_version(FIRST);
    lab.write_pumps("1.log", 0, 20);
    lab.site.wait_for_units(20);
    lab.site.host.stop();
    lab.install(&next(), "next.lrbundle");
    lab.site.host.start();
    lab.wait_for_version(NEXT);
    lab.write_pumps("2.log", 1, 20);
    lab.site.wait_for_units(40);

    lab.site.host.stop();
    assert!(lab.site.host.run(&["plugin", "rollback", FAMILY]).status.success());
    lab.site.host.start();
    lab.wait_for_event("the plugin can't read its saved state of version 2");
    lab.wait_for_version(NEXT);
    lab.write_pumps("3.log", 2, 20);
    lab.site.wait_for_units(60);
    assert_eq!((lab.sent_by(FIRST), lab.sent_by(NEXT)), (20, 40));
}

#[test]
fn a_service_that_is_killed_during_an_exchange_goes_on_with_either_version_and_loses_nothing() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    lab.site.start();
    (0..5).for_each(|file| lab.write_pumps(&format!("{file}.log"), file, 20));
    lab.site.wait_for_units(20);
    (5..10).for_each(|file| lab.write_pumps(&format!("{file}.log"), file, 20));
    lab.install(&next(), "next.lrbundle");
    for _ in 0..3 {
        lab.site.host.kill();
        lab.site.host.start();
    }
    lab.wait_for_version(NEXT);
    lab.site.wait_for_units(200);
    let sent = lab.site.host.sent();
    let rows: BTreeSet<&str> = sent.iter().map(|row| row.row_id.as_str()).collect();
    assert_eq!((sent.len(), rows.len(), lab.site.receiver.rows()), (200, 200, 200));
}

#[test]
fn a_family_without_a_plugin_begins_with_its_first_bundle_and_needs_no_restart() {
    let mut lab = Lab::new();
    lab.site.start();
    lab.site.host.wait_for("the missing plugin is told", |status| !status.trouble(FAMILY).is_empty());
    lab.write_pumps("1.log", 0, 20);
    lab.install(&first(), "first.lrbundle");
    lab.site.wait_for_units(20);
    assert_eq!(lab.sent_by(FIRST), 20);
}
