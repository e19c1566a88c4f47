//! Workers that die, hang or send garbage: noticed, told apart, ended, and no business of any other worker.

use std::time::{Duration, Instant};

use labrelay_abi::PluginFault;
use labrelay_worker::{Death, Worker, WorkerError};

use crate::miniature::{file, moody, open_request, plugin, poll, spec};

/// Polls a fresh worker with `command` while another one is used before and after.
fn fault(command: &str) -> WorkerError {
    let mut other = moody();
    let mut worker = moody();
    let pid = worker.pid();
    let error = poll(&mut worker, &[file(command)], None).unwrap_err();
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "left behind after: {error}");
    assert_eq!(poll(&mut other, &[file("lines\none\n")], None).unwrap().seen, 1);
    poll(&mut worker, &[], None).unwrap_err();
    assert!(error.is_death());
    error
}

#[test]
fn a_panic_is_caught_and_its_text_goes_nowhere() {
    let error = fault("panic\nJane Doe");
    assert!(matches!(error, WorkerError::Fault { fault: PluginFault::Panicked, .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("Jane"));
}

#[test]
fn a_mistake_of_the_author_is_a_fault() {
    let error = fault("undeclared");
    assert!(matches!(error, WorkerError::Fault { fault: PluginFault::Failed, .. }), "{error}");
}

#[test]
fn an_abort_a_stack_overflow_and_an_exit_are_deaths() {
    for command in ["abort", "overflow"] {
        let error = fault(command);
        let WorkerError::Died { how, .. } = &error else { panic!("{command}: {error}") };
        match how {
            Death::Signal(6 | 11) if cfg!(unix) => {}
            Death::Exit(_) if cfg!(windows) => {} // Wine gives 0 for an overflow
            _ => panic!("{command}: {error}"),
        }
    }
    let error = fault("exit");
    assert!(matches!(error, WorkerError::Died { how: Death::Exit(0), .. }), "{error}");
}

#[test]
fn a_hang_ends_at_the_deadline() {
    let begun = Instant::now();
    let error = fault("hang");
    assert!(matches!(error, WorkerError::Hung { .. }), "{error}");
    assert!(begun.elapsed() >= Duration::from_secs(1), "deadline and grace are half a second each");
}

#[test]
fn replies_that_are_none_are_garbage() {
    for settings in ["empty", "noise", "newer", "huge", "overcount", "another-input", "another-stream"] {
        let mut worker = Worker::start(&spec(plugin("bare"))).unwrap();
        worker.open(&open_request(settings)).unwrap();
        let error = poll(&mut worker, &[file("x")], None).unwrap_err();
        assert!(matches!(error, WorkerError::Garbage { .. }), "{settings}: {error}");
        assert!(error.is_death());
    }
}

#[test]
fn forged_frames_are_garbage() {
    for forged in ["noise", "two-gigabytes", "other-request", "no-verdict"] {
        let error = Worker::start(&forging(forged)).unwrap_err();
        assert!(matches!(error, WorkerError::Garbage { .. }), "{forged}: {error}");
    }
    let error = Worker::start(&forging("half-a-frame")).unwrap_err();
    assert!(matches!(error, WorkerError::Hung { .. }), "{error}");
}

fn forging(forged: &str) -> labrelay_worker::WorkerSpec {
    let mut spec = spec(plugin("moody"));
    spec.program = env!("CARGO_BIN_EXE_labrelay-forging-worker").into();
    spec.args = vec![forged.into()];
    spec.limits.load = Duration::from_millis(300);
    spec
}

#[cfg(unix)]
#[test]
fn a_worker_that_was_killed_is_a_death() {
    let mut worker = moody();
    let killed = std::process::Command::new("kill").args(["-9", &worker.pid().to_string()]).status();
    assert!(killed.unwrap().success());
    let error = poll(&mut worker, &[file("lines\n")], None).unwrap_err();
    assert!(matches!(error, WorkerError::Died { how: Death::Signal(9), .. }), "{error}");
}
