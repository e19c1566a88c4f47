//! A line as a sender sees it: a small sender of LIS01-A2 over real loopback ports and a pseudo-terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // all of this is test code

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use labrelay_model::{InputIdentity, SourceName};
use labrelay_source::{LineAddress, LineSource, LineState, OpenedInput, SeenInputs};

const ENQ: u8 = 0x05;
const EOT: u8 = 0x04;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;
const PATIENCE: Duration = Duration::from_secs(20);

/// What the spool would remember.
#[derive(Default)]
struct Spool(HashSet<InputIdentity>);

impl SeenInputs for Spool {
    fn is_seen(&self, _: &SourceName, identity: &InputIdentity) -> bool {
        self.0.contains(identity)
    }
}

/// A line with the family's thread played by the test.
struct Lab {
    address: SocketAddr,
    source: Option<LineSource>,
    spool: Spool,
    came: Receiver<()>,
}

fn start(address: LineAddress) -> (LineSource, Receiver<()>) {
    let (tell, came) = channel();
    let tell = std::sync::Mutex::new(tell);
    let wake = Arc::new(move || {
        let _ = tell.lock().unwrap().send(()); // the test may be over
    });
    let source = LineSource::new("host_stream".parse().unwrap(), address, [7; 32], wake);
    while source.status().state == LineState::Closed {
        std::thread::yield_now();
    }
    (source, came)
}

impl Lab {
    fn new() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (source, came) = start(LineAddress::Port(address));
        Self { address, source: Some(source), spool: Spool::default(), came }
    }

    fn source(&self) -> &LineSource {
        self.source.as_ref().unwrap()
    }

    /// The host dies, and is started again with the same spool.
    fn restart(&mut self) {
        self.source = None;
        let (source, came) = start(LineAddress::Port(self.address));
        (self.source, self.came) = (Some(source), came);
    }

    fn sender(&self) -> Sender<TcpStream> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Sender(stream)
    }

    /// The message that has come, or nothing where the host knows it already.
    fn open(&self) -> Option<OpenedInput> {
        self.came.recv_timeout(PATIENCE).unwrap();
        self.source().open_ready(1, &self.spool).pop()
    }

    fn commit(&mut self, input: &OpenedInput) {
        self.spool.0.insert(input.identity);
        self.source().committed(&[input.identity]);
    }
}

fn text(input: &OpenedInput) -> String {
    let mut bytes = vec![0; input.size.try_into().unwrap()];
    assert_eq!(labrelay_os::file::read_at(&input.file, 0, &mut bytes).unwrap(), bytes.len());
    String::from_utf8(bytes).unwrap()
}

/// The sending side of LIS01-A2.
struct Sender<S>(S);

