//! What a service manager starts, as a process: how it ends, and what it tells. Without a manager, which it does not need.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // test code, but Clippy's leave covers only `#[test]` functions

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The end's own bound, and room for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn site(dir: &Path, text: &str) -> PathBuf {
    for folder in ["plugins", "manifests"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let config = dir.join("labrelay.yaml");
    let fixed = "labrelay: 1\nstate: state\nplugins: plugins\nmanifests: manifests\ndevice: test\n";
    fs::write(&config, format!("{fixed}receiver: {{url: 'https://localhost:9'}}\n{text}")).unwrap();
    config
}

fn command(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labrelay"));
    command.args(["--log-format", "json", "service", "run", "--config"]).arg(config);
    command.stderr(Stdio::piped());
    command
}

fn start(config: &Path) -> (Child, BufReader<ChildStderr>) {
    let mut child = command(config).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    (child, log)
}

/// Reads the log until it tells of this event; the end of the log is the end of the process.
fn wait_for(log: &mut BufReader<ChildStderr>, event: u32) -> String {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "no event {event} in: {seen}");
        if line.contains(&format!("\"event_id\":{event},"))
            || line.contains(&format!("\"event_id\":{event}}}"))
        {
            return line;
        }
        seen.push_str(&line);
    }
}

#[test]
fn a_bad_configuration_ends_it_with_an_exit_code_and_an_event_that_names_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, mut log) = start(&site(dir.path(), "no_such_key: 1\n"));
    let told = wait_for(&mut log, 102);
    assert!(told.contains("no_such_key"), "{told}");
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn it_ends_as_it_was_asked_to_and_a_second_one_is_refused_the_state() {
    let dir = tempfile::tempdir().unwrap();
    let config = site(dir.path(), "");
    let (mut child, mut log) = start(&config);
    let started = wait_for(&mut log, 100);
    assert!(started.contains("It collects nothing."), "{started}");

    let (mut second, mut its_log) = start(&config);
    wait_for(&mut its_log, 103);
    assert_eq!(second.wait().unwrap().code(), Some(4));

    let asked = Instant::now();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    wait_for(&mut log, 101);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(asked.elapsed() < PATIENCE, "it took {:?}", asked.elapsed());
}

#[test]
fn a_family_without_its_plugin_keeps_nothing_from_running_and_is_an_event() {
    let dir = tempfile::tempdir().unwrap();
    let text = "families: {navios: {sources: {listmode: {folders: [files]}}}}\n";
    let (mut child, mut log) = start(&site(dir.path(), text));
    let told = wait_for(&mut log, 200);
    assert!(told.contains("The collector of navios"), "{told}");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// What systemd hears, in order.
#[test]
fn its_manager_hears_each_step_of_start_and_end_and_that_it_is_alive() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = command(&site(dir.path(), ""));
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "2000000").stderr(Stdio::null());
    let mut child = command.spawn().unwrap();

    let steps =
        ["reading the configuration", "opening the spool", "starting the families", "READY=1", "WATCHDOG=1"];
    steps.iter().for_each(|step| hear(&manager, step));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    hear(&manager, "STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// The next that is heard says `what`; it may have said that it is alive before.
fn hear(manager: &UnixDatagram, what: &str) {
    let mut buffer = [0; 4096];
    loop {
        let bytes = manager.recv(&mut buffer).unwrap();
        let heard = String::from_utf8_lossy(buffer.get(..bytes).unwrap()).into_owned();
        if heard.contains(what) {
            return;
        }
        assert_eq!(heard, "WATCHDOG=1", "instead of {what}");
    }
}
