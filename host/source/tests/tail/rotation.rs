//! One log and what instruments and their service tools do to it.

use labrelay_source::CodeUnit;

use crate::lab::{Lab, SETTLE, Then};

#[test]
fn complete_lines_are_read_while_the_log_grows() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntw");
    assert_eq!(lab.drain(), ["one\n"]);
    lab.append("a.log", "o\r\nthree\n");
    assert_eq!(lab.drain(), ["two\r\nthree\n"]);
    assert!(lab.drain().is_empty() && lab.gaps.is_empty());
}

#[test]
fn a_last_line_without_an_end_is_read_once_the_log_rests() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntwo");
    assert_eq!(lab.drain(), ["one\n"]);
    lab.now += SETTLE;
    assert_eq!(lab.drain(), ["two"]);
    lab.append("a.log", "\nthree\n");
    assert_eq!(lab.drain(), ["\nthree\n"]);
}

#[test]
fn what_was_not_committed_is_handed_out_again_and_a_restart_goes_on() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.scan();
    lab.poll(Then::Lose);
    lab.poll(Then::Commit);
    lab.append("a.log", "two\n");
    lab.restart();
    lab.drain();
    lab.append("a.log", "three\n");
    assert_eq!(lab.drain(), ["three\n"]);
    assert_eq!(lab.remembered(), 1);
}

#[test]
fn only_what_changed_by_itself_waits_for_any_commit() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.append("b.log", "never read\n");
    lab.scan();
    lab.poll(Then::Lose);
    assert!(lab.source.unsaved().logs.is_empty(), "a part that is handed out is no change");
    lab.remove("b.log");
    (0..3).for_each(|_| lab.scan());
    let unsaved = lab.source.unsaved();
    assert_eq!((unsaved.gaps.len(), unsaved.logs.len()), (1, 1), "the gap, and the log to forget");
    lab.commit(&[]);
    let unsaved = lab.source.unsaved();
    assert!(unsaved.gaps.is_empty() && unsaved.logs.is_empty());
    assert_eq!(lab.drain(), ["one\n"]);
    assert_eq!(lab.gaps["vanished"].gaps, 1);
}

#[test]
fn a_renamed_log_is_read_to_its_end_also_under_a_name_that_does_not_match() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    assert_eq!(lab.drain(), ["one\n"]);
    for (rotated, text) in [("a.log.1", "two\n"), ("a.log.2024-01-01", "three\n"), ("old.txt", "four\n")] {
        lab.append("a.log", text);
        lab.rename("a.log", rotated);
        lab.append("a.log", format!("after {rotated}\n"));
        let mut read = lab.drain();
        read.extend(lab.drain_at_rest());
        read.sort();
        assert_eq!(read, [format!("after {rotated}\n"), text.to_owned()]);
    }
    assert!(lab.gaps.is_empty());
}

#[test]
fn a_file_with_another_name_that_got_the_number_of_a_deleted_log_is_not_read() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.drain();
    lab.rename("a.log", "a.old");
    lab.drain();
    // The same file number with other content: what a file system makes of a new file after a deletion.
    lab.write("a.old", "of nobody's concern\n");
    assert!(lab.drain_at_rest().is_empty());
    lab.append("b.log", "one\n");
    lab.drain();
    lab.rename("b.log", "b.old");
    lab.write("b.old", "of nobody's concern either\n");
    assert!(lab.drain_at_rest().is_empty());
    assert!(lab.gaps.is_empty() && lab.remembered() == 0, "{:?}", lab.gaps);
}

#[test]
fn a_log_that_was_renamed_while_the_service_was_down_is_found_by_its_file() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.drain();
    lab.append("a.log", "two\n");
    lab.rename("a.log", "old.txt");
    lab.restart();
    assert_eq!(lab.drain(), ["two\n"]);
    assert!(lab.gaps.is_empty());
}

#[test]
fn copy_and_truncate_loses_and_doubles_nothing() {
    let mut lab = Lab::new();
    lab.append("a.log", "header\none\n");
    assert_eq!(lab.drain(), ["header\none\n"]);
    for round in 0..3 {
        lab.append("a.log", format!("before {round}\n"));
        lab.copy("a.log", &format!("a.log.{round}"));
        lab.truncate("a.log", 0);
        lab.append("a.log", format!("header\nafter {round}\n"));
        if round == 1 {
            lab.restart();
        }
        let mut read = lab.drain();
        read.extend(lab.drain_at_rest());
        read.sort();
        assert_eq!(read, [format!("before {round}\n"), format!("header\nafter {round}\n")]);
    }
    assert!(lab.gaps.is_empty(), "{:?}", lab.gaps);
}

#[test]
fn the_copy_of_a_cut_log_is_known_while_longer_logs_vanish() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.append("b.log", "a line of another log that is longer\n".repeat(100));
    lab.drain();
    lab.append("a.log", "two\n");
    lab.copy("a.log", "a.log.1");
    lab.remove("b.log");
    lab.truncate("a.log", 0);
    let mut read = Vec::new();
    (0..8).for_each(|_| read.extend(lab.drain()));
    assert_eq!(read, ["two\n"]);
    assert!(lab.gaps.is_empty());
}

