//! The bad network between host and receivers: ends TLS, so that it can lose single answers as well as connections.
//!
//! Requests and answers pass byte by byte as they are, or not at all; the host's signature is not its own.

mod exchange;
mod tls;

use std::collections::HashSet;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use labrelay_tests::site::Certificates;
use rustls::{ClientConfig, ServerConfig};

use super::fault::{Fault, Struck};
use super::random::Random;

/// Of a hundred requests, so many meet a fault while the network is bad.
const FAULTS_OF_A_HUNDRED: u64 = 35;
/// Longest wait for either side; the host itself waits longer.
const SILENCE: Duration = Duration::from_secs(20);
/// What may become of a request.
const FAULTS: [Fault; 7] = [
    Fault::Reset,
    Fault::RequestCut,
    Fault::Unavailable,
    Fault::TooMany,
    Fault::AnswerLost,
    Fault::AnswerCut,
    Fault::AnswerSlow,
];

/// A proxy on loopback; ended when dropped.
pub(super) struct Proxy {
    line: Arc<Line>,
    port: u16,
    listening: Option<JoinHandle<()>>,
}

/// What all connections share.
struct Line {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    receivers: [AtomicU16; 2],
    is_bad: AtomicBool,
    ended: AtomicBool,
    random: Mutex<Random>,
    struck: Struck,
    landed: Mutex<HashSet<String>>,
    replays: AtomicU64,
}

impl Proxy {
    /// Before two receivers that show these certificates.
    pub(super) fn start(certificates: &Certificates, random: Random, struck: Struck) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let line = Arc::new(Line {
            server: tls::server(certificates)?,
            client: tls::client(certificates)?,
            receivers: [AtomicU16::new(0), AtomicU16::new(0)],
            is_bad: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            random: Mutex::new(random),
            struck,
            landed: Mutex::default(),
            replays: AtomicU64::new(0),
        });
        let of_thread = Arc::clone(&line);
        let listening = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if of_thread.ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(connection), line) = (connection, Arc::clone(&of_thread)) else { continue };
                // A failed exchange is a fault of the network, which is what a proxy like this is for.
                std::thread::spawn(move || _ = exchange::serve(&line, connection));
            }
        });
        Ok(Self { line, port, listening: Some(listening) })
    }

    /// Where the host is to send to.
    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Where the receivers listen.
    pub(super) fn lead_to(&self, ports: [u16; 2]) {
        for (known, port) in self.line.receivers.iter().zip(ports) {
            known.store(port, Ordering::Relaxed);
        }
    }

    /// From now on requests meet faults, or none does.
    pub(super) fn is_bad(&self, is_bad: bool) {
        self.line.is_bad.store(is_bad, Ordering::Relaxed);
    }

    /// Requests that came again after a receiver had taken them.
    pub(super) fn replays(&self) -> u64 {
        self.line.replays.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.line.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes it
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Line {
    fn draw_fault(&self) -> Option<Fault> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let is_bad = self.is_bad.load(Ordering::Relaxed) && random.percent(FAULTS_OF_A_HUNDRED);
        is_bad.then(|| random.one_of(&FAULTS).copied()).flatten()
    }

    /// One of the receivers, whichever answers.
    fn receiver(&self) -> Option<TcpStream> {
        let second = self.random.lock().unwrap_or_else(PoisonError::into_inner).percent(50);
        let ports = self.receivers.iter().map(|port| port.load(Ordering::Relaxed));
        let ports: Vec<u16> = if second { ports.rev().collect() } else { ports.collect() };
        let found = ports.into_iter().find_map(|port| TcpStream::connect(("127.0.0.1", port)).ok());
        if found.is_none() {
            self.struck.note(Fault::ReceiverAway);
        }
        found
    }

    /// A request was asked for; counts it if a receiver has taken it before.
    fn note_request(&self, target: &str) {
        if self.landed.lock().unwrap_or_else(PoisonError::into_inner).contains(target) {
            self.replays.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A receiver has taken it.
    fn note_landed(&self, target: &str) {
        self.landed.lock().unwrap_or_else(PoisonError::into_inner).insert(target.to_owned());
    }
}
