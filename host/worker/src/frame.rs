//! Frames between host and worker: a head of ten bytes, then a body whose length is checked before it is read.

use std::fs::File;
use std::io;
use std::time::Instant;

use labrelay_os::channel::Channel;

const HEAD_BYTES: usize = 10;
/// Longest body that a worker takes. Requests are far shorter; this only stops a mistake.
pub(crate) const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// What is asked, and of what a reply is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Load the attached library.
    Load = 1,
    /// The ABI's `describe`.
    Describe = 2,
    /// The ABI's `open`.
    Open = 3,
    /// The ABI's `poll`, with the inputs attached.
    Poll = 4,
    /// The ABI's `close`.
    Close = 5,
    /// Confine yourself to what loading the attached library takes.
    Confine = 6,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Kind::Load, Kind::Describe, Kind::Open, Kind::Poll, Kind::Close, Kind::Confine]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) length: u32,
    /// Counts requests; a reply repeats it.
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    /// Number of open files attached.
    pub(crate) files: u8,
}

impl Head {
    fn encode(self) -> [u8; HEAD_BYTES] {
        let ([a, b, c, d], [e, f, g, h]) = (self.length.to_le_bytes(), self.id.to_le_bytes());
        [a, b, c, d, e, f, g, h, self.kind as u8, self.files]
    }

    fn decode(bytes: [u8; HEAD_BYTES]) -> Result<Self, FrameError> {
        let [a, b, c, d, e, f, g, h, kind, files] = bytes;
        Ok(Self {
            length: u32::from_le_bytes([a, b, c, d]),
            id: u32::from_le_bytes([e, f, g, h]),
            kind: Kind::from_byte(kind).ok_or(FrameError::NotAFrame)?,
            files,
        })
    }
}

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The peer is gone, silent beyond the deadline, or the system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What arrived is no frame.
    #[error("what arrived is not framed")]
    NotAFrame,
    /// Its body is longer than any valid one.
    #[error("a frame of {length} bytes; at most {max} are allowed")]
    TooLong {
        /// Length that its head claims.
        length: usize,
        /// The bound.
        max: usize,
    },
}

/// Sends one frame.
pub(crate) fn send(
    channel: &Channel,
    id: u32,
    kind: Kind,
    body: &[u8],
    files: &[&File],
    deadline: Option<Instant>,
) -> Result<(), FrameError> {
    let too_long = |_| FrameError::TooLong { length: body.len(), max: u32::MAX as usize };
    let length = u32::try_from(body.len()).map_err(too_long)?;
    let files_sent = u8::try_from(files.len()).map_err(|_| FrameError::NotAFrame)?;
    let head = Head { length, id, kind, files: files_sent };
    Ok(channel.send(&head.encode(), body, files, deadline)?)
}

/// Waits for a request and takes the files that come with it.
pub(crate) fn receive_request(channel: &Channel) -> Result<(Head, Vec<u8>, Vec<File>), FrameError> {
    let mut bytes = [0; HEAD_BYTES];
    let files = channel.receive_with_files(&mut bytes, files_announced, None)?;
    let head = Head::decode(bytes)?;
    if files.len() != usize::from(head.files) {
        return Err(FrameError::NotAFrame);
    }
    let mut body = Vec::new();
    receive_body(channel, head, &mut body, MAX_REQUEST_BYTES, None)?;
    Ok((head, body, files))
}

/// By the last byte of a head.
fn files_announced(head: &[u8]) -> usize {
    head.last().copied().unwrap_or(0).into()
}

/// Waits for a reply; its body replaces what is in `body`. Files that come along are not taken.
pub(crate) fn receive_reply(
    channel: &Channel,
    body: &mut Vec<u8>,
    max: usize,
    deadline: Instant,
) -> Result<Head, FrameError> {
    let mut bytes = [0; HEAD_BYTES];
    channel.receive(&mut bytes, Some(deadline))?;
    let head = Head::decode(bytes)?;
    receive_body(channel, head, body, max, Some(deadline))?;
    Ok(head)
}

fn receive_body(
    channel: &Channel,
    head: Head,
    body: &mut Vec<u8>,
    max: usize,
    deadline: Option<Instant>,
) -> Result<(), FrameError> {
    let length = usize::try_from(head.length).unwrap_or(usize::MAX);
    if length > max {
        return Err(FrameError::TooLong { length, max });
    }
    body.clear();
    body.resize(length, 0);
    Ok(channel.receive(body, deadline)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn pair() -> (Channel, Channel) {
        let (ours, theirs) = Channel::pair().unwrap();
        (ours, Channel::from_end(theirs))
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(20)
    }

    #[test]
    fn a_request_arrives_with_its_files() {
        let (host, worker) = pair();
        let file = tempfile::tempfile().unwrap();
        send(&host, 7, Kind::Poll, b"body", &[&file, &file], None).unwrap();
        let (head, body, files) = receive_request(&worker).unwrap();
        assert_eq!(head, Head { length: 4, id: 7, kind: Kind::Poll, files: 2 });
        assert_eq!((body.as_slice(), files.len()), (b"body".as_slice(), 2));
    }

    #[test]
    fn a_forged_length_is_refused_before_anything_is_allocated() {
        let (host, worker) = pair();
        worker
            .send(&Head { length: 1 << 31, id: 1, kind: Kind::Poll, files: 0 }.encode(), b"", &[], None)
            .unwrap();
        let mut body = Vec::new();
        let error = receive_reply(&host, &mut body, 1024, soon()).unwrap_err();
        assert!(matches!(error, FrameError::TooLong { max: 1024, .. }), "{error}");
        assert_eq!(body.capacity(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_frame_or_an_error_in_time(bytes: Vec<u8>) {
            let (host, worker) = pair();
            worker.send(&bytes, b"", &[], None).unwrap();
            drop(worker);
            let mut body = Vec::new();
            if let Ok(head) = receive_reply(&host, &mut body, 1024, soon()) {
                prop_assert_eq!(body.len(), head.length as usize);
            }
        }
    }
}