#[test]
fn a_copy_of_a_log_that_goes_on_is_not_read_again() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntwo\n");
    lab.drain();
    lab.copy("a.log", "b.log");
    assert!(lab.drain().is_empty());
    lab.append("a.log", "three\n");
    assert_eq!(lab.drain(), ["three\n"]);
    assert!(lab.drain_at_rest().is_empty() && lab.gaps.is_empty());
}

#[test]
fn another_log_with_the_same_first_bytes_is_read_whole() {
    let mut lab = Lab::new();
    let header = "the same header\n".repeat(1000);
    lab.append("a.log", format!("{header}one\n"));
    lab.drain();
    lab.append("b.log", format!("{header}two\nthree\n"));
    lab.append("c.log", &header);
    let mut read = lab.drain_at_rest().concat();
    lab.append("c.log", "four\n");
    read += &lab.drain_at_rest().concat();
    assert!(["two\n", "three\n", "four\n"].iter().all(|line| read.matches(line).count() == 1));
    assert!(!read.contains("one"));
}

#[test]
fn a_log_that_begins_with_all_that_was_read_of_another_is_read_whole_and_at_once() {
    let mut lab = Lab::new();
    lab.append("a.log", "header\n");
    assert_eq!(lab.drain(), ["header\n"]);
    lab.append("b.log", "header\none\n");
    let mut read = lab.drain();
    read.extend(lab.drain());
    assert_eq!(read, ["header\none\n"], "longer than the other");
    lab.append("a.log", "two\nthree\n");
    lab.append("c.log", "header\nfour\n");
    let mut read = lab.drain().concat();
    read += &lab.drain().concat();
    read += &lab.drain().concat();
    assert!(read.contains("four\n") && read.contains("three\n"), "{read}");
    assert!(lab.gaps.is_empty());
}

#[test]
fn a_log_that_was_cut_or_rewritten_begins_anew_and_what_was_not_read_is_a_gap() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntwo\n");
    lab.drain();
    lab.append("a.log", "unread\n");
    lab.scan();
    lab.truncate("a.log", 0);
    lab.append("a.log", "new\n");
    assert_eq!(lab.drain_at_rest(), ["new\n"]);
    assert_eq!((lab.gaps["cut_short"].gaps, lab.gaps["cut_short"].bytes), (1, 7));
    lab.write("a.log", "quite another and longer text\n");
    assert_eq!(lab.drain_at_rest(), ["quite another and longer text\n"]);
    lab.write("a.log", "quite another and larger text\n");
    assert_eq!(lab.drain_at_rest(), ["quite another and larger text\n"], "same size");
    assert_eq!(lab.gaps["cut_short"].gaps, 1, "everything had been read");
    assert_eq!(lab.remembered(), 1);
}

#[test]
fn a_log_that_shrinks_is_read_from_its_start_under_the_same_names_of_rows() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\ntwo\nthree\n");
    lab.scan();
    let rows = lab.source.open_ready(1, lab.now)[0].rows;
    lab.drain();
    lab.truncate("a.log", 8);
    lab.scan();
    lab.scan();
    lab.poll(Then::Lose);
    lab.scan();
    let again = lab.source.open_ready(1, lab.now);
    assert_eq!((again[0].begin, again[0].size, again[0].rows), (0, 8, rows));
}

#[test]
fn a_deleted_log_with_unread_lines_is_a_gap_and_without_any_is_none() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.append("b.log", "one\n");
    lab.drain();
    lab.append("b.log", "unread\n");
    lab.scan();
    lab.remove("a.log");
    lab.remove("b.log");
    lab.restart();
    assert!(lab.drain_at_rest().is_empty());
    // After the restart nobody knows that there had been more.
    assert!(lab.gaps.is_empty() && lab.remembered() == 0);

    lab.append("c.log", "never read\n");
    lab.scan();
    lab.remove("c.log");
    assert!(lab.drain_at_rest().is_empty());
    assert_eq!((lab.gaps["vanished"].gaps, lab.gaps["vanished"].bytes), (1, 11));
}

#[test]
fn a_lost_memory_reads_again_under_the_same_names_of_rows() {
    let mut lab = Lab::new();
    lab.append("a.log", "one\n");
    lab.scan();
    let rows = lab.source.open_ready(1, lab.now)[0].rows;
    lab.drain();
    lab.forget_all();
    lab.scan();
    let again = lab.source.open_ready(1, lab.now);
    assert_eq!((again[0].begin, again[0].rows), (0, rows));
}

#[test]
fn utf_16_is_followed_by_its_own_line_ends() {
    let mut lab = Lab::new();
    lab.unit = CodeUnit::Marked16;
    lab.restart();
    let text: Vec<u8> = "\u{feff}a\u{0a0d}b\nrest".encode_utf16().flat_map(u16::to_be_bytes).collect();
    lab.append("a.log", &text);
    lab.scan();
    assert_eq!(lab.source.open_ready(1, lab.now)[0].size, 10);
}

#[test]
fn many_small_logs_are_all_read_and_a_busy_one_keeps_no_other_waiting() {
    let mut lab = Lab::new();
    for number in 0..1000 {
        lab.append(&format!("{number}.log"), format!("line of {number}\n"));
    }
    assert_eq!(lab.drain().len(), 1000);
    lab.append("0.log", "busy\n".repeat(100_000));
    lab.append("1.log", "quiet\n");
    lab.scan();
    lab.poll(Then::Commit);
    assert!(lab.read.contains(&"quiet\n".to_owned()) && lab.source.waiting() > 0);
}
