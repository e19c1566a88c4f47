//! The instrument's own program is never in the way, nor we in its.

use crate::lab::Lab;

#[test]
fn a_writer_renames_truncates_and_deletes_while_we_read() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.scan();
    let held = lab.source.open_ready(1, lab.now);
    assert_eq!(held.len(), 1);
    lab.append("a.log", "two\n");
    lab.rename("a.log", "b.log");
    lab.truncate("b.log", 2);
    lab.remove("b.log");
    lab.append("a.log", "three\n");
    drop(held);
    assert_eq!(lab.drain_at_rest(), ["three\n"]);
}

#[test]
fn what_was_cut_while_it_was_read_is_not_committed() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntwo\n");
    lab.scan();
    let inputs = lab.source.open_ready(1, lab.now);
    assert!(lab.source.is_unchanged(&inputs[0]));
    lab.append("a.log", "three\n");
    assert!(lab.source.is_unchanged(&inputs[0]), "it has only grown");
    lab.truncate("a.log", 3);
    lab.append("a.log", "-and-more\nfour\n");
    assert!(!lab.source.is_unchanged(&inputs[0]));
    drop(inputs);
    assert_eq!(lab.drain_at_rest(), ["one-and-more\nfour\n"]);
}

#[cfg(target_os = "linux")]
#[test]
fn handles_are_closed_between_polls() {
    let mut lab = Lab::new();
    for number in 0..50 {
        lab.append(&format!("{number}.log"), "line\n");
    }
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open();
    lab.scan();
    lab.poll(crate::lab::Then::Commit);
    lab.scan();
    assert!(open() <= before + 8, "{} handles more", open() - before); // other tests of this process run beside
}
