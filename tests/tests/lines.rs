//! Does every message that an instrument sends over a line leave once, whatever becomes of the host? The real host, the
//! made-up instrument's plugin, the real receiver; the instrument is a small sender of LIS01-A2 over a real port.

#![cfg(unix)] // the host is killed by a signal
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // all of this is test code

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use labrelay_tests::site::{Family, SERIAL, SOON, Site, library, repository, wait_until};

const FAMILY: &str = "made_up";
/// Stands in every message, in a record that no plugin reads.
const PERSON: &str = "Quenneville^Rosalind";
const ENQ: u8 = 0x05;
const EOT: u8 = 0x04;
const ACK: u8 = 0x06;

fn manifest() -> PathBuf {
    repository().join("tests/made_up/manifest.yaml")
}

/// A site whose instrument sends to the port that comes with it.
fn site() -> (Site, SocketAddr) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut site = Site::without_manifests();
    site.host.add_plugin(FAMILY, &library("labrelay_made_up"), &manifest());
    site.receiver.add_manifest_file(&manifest());
    let line = Some(("host_stream".to_owned(), port));
    site.host.config.families = vec![Family { line, ..Family::new(FAMILY, "log") }];
    site.start();
    // Its thread opens the line a moment after the service runs. The sender that is nobody hangs up at once.
    wait_until("the line is open", SOON, || TcpStream::connect(port).ok());
    (site, port)
}

/// Its events have a time of their own for each message.
fn message(second: u32, events: u32) -> Vec<String> {
    let comment = |number: u32| {
        let power = number % 10;
        format!(
            "C|{number}|I|2026-03-01T10:00:{second:02}Z {SERIAL} Laser Blue power 1{power}.5 mW below target 20.0 mW|G\r"
        )
    };
    let patient = format!("P|1||12345678||{PERSON}\r");
    let beginning = ["H|\\^&|||made_up|||||||P\r".to_owned(), patient];
    beginning.into_iter().chain((1..=events).map(comment)).chain(["L|1|N\r".to_owned()]).collect()
}

fn frame(number: usize, record: &str) -> Vec<u8> {
    let summed = format!("{}{record}\u{3}", number % 8);
    let sum = summed.bytes().fold(0_u8, u8::wrapping_add);
    format!("\u{2}{summed}{sum:02X}\r\n").into_bytes()
}

/// What became of a message, as its sender sees it.
#[derive(Debug, PartialEq)]
enum Sent {
    Acknowledged,
    /// The line broke, or nobody was there.
    Unknown,
}

/// Sends a message in frames of one record each. `before_the_answer` is called when all of it is on its way.
fn send(port: SocketAddr, records: &[String], before_the_answer: impl FnOnce()) -> Sent {
    let Ok(line) = TcpStream::connect(port) else { return Sent::Unknown };
    line.set_read_timeout(Some(SOON)).unwrap();
    let say = |bytes: &[u8]| (&line).write_all(bytes);
    let mut before_the_answer = Some(before_the_answer);
    let frames = (1..).zip(records).map(|(number, record)| frame(number, record));
    for (number, bytes) in std::iter::once(vec![ENQ]).chain(frames).enumerate() {
        if say(&bytes).is_err() {
            return Sent::Unknown;
        }
        if number == records.len() {
            before_the_answer.take().unwrap()();
        }
        let mut answer = [0];
        match (&line).read_exact(&mut answer) {
            Ok(()) => assert_eq!(answer, [ACK], "frame {number}"),
            Err(error) => {
                let broken = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
                assert!(broken.contains(&error.kind()), "an answer in time: {error}");
                return Sent::Unknown;
            }
        }
    }
    let _ = say(&[EOT]);
    Sent::Acknowledged
}

#[test]
fn a_messages_events_leave_and_nothing_of_its_patient() {
    let (site, port) = site();
    assert_eq!(send(port, &message(0, 3), || {}), Sent::Acknowledged);
    let status = site.wait_for_units(1);
    assert_eq!(status.count(FAMILY, "accepted", None), 1, "a message is a unit");
    let sent = site.host.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|row| row.fields["event"] == "laser_power_low"));
    assert!(!site.host.sent_text().contains("Quenneville") && !site.host.log().contains("Quenneville"));
}

#[test]
fn a_message_that_is_said_twice_and_meant_twice_leaves_twice() {
    let (site, port) = site();
    for _ in 0..2 {
        assert_eq!(send(port, &message(0, 1), || {}), Sent::Acknowledged);
    }
    site.wait_for_units(2);
}

#[test]
fn a_host_that_is_killed_at_any_moment_of_a_message_reads_it_once() {
    const MESSAGES: u32 = 8;
    let (mut site, port) = site();
    for second in 0..MESSAGES {
        let records = message(second, 1);
        // Longer and longer after the last frame: at first before the commit, in the end after the acknowledgement.
        let pause = Duration::from_millis(u64::from(second) * 8);
        let pid = site.host.pid();
        let kill = || {
            std::thread::spawn(move || {
                std::thread::sleep(pause);
                let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            });
        };
        let mut sent = send(port, &records, kill);
        wait_until("the host is dead", SOON, || TcpStream::connect(port).is_err().then_some(()));
        site.host.kill();
        site.host.start();
        wait_until("an instrument that was not answered sends again", SOON, || {
            if sent == Sent::Unknown {
                sent = send(port, &records, || {});
            }
            (sent == Sent::Acknowledged).then_some(())
        });
    }
    wait_until("all have left", SOON, || (site.host.sent().len() >= MESSAGES as usize).then_some(()));
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for row in site.host.sent() {
        *times.entry(row.fields["at"].to_string()).or_default() += 1;
    }
    assert_eq!(times.len(), MESSAGES as usize, "none is missing");
    assert!(times.values().all(|rows| *rows == 1), "none is doubled: {times:?}");
}
