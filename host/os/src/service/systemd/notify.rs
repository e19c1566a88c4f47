//! What the running service tells systemd, by datagrams to the socket that systemd names (`sd_notify(3)`).
//!
//! Without that socket nothing is sent. What can't be sent is dropped: a service that works must not end because nobody
//! listens; and a watchdog that hears nothing acts by itself. Our own few lines, since `sd-notify` knows no abstract socket.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// How long one step of the start may take before systemd ends it. Longer than the service itself gives a step, even the opening
/// of a spool of 10 GiB (docs/service.md): it ends with an event that says why.
const STEP: Duration = Duration::from_secs(3600);
/// How long a datagram may wait for room in systemd's queue; it has some while systemd does anything at all.
const PATIENCE: Duration = Duration::from_secs(1);
/// Most bytes of a status, which is one line of `systemctl status`.
const MAX_STATUS_BYTES: usize = 200;

/// What a running service tells its manager; nothing where there is none.
#[derive(Debug, Clone, Default)]
pub struct Manager {
    socket: Option<SocketAddr>,
    watchdog: Option<Duration>,
}

impl Manager {
    /// The one that has started this process.
    pub fn of_this_process() -> Self {
        let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
        let socket = std::env::var_os("NOTIFY_SOCKET").and_then(|name| address(&name));
        Self::new(socket, number("WATCHDOG_USEC"), number("WATCHDOG_PID"))
    }

    fn new(socket: Option<SocketAddr>, watchdog_us: Option<u64>, watchdog_pid: Option<u64>) -> Self {
        let is_meant = watchdog_pid.is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = watchdog_us.filter(|us| is_meant && *us > 0).map(Duration::from_micros);
        Self { socket, watchdog }
    }

    /// The start is at `step`, which may take a while.
    pub fn starting(&self, step: &str) {
        self.tell(&format!("EXTEND_TIMEOUT_USEC={}\n{}", STEP.as_micros(), status(step)));
    }

    /// The service does its work.
    pub fn ready(&self) {
        self.tell(&format!("READY=1\n{}", status("collecting")));
    }

    /// The service is not stuck: to be called every [`watchdog_interval`](Self::watchdog_interval).
    pub fn alive(&self) {
        self.tell("WATCHDOG=1");
    }

    /// The service has begun to end.
    pub fn stopping(&self) {
        self.tell(&format!("STOPPING=1\n{}", status("stopping")));
    }

    /// How often the manager wants to hear that the service is alive: twice in the time after which it ends one that is
    /// silent. `None` if it does not watch.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.watchdog.map(|limit| limit / 2)
    }

    fn tell(&self, what: &str) {
        let Some(socket) = &self.socket else { return };
        let _ = send(socket, what); // see the file's header
    }
}

/// A path, or a name in the abstract name space after an `@`. Other kinds (`vsock:`) tell a virtual machine's host, not a service.
fn address(name: &OsStr) -> Option<SocketAddr> {
    match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name).ok(),
        [b'/', ..] => SocketAddr::from_pathname(name).ok(),
        _ => None,
    }
}

fn send(socket: &SocketAddr, what: &str) -> io::Result<()> {
    let from = UnixDatagram::unbound()?;
    from.set_write_timeout(Some(PATIENCE))?;
    from.send_to_addr(what.as_bytes(), socket)?;
    Ok(())
}

/// `STATUS=…`, in one line: what stands in a second one would be an order of its own.
fn status(text: &str) -> String {
    let mut line = String::from("STATUS=");
    for character in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if line.len() >= MAX_STATUS_BYTES {
            break;
        }
        let _ = line.write_char(character); // a String takes everything
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manager's end of the socket, and a service that knows it by `name`.
    fn pair(name: &OsStr) -> (UnixDatagram, Manager) {
        let socket = address(name).unwrap();
        let heard = UnixDatagram::bind_addr(&socket).unwrap();
        heard.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        (heard, Manager::new(Some(socket), None, None))
    }

    fn next(heard: &UnixDatagram) -> String {
        let mut buffer = [0; 4096];
        let bytes = heard.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..bytes].to_vec()).unwrap()
    }

    fn life(heard: &UnixDatagram, manager: &Manager) {
        manager.starting("opening the spool");
        assert_eq!(next(heard), "EXTEND_TIMEOUT_USEC=3600000000\nSTATUS=opening the spool");
        manager.ready();
        assert_eq!(next(heard), "READY=1\nSTATUS=collecting");
        manager.alive();
        assert_eq!(next(heard), "WATCHDOG=1");
        manager.stopping();
        assert_eq!(next(heard), "STOPPING=1\nSTATUS=stopping");
    }

    #[test]
    fn a_socket_in_a_folder_hears_the_whole_life() {
        let dir = tempfile::tempdir().unwrap();
        let (heard, manager) = pair(dir.path().join("notify").as_os_str());
        life(&heard, &manager);
    }

    #[test]
    fn an_abstract_socket_hears_the_whole_life() {
        let name = format!("@labrelay-test-{}", std::process::id());
        let (heard, manager) = pair(OsStr::new(&name));
        life(&heard, &manager);
    }

    #[test]
    fn a_status_is_one_short_line() {
        let dir = tempfile::tempdir().unwrap();
        let (heard, manager) = pair(dir.path().join("notify").as_os_str());
        manager.starting("a\nREADY=1");
        assert!(next(&heard).ends_with("\nSTATUS=a READY=1"));
        manager.starting(&"ü".repeat(4096));
        assert!(next(&heard).lines().last().unwrap().len() <= MAX_STATUS_BYTES + 1);
    }

    #[test]
    fn nobody_hears_and_nothing_breaks() {
        Manager::default().ready();
        let dir = tempfile::tempdir().unwrap();
        let (heard, manager) = pair(dir.path().join("notify").as_os_str());
        drop(heard);
        manager.ready();
    }

    #[test]
    fn other_kinds_of_sockets_are_left_alone() {
        for name in ["", "vsock:2:1234", "relative/path"] {
            assert!(address(OsStr::new(name)).is_none(), "{name}");
        }
    }

    #[test]
    fn the_watchdog_is_heard_twice_in_its_time_and_only_by_the_process_that_is_meant() {
        let interval = |us, pid| Manager::new(None, us, pid).watchdog_interval();
        let us = u64::from(std::process::id());
        assert_eq!(interval(Some(60_000_000), Some(us)), Some(Duration::from_secs(30)));
        assert_eq!(interval(Some(60_000_000), None), Some(Duration::from_secs(30)));
        assert_eq!(interval(Some(60_000_000), Some(us + 1)), None);
        assert_eq!(interval(None, Some(us)), None);
        assert_eq!(interval(Some(0), None), None);
    }
}
