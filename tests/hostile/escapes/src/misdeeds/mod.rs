//! The misdeeds by name. Each returns the system's error if it was kept from it.

mod files;
mod network;
mod processes;

use std::io;
use std::os::fd::RawFd;

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Misdeed<'a> {
    /// One of [`names`].
    pub name: &'a str,
    /// An address, a path or a process, as the misdeed needs it.
    pub argument: &'a str,
    /// An input that was opened for reading.
    pub input: RawFd,
}

type Deed = fn(&Misdeed<'_>) -> io::Result<()>;

const DEEDS: &[(&str, Deed)] = &[
    ("connect_tcp", network::connect_tcp),
    ("send_udp", network::send_udp),
    ("connect_unix", network::connect_unix),
    ("netlink", network::netlink),
    ("read_file", files::read),
    ("write_file", files::write),
    ("truncate_file", files::truncate),
    ("open_sibling", files::open_sibling),
    ("look_at_file", files::look_at),
    ("lock_input", files::lock_input),
    ("write_input", files::write_input),
    ("read_host", processes::read_host),
    ("signal_host", processes::signal_host),
    ("trace_host", processes::trace_host),
    ("fork", processes::fork),
    ("exec", processes::exec),
    ("thread", processes::thread),
    ("io_uring", processes::io_uring),
    ("foreign_call", processes::foreign_call),
    ("code", processes::code),
    ("namespace", processes::namespace),
    ("balloon", processes::balloon),
];

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    DEEDS.iter().map(|(name, _)| *name)
}

pub(crate) fn commit(misdeed: &Misdeed<'_>) -> io::Result<()> {
    let found = DEEDS.iter().find(|(name, _)| *name == misdeed.name);
    found.map_or(Err(io::ErrorKind::Unsupported.into()), |(_, deed)| deed(misdeed))
}

/// The system's error, if it says so by a negative number.
fn done(result: i64) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
