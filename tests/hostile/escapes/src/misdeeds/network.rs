//! Telling somebody.

use std::io::{self, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;

use super::{Misdeed, done};

pub(super) fn connect_tcp(misdeed: &Misdeed<'_>) -> io::Result<()> {
    TcpStream::connect(misdeed.argument)?.write_all(b"Jane Doe")
}

pub(super) fn send_udp(misdeed: &Misdeed<'_>) -> io::Result<()> {
    UdpSocket::bind("127.0.0.1:0")?.send_to(b"Jane Doe", misdeed.argument).map(drop)
}

pub(super) fn connect_unix(misdeed: &Misdeed<'_>) -> io::Result<()> {
    UnixStream::connect(misdeed.argument)?.write_all(b"Jane Doe")
}

pub(super) fn netlink(_: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: constants only.
    done(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE) }.into())
}
