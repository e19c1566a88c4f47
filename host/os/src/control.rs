//! The door by which commands of this PC reach the service that runs on a state folder: who may enter that folder may ask.
//!
//! Knows nothing of questions and answers.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{Connection, Listener, is_open};
#[cfg(windows)]
pub use windows::{Connection, Listener, is_open};

impl std::io::Read for Connection {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        (&*self).read(buf)
    }
}

impl std::io::Write for Connection {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        (&*self).write(buf)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        (&*self).flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::time::Duration;

    use super::*;

    fn state() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        crate::private::create_dir(&dir.path().join("state")).unwrap();
        dir
    }

    #[test]
    fn nobody_answers_where_no_service_runs() {
        let dir = state();
        Connection::open(&dir.path().join("state")).unwrap_err();
    }

    #[test]
    fn several_questions_are_answered_to_their_end() {
        let dir = state();
        let state = dir.path().join("state");
        assert!(!is_open(&state));
        let listener = Listener::bind(&state).unwrap();
        assert!(is_open(&state));
        let service = std::thread::spawn(move || {
            for _ in 0..2 {
                let mut connection = listener.accept().unwrap();
                let mut question = [0; 3];
                connection.read_exact(&mut question).unwrap();
                connection.write_all(&question.repeat(100_000)).unwrap();
            }
        });
        for question in ["one", "two"] {
            let mut connection = Connection::open(&state).unwrap();
            connection.write_all(question.as_bytes()).unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).unwrap();
            assert_eq!(answer, question.repeat(100_000));
        }
        service.join().unwrap();
    }

    #[test]
    fn a_silent_client_is_let_go() {
        let dir = state();
        let state = dir.path().join("state");
        let listener = Listener::bind(&state).unwrap();
        let _silent = Connection::open(&state).unwrap();
        let mut connection = listener.accept().unwrap();
        connection.set_patience(Duration::from_millis(50)).unwrap();
        connection.read_exact(&mut [0]).unwrap_err();
    }
}
