//! Names and paths of any length and script are read like others.

use crate::common::{Bench, SETTLE, content, name};
use labrelay_source::FileFormat::Other;

/// Latin with marks, made of parts as macOS writes them, Greek, Chinese, a letter beyond 16 bits, and a space.
const NAMES: [&str; 5] = [
    "Gr\u{f6}\u{df}e.lmd",
    "Gro\u{308}\u{df}e.lmd",
    "\u{3b1}\u{3b2} 1.lmd",
    "\u{7d30}\u{80de}.lmd",
    "\u{1d6fc}.lmd",
];

#[test]
fn names_of_any_script_are_read_each_as_itself() {
    let mut bench = Bench::new("*.lmd", Other);
    NAMES.iter().for_each(|name| drop(bench.write(&format!("\u{30d5}\u{30ed}\u{30fc}/{name}"), *name)));
    bench.settle();
    let opened = bench.open();
    assert_eq!(opened.len(), NAMES.len());
    for input in opened {
        assert_eq!(content(&input), name(&input));
    }
}

/// Old Windows takes 260 characters in all. Each part stays within the 255 that file systems take.
#[test]
fn a_path_of_more_than_260_characters_is_read_and_its_file_known_after_a_rename() {
    let mut bench = Bench::new("*.lmd", Other);
    let folders = ["2026".repeat(30), "panel".repeat(20), "tube".repeat(30)].join("/");
    let long = bench.write(&format!("{folders}/{}.lmd", "a".repeat(100)), "x");
    assert!(long.as_os_str().len() > 400);
    assert_eq!(bench.take(), [long.file_name().unwrap().to_str().unwrap()]);
    std::fs::rename(&long, long.with_file_name("short.lmd")).unwrap();
    assert!(bench.take().is_empty());
    bench.scan_after(SETTLE);
    assert_eq!(bench.source.still_present().unwrap().count(), 1);
}
