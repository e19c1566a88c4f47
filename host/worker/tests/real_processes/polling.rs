//! A well-behaved plugin: what it reads arrives, and nothing else does.

#[cfg(unix)]
use std::fs;

use labrelay_abi::{FinishedOrNot, OpenReply, OpenRequest, UnitOutcome};
use labrelay_model::{Reason, Value};
use labrelay_worker::Worker;

use crate::miniature::{file, moody, open_request, plugin, poll, spec};

#[test]
fn a_plugin_describes_itself() {
    let mut worker = Worker::start(&spec(plugin("moody"))).unwrap();
    let describe = worker.describe().unwrap();
    assert_eq!(
        (describe.family.as_str(), describe.plugin_version.as_str()),
        ("moody", env!("CARGO_PKG_VERSION"))
    );
    worker.stop();
}

#[test]
fn records_of_an_opened_file_arrive() {
    let mut worker = moody();
    let reply = poll(&mut worker, &[file("lines\none\n\n"), file("refuse\nraw")], None).unwrap();
    assert_eq!(reply.seen, 3);
    let UnitOutcome::Records(records) = &reply.units[0].outcome else { panic!("{:?}", reply.units) };
    let line = [Some(Value::Int(0)), Some(Value::Int(3)), Some(Value::Bool(false))];
    assert!(records[0].cells == line);
    let refused = &reply.units[2];
    assert_eq!(refused.handle, 1);
    assert!(matches!(&refused.outcome, UnitOutcome::Refused(Reason::Unparsable, raw) if raw.0 == b"raw"));
    assert!(reply.inputs.iter().all(|input| input.finished == FinishedOrNot::Finished));
}

#[test]
fn state_goes_back_to_what_was_committed() {
    let mut worker = moody();
    let two_lines = || [file("lines\na\nb\n")];
    let first = poll(&mut worker, &two_lines(), None).unwrap();
    let second = poll(&mut worker, &two_lines(), Some(first.cursor.clone())).unwrap();
    assert_ne!(second.cursor, first.cursor);
    let again = poll(&mut worker, &two_lines(), Some(first.cursor.clone())).unwrap();
    assert_eq!(again.cursor, second.cursor, "the second reply was not committed, so its lines count once");

    let mut restarted = Worker::start(&spec(plugin("moody"))).unwrap();
    let request = OpenRequest { cursor: Some(first.cursor.clone()), ..open_request("{}") };
    assert_eq!(restarted.open(&request).unwrap(), OpenReply::Ready);
    let after = poll(&mut restarted, &two_lines(), Some(first.cursor)).unwrap();
    assert_eq!(after.cursor, second.cursor);
}

#[test]
fn a_wrong_setting_is_named() {
    let mut worker = Worker::start(&spec(plugin("moody"))).unwrap();
    match worker.open(&open_request(r#"{"lanes": "two"}"#)).unwrap() {
        OpenReply::BadSettings { key, expected } => assert!(key == "lanes" && expected.contains("u32")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_plugin_prints_reaches_nobody() {
    let mut worker = moody();
    assert_eq!(poll(&mut worker, &[file("print\nJane Doe")], None).unwrap().seen, 0);
    assert_eq!(poll(&mut worker, &[file("lines\none\n")], None).unwrap().seen, 1);
    // To both outputs, each with its line's end. A thread counts it.
    let printed = 2 * "Jane Doe\n".len() as u64;
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while worker.printed_bytes() < printed {
        assert!(std::time::Instant::now() < patience, "{} bytes counted", worker.printed_bytes());
        std::thread::yield_now();
    }
    assert_eq!(worker.printed_bytes(), printed);
}

#[cfg(unix)]
#[test]
fn a_worker_leaves_no_core_dump() {
    let worker = moody();
    let limits = fs::read_to_string(format!("/proc/{}/limits", worker.pid())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{cores}");
}

#[cfg(unix)]
#[test]
fn a_worker_holds_nothing_but_its_channel() {
    let inherited = rustix::io::dup(tempfile::tempfile().unwrap()).unwrap(); // without close-on-exec
    let mut worker = moody();
    let files: Vec<_> = (0..64).map(|_| file("lines\none\n")).collect();
    assert_eq!(poll(&mut worker, &files, None).unwrap().seen, 64);
    let folder = format!("/proc/{}", worker.pid());
    let targets: Vec<_> = fs::read_dir(format!("{folder}/fd"))
        .unwrap()
        .map(|entry| fs::read_link(entry.unwrap().path()).unwrap().display().to_string())
        .collect();
    let kinds = |kind: &str| targets.iter().filter(|target| target.starts_with(kind)).count();
    // Standard input, both outputs in one pipe, the channel.
    assert_eq!((kinds("/dev/null"), kinds("pipe:"), kinds("socket:")), (1, 2, 1), "{targets:?}");
    assert_eq!(targets.len(), 4, "{targets:?}");
    assert_eq!(fs::read(format!("{folder}/environ")).unwrap(), b"");
    drop(inherited);
}

#[cfg(unix)]
#[test]
fn a_worker_ends_with_its_owner() {
    let worker = moody();
    let stopped = worker.pid();
    worker.stop();
    let dropped = moody().pid();
    let orphaned = std::thread::spawn(|| {
        let worker = moody();
        let pid = worker.pid();
        std::mem::forget(worker);
        pid
    });
    let orphaned = orphaned.join().unwrap();
    assert!(!runs(stopped) && !runs(dropped));
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while runs(orphaned) {
        assert!(std::time::Instant::now() < patience, "the worker outlived the thread that started it");
        std::thread::yield_now();
    }
}

/// A zombie does not run.
#[cfg(unix)]
fn runs(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
