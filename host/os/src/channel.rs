//! A channel of their own between the host and a worker: bytes with a deadline, and open files passed along.
//!
//! Knows nothing of frames or messages.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::Channel;
#[cfg(windows)]
pub use windows::Channel;

/// Most open files in one message: the ABI's bound for a poll, well under Linux's 253.
pub const MAX_FILES: usize = 64;

fn too_many_files() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidInput, "more open files than a message takes")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::io::{Read as _, Seek as _, Write as _};
    use std::time::{Duration, Instant};

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
        ours.send(b"head", b"body", &[&file; 64], None).unwrap();
        let mut head = [0; 4];
        let files = theirs.receive_with_files(&mut head, |_| 64, None).unwrap();
        let mut body = [0; 4];
        theirs.receive(&mut body, None).unwrap();
        assert_eq!((head, body, files.len()), (*b"head", *b"body", 64));
        let mut received = files.into_iter().next().unwrap();
        received.rewind().unwrap();
        let mut text = String::new();
        received.read_to_string(&mut text).unwrap();
        assert_eq!(text, "content");
    }

    #[test]
    fn more_files_than_fit_are_refused_before_anything_is_sent() {
        let (ours, theirs) = pair();
        let file = tempfile::tempfile().unwrap();
        let error = ours.send(b"head", b"", &[&file; 65], None).unwrap_err();
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

    #[cfg(unix)] // on Windows a host never takes a handle's number from a worker
    #[test]
    fn files_that_nobody_asked_for_are_not_kept() {
        let (ours, theirs) = pair();
        let (probe, attached) = Channel::pair().unwrap();
        let attached = std::fs::File::from(attached);
        theirs.send(b"x", b"", &[&attached], None).unwrap();
        drop(attached);
        ours.receive(&mut [0; 1], None).unwrap();
        assert_eq!(probe.receive(&mut [0; 1], soon()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