impl<S: Read + Write> Sender<S> {
    fn reply(&mut self) -> u8 {
        let mut reply = [0];
        self.0.read_exact(&mut reply).expect("a reply in time");
        reply[0]
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    fn enquire(&mut self) {
        self.write(&[ENQ]);
        assert_eq!(self.reply(), ACK);
    }

    /// Sends a message in frames of one record, up to the last frame's reply.
    fn send(&mut self, records: &[&str]) {
        self.enquire();
        let (last, rest) = records.split_last().unwrap();
        for (number, record) in (1..).zip(rest) {
            self.write(&frame(number, record));
            assert_eq!(self.reply(), ACK);
        }
        self.write(&frame(records.len(), last));
    }
}

fn frame(number: usize, record: &str) -> Vec<u8> {
    let inner = format!("{}{record}\r\x03", number % 8);
    let sum = inner.bytes().fold(0u8, u8::wrapping_add);
    format!("\x02{inner}{sum:02X}\r\n").into_bytes()
}

const MESSAGE: [&str; 3] = ["H|\\^&|||made up", "R|1|^^^a|1", "L|1|N"];

#[test]
fn a_message_is_acknowledged_once_it_is_committed() {
    let mut lab = Lab::new();
    let mut sender = lab.sender();
    sender.send(&MESSAGE);
    let input = lab.open().expect("new");
    assert_eq!(text(&input), MESSAGE.map(|record| format!("{record}\r")).concat());
    sender.0.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(sender.0.read(&mut [0]).is_err(), "acknowledged before the commit");
    sender.0.set_read_timeout(Some(PATIENCE)).unwrap();
    lab.commit(&input);
    assert_eq!(sender.reply(), ACK);
    assert_eq!((lab.source().status().messages, lab.source().waiting()), (1, 0));
}

#[test]
fn a_sender_whose_acknowledgement_was_lost_repeats_and_is_read_once() {
    let mut lab = Lab::new();
    let mut sender = lab.sender();
    sender.send(&MESSAGE);
    let input = lab.open().expect("new");
    drop(sender); // before the acknowledgement
    lab.commit(&input);
    let mut again = lab.sender();
    again.send(&MESSAGE);
    assert!(lab.open().is_none(), "read twice");
    assert_eq!(again.reply(), ACK);
    again.write(&[EOT]);
    again.send(&MESSAGE);
    let meant_twice = lab.open().expect("the acknowledgement had come, so these bytes are another message");
    assert!(meant_twice.identity != input.identity);
}

#[test]
fn a_host_that_dies_after_the_commit_acknowledges_the_repetition_and_one_that_dies_before_reads_it() {
    let mut lab = Lab::new();
    let mut sender = lab.sender();
    sender.send(&MESSAGE);
    let lost = lab.open().expect("new").identity;
    lab.restart();
    let mut sender = lab.sender();
    sender.send(&MESSAGE);
    let input = lab.open().expect("it was not committed");
    assert!(input.identity == lost, "its rows have the same names");
    lab.spool.0.insert(input.identity); // committed, but the line does not hear of it
    lab.restart();
    let mut sender = lab.sender();
    sender.send(&MESSAGE);
    assert!(lab.open().is_none(), "read twice");
    assert_eq!(sender.reply(), ACK);
}

#[test]
fn damage_cuts_and_long_frames_lose_nothing() {
    let mut lab = Lab::new();
    let mut cut = lab.sender();
    cut.enquire();
    cut.write(&frame(1, MESSAGE[0]));
    assert_eq!(cut.reply(), ACK);
    drop(cut);
    let long = format!("R|1|{}", "x".repeat(63_000));
    let mut sender = lab.sender();
    sender.enquire();
    let mut damaged = frame(1, MESSAGE[0]);
    damaged[3] ^= 1;
    sender.write(&damaged);
    assert_eq!(sender.reply(), NAK);
    for (number, record) in [(1, MESSAGE[0]), (2, &long)] {
        sender.write(&frame(number, record));
        assert_eq!(sender.reply(), ACK);
    }
    sender.write(&frame(3, MESSAGE[2]));
    let input = lab.open().expect("new");
    assert!(text(&input).contains(&long));
    lab.commit(&input);
    assert_eq!(sender.reply(), ACK);
    assert_eq!(lab.source().status().faults, 2, "the cut and the damage");
}

#[cfg(target_os = "linux")]
#[test]
fn a_serial_line_is_spoken_as_a_port_is() {
    use std::fs::File;

    use labrelay_source::{DataBits, LineParity, LineStopBits, SerialSettings};
    use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};

    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    unlockpt(&ours).unwrap();
    let device = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let (data_bits, parity, stop_bits) = (DataBits::Eight, LineParity::None, LineStopBits::One);
    let settings = SerialSettings { device, baud: 9600, data_bits, parity, stop_bits };
    let (source, came) = start(LineAddress::Serial(settings));
    let mut sender = Sender(File::from(ours));
    sender.send(&MESSAGE);
    came.recv_timeout(PATIENCE).unwrap();
    let input = source.open_ready(1, &Spool::default()).pop().expect("new");
    source.committed(&[input.identity]);
    assert_eq!(sender.reply(), ACK);
}
