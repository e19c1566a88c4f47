//! The channel on Unix: a socket pair, with open files attached to bytes.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};

use super::{MAX_FILES, too_many_files};

/// One end of the pair.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
}

impl Channel {
    /// Makes a pair: our end, and the one that a child process gets as its standard input.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        Ok((Self { socket: ours }, theirs))
    }

    /// The end that a process was started with.
    pub fn from_end(socket: OwnedFd) -> Self {
        Self { socket }
    }

    /// Sends `head`, with `files` attached to its first byte, then `body`. `None` waits for ever.
    pub fn send(
        &self,
        head: &[u8],
        body: &[u8],
        files: &[&File],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let files: Vec<BorrowedFd<'_>> = files.iter().map(|file| file.as_fd()).collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fit = files.len() <= MAX_FILES;
        if !fit || !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&files)) {
            return Err(too_many_files());
        }
        let mut parts = [IoSlice::new(head), IoSlice::new(body)];
        let mut rest = parts.as_mut_slice();
        IoSlice::advance_slices(&mut rest, 0); // leaves out empty parts
        while !rest.is_empty() {
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            match rustix::net::sendmsg(&self.socket, rest, &mut control, flags) {
                Ok(sent) => {
                    IoSlice::advance_slices(&mut rest, sent);
                    control.clear(); // the files have gone with the first byte
                }
                Err(errno) => self.ready_again(errno, PollFlags::OUT, deadline)?,
            }
        }
        Ok(())
    }

    /// Fills `buf`. Open files that come along are not taken: the system closes them.
    pub fn receive(&self, buf: &mut [u8], deadline: Option<Instant>) -> io::Result<()> {
        let mut filled = 0;
        while let Some(rest) = buf.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::net::recv(&self.socket, rest, RecvFlags::DONTWAIT) {
                Ok((_, 0)) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok((_, received)) => filled += received,
                Err(errno) => self.ready_again(errno, PollFlags::IN, deadline)?,
            }
        }
        Ok(())
    }

    /// Fills `buf` like [`Channel::receive`], and takes the open files that come along. How many `announced` reads in `buf`
    /// matters to other systems alone: here the system counts them.
    pub fn receive_with_files(
        &self,
        buf: &mut [u8],
        _announced: impl FnOnce(&[u8]) -> usize,
        deadline: Option<Instant>,
    ) -> io::Result<Vec<File>> {
        let mut files = Vec::new();
        let mut filled = 0;
        while let Some(rest) = buf.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.receive_some(rest, &mut files) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(received) => filled += received,
                Err(errno) => self.ready_again(errno, PollFlags::IN, deadline)?,
            }
        }
        Ok(files)
    }

    fn receive_some(&self, buf: &mut [u8], files: &mut Vec<File>) -> Result<usize, Errno> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
        let message = rustix::net::recvmsg(&self.socket, &mut [IoSliceMut::new(buf)], &mut control, flags)?;
        for attached in control.drain() {
            if let RecvAncillaryMessage::ScmRights(attached) = attached {
                files.extend(attached.map(File::from));
            }
        }
        if message.flags.contains(ReturnFlags::CTRUNC) {
            return Err(Errno::MSGSIZE);
        }
        Ok(message.bytes)
    }

    /// Waits until the socket is worth another try; any other error is passed on.
    fn ready_again(&self, errno: Errno, what: PollFlags, deadline: Option<Instant>) -> io::Result<()> {
        match errno {
            Errno::AGAIN => wait(self.socket.as_fd(), what, deadline),
            Errno::INTR => Ok(()),
            other => Err(other.into()),
        }
    }
}

fn wait(socket: BorrowedFd<'_>, what: PollFlags, deadline: Option<Instant>) -> io::Result<()> {
    let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
    if left.is_some_and(|left| left.is_zero()) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let timeout = left.map(Timespec::try_from).transpose().map_err(|_| io::ErrorKind::InvalidInput)?;
    match poll(&mut [PollFd::from_borrowed_fd(socket, what)], timeout.as_ref()) {
        Ok(0) => Err(io::ErrorKind::TimedOut.into()),
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
