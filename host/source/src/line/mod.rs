//! Lines: the host's end of a LIS01-A2 link over a loopback port or a serial line. Each message is an input.
//!
//! A thread of its own keeps the line (LIS01-A2 wants an answer within 15 s); the family's thread takes the message from the `desk` and
//! says when it is committed. Only then is the message acknowledged. No socket leaves this module: a plugin gets the
//! bytes as an unnamed file. What a record says is the plugin's business.

mod desk;
mod frame;
mod link;
mod wire;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use labrelay_model::{InputIdentity, SourceName};

use crate::{OpenedInput, ScanReport, SeenInputs, TroubleKind};
use desk::Desk;
use link::{Event, Link, Room};
use wire::{Line, Wire};

pub use link::Fault;
pub use wire::{DataBits, LineAddress, LineParity, LineStopBits, SerialSettings};

/// Pause before a line that can't be opened is tried again.
const OPEN_AGAIN: Duration = Duration::from_secs(5);
/// Longest sleep until a stop is noticed.
const NOTICE_STOP: Duration = Duration::from_millis(100);
/// Read at once: a frame of a usual size.
const READ_BYTES: usize = 4096;

/// Called when a message has come: the family's thread need not wait for its next look.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// A source whose inputs are the messages of a line.
pub struct LineSource {
    name: SourceName,
    address: LineAddress,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    desk: Desk,
    stop: AtomicBool,
    status: Mutex<LineStatus>,
    wake: Waker,
}

/// How a line is doing. No content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineStatus {
    /// What it does now.
    pub state: LineState,
    /// Messages committed and acknowledged since the start.
    pub messages: u64,
    /// Faults since the start.
    pub faults: u64,
    /// The last of them.
    pub last_fault: Option<Fault>,
}

/// What a line does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineState {
    /// It can't be opened; tried again every few seconds.
    #[default]
    Closed,
    /// It is open, and nobody sends.
    Waiting,
    /// A sender is at work.
    Receiving,
}

/// Whether a line can be opened by this account now. It is closed again at once.
pub fn try_line(address: &LineAddress) -> io::Result<()> {
    Line::open(address).map(drop)
}

impl LineSource {
    /// Opens the line, or tries to until it is dropped. `key` makes identities.
    pub fn new(name: SourceName, address: LineAddress, key: [u8; 32], wake: Waker) -> Self {
        let status = Mutex::default();
        let shared = Arc::new(Shared { desk: Desk::new(key), stop: AtomicBool::new(false), status, wake });
        let thread = std::thread::Builder::new().name("line".into()).spawn({
            let (shared, address) = (Arc::clone(&shared), address.clone());
            move || shared.keep(&address)
        });
        // Without a thread the line stays closed, and every report says so.
        Self { name, address, shared, thread: thread.ok() }
    }

    /// Its declared name.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// How the line is doing.
    pub fn status(&self) -> LineStatus {
        *self.shared.status()
    }

    /// Says whether a message waits, and whether the line is open.
    pub fn scan(&self) -> ScanReport {
        let mut report = ScanReport { ready: self.waiting(), complete: true, ..ScanReport::default() };
        if self.status().state == LineState::Closed {
            report.trouble(TroubleKind::LineClosed, PathBuf::from(self.address.to_string()));
        }
        report
    }

    /// The message that waits, as an unnamed file. It is handed out again until it is committed.
    pub fn open_ready(&self, room: usize, seen: &dyn SeenInputs) -> Vec<OpenedInput> {
        let message = if room > 0 { self.shared.desk.take(&self.name, seen) } else { None };
        let opened = message.and_then(|(identity, bytes)| {
            let file = labrelay_os::file::unnamed(&bytes).ok()?; // out of memory: the sender keeps it
            let (begin, size, path) = (0, bytes.len() as u64, PathBuf::new());
            Some(OpenedInput { identity, rows: identity, file, begin, size, path })
        });
        opened.into_iter().collect()
    }

    /// Number of messages that wait to be opened, or to be committed.
    pub fn waiting(&self) -> usize {
        usize::from(self.shared.desk.room() == Room::Taken)
    }

    /// These inputs are committed: the sender gets its acknowledgement.
    pub fn committed(&self, inputs: &[InputIdentity]) {
        self.shared.desk.committed(inputs);
    }
}

impl Drop for LineSource {
    /// Closes the line, so that the next owner can open it.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it has panicked: then the line is closed too
        }
    }
}

impl Shared {
    /// The line's thread.
    fn keep(&self, address: &LineAddress) {
        while !self.is_stopped() {
            if let Ok(line) = Line::open(address) {
                self.enter(LineState::Waiting);
                // An error here is the line's end, such as an adapter that was pulled out: it is opened anew.
                let _ = self.serve(&line);
            }
            self.enter(LineState::Closed);
            let closed = Instant::now();
            while !self.is_stopped() && closed.elapsed() < OPEN_AGAIN {
                std::thread::sleep(NOTICE_STOP);
            }
        }
    }

    fn serve(&self, line: &Line) -> io::Result<()> {
        while !self.is_stopped() {
            let Some(wire) = line.sender()? else { continue };
            let talked = self.talk(wire);
            self.enter(LineState::Waiting);
            if let Line::Serial(_) = line {
                return talked; // its end is the line's end
            }
        }
        Ok(())
    }

    /// One connection, from its first byte to its last.
    fn talk(&self, mut wire: Wire<'_>) -> io::Result<()> {
        let (mut link, begun, mut buffer) = (Link::default(), Instant::now(), [0; READ_BYTES]);
        let mut awaited = Awaited::Nothing;
        let talked = loop {
            if self.is_stopped() {
                break Ok(());
            }
            let bytes = match wire.read(&mut buffer) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            let mut events = link.receive(bytes, self.desk.room(), begun.elapsed());
            if awaited == Awaited::Commit && self.desk.room() == Room::Free {
                let accepted = link.accept(begun.elapsed());
                if !accepted.is_empty() {
                    awaited = Awaited::Nothing;
                    self.status().messages += 1;
                }
                events.extend(accepted);
            }
            events.extend(link.tick(begun.elapsed()));
            self.enter(if link.is_busy() { LineState::Receiving } else { LineState::Waiting });
            if let Err(error) = self.work(events, &mut wire, &mut awaited) {
                break Err(error);
            }
        };
        if let Some(Event::Fault(fault)) = link.closed() {
            self.fault(fault);
        }
        talked
    }

    fn work(&self, events: Vec<Event>, wire: &mut Wire<'_>, awaited: &mut Awaited) -> io::Result<()> {
        for event in events {
            match event {
                Event::Reply(byte) => wire.write(byte)?,
                Event::Confirmed => self.desk.confirmed(),
                Event::Fault(fault) => self.fault(fault),
                Event::Message(bytes) => {
                    self.desk.put(bytes);
                    *awaited = Awaited::Commit;
                    (self.wake)();
                }
            }
        }
        Ok(())
    }

    fn fault(&self, fault: Fault) {
        let mut status = self.status();
        status.faults += 1;
        status.last_fault = Some(fault);
    }

    fn enter(&self, state: LineState) {
        self.status().state = state;
    }

    fn status(&self) -> MutexGuard<'_, LineStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a connection waits for.
#[derive(PartialEq)]
enum Awaited {
    Nothing,
    /// That the message on the desk is committed.
    Commit,
}
