//! A socket pair between the host and a worker: bytes with a deadline, and open files passed along.
//!
//! Knows nothing of frames or messages.

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

/// Most open files in one message: the ABI's bound for a poll, well under Linux's 253.
pub const MAX_FILES: usize = 64;

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
        files: &[BorrowedFd<'_>],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fit = files.len() <= MAX_FILES;
        if !fit || !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(files)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "more open files than a message takes"));
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

    /// Fills `buf` like [`Channel::receive`], and takes the open files that come along.
    pub fn receive_with_files(&self, buf: &mut [u8], deadline: Option<Instant>) -> io::Result<Vec<OwnedFd>> {
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

    fn receive_some(&self, buf: &mut [u8], files: &mut Vec<OwnedFd>) -> Result<usize, Errno> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
        let message = rustix::net::recvmsg(&self.socket, &mut [IoSliceMut::new(buf)], &mut control, flags)?;
        for attached in control.drain() {
            if let RecvAncillaryMessage::ScmRights(attached) = attached {
                files.extend(attached);
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _, Write as _};
    use std::time::Duration;

    use super::*;

    fn pair() -> (Channel, Channel) {
        let (ours, theirs) = Channel::pair().unwrap();
        (ours, Channel::from_end(theirs))
    }

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(50))
    }

    #[test]
    fn bytes_arrive_with_the_files_attached_to_them() {
        let (ours, theirs) = pair();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"content").unwrap();
        ours.send(b"head", b"body", &[file.as_fd(); 64], None).unwrap();
        let mut head = [0; 4];
        let files = theirs.receive_with_files(&mut head, None).unwrap();
        let mut body = [0; 4];
        theirs.receive(&mut body, None).unwrap();
        assert_eq!((head, body, files.len()), (*b"head", *b"body", 64));
        let mut received = std::fs::File::from(files.into_iter().next().unwrap());
        received.rewind().unwrap();
        let mut text = String::new();
        received.read_to_string(&mut text).unwrap();
        assert_eq!(text, "content");
    }

    #[test]
    fn more_files_than_fit_are_refused_before_anything_is_sent() {
        let (ours, theirs) = pair();
        let file = tempfile::tempfile().unwrap();
        let error = ours.send(b"head", b"", &[file.as_fd(); 65], None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(theirs.receive(&mut [0; 1], soon()).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_silent_or_deaf_peer_ends_at_the_deadline() {
        let (ours, _theirs) = pair();
        assert_eq!(ours.receive(&mut [0; 1], soon()).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let endless = vec![0; 8 * 1024 * 1024];
        assert_eq!(ours.send(b"", &endless, &[], soon()).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_peer_that_is_gone_is_an_error_and_no_signal() {
        let (ours, theirs) = pair();
        drop(theirs);
        assert_eq!(ours.receive(&mut [0; 1], None).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(ours.send(b"x", b"", &[], None).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn files_that_nobody_asked_for_are_not_kept() {
        let (ours, theirs) = pair();
        let (probe, attached) = pair();
        theirs.send(b"x", b"", &[attached.socket.as_fd()], None).unwrap();
        drop(attached);
        ours.receive(&mut [0; 1], None).unwrap();
        assert_eq!(probe.receive(&mut [0; 1], soon()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
