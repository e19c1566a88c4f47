//! The running service's control socket in the state folder: answers `query`, one question a connection.
//!
//! Whoever may enter the state folder (mode 0700) may ask. The spool's database has one user at a time, so a
//! command can't look into it beside the service.

use std::io::{BufRead as _, BufReader, Read as _, Take, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use labrelay_model::Redacted;
use tracing::warn;

use crate::answer::{House, Service, answer};
use crate::query::Query;
use crate::requeue::MAX_OPENED_BYTES;

/// The socket within the state folder.
pub(crate) const SOCKET: &str = "control.sock";
/// Longest question in bytes: a batch's name is the longest part.
const MAX_QUESTION_BYTES: u64 = 4096;
/// A client that neither asks nor reads is let go after this.
const PATIENCE: Duration = Duration::from_secs(10);
/// First byte of an answer: what follows is the answer, or the words of an error.
const ANSWER: u8 = b'+';
const ERROR: u8 = b'-';

/// Starts answering. The thread ends with the process.
pub(crate) fn serve(state: &Path, service: Service) -> anyhow::Result<()> {
    let _ = std::fs::remove_file(state.join(SOCKET)); // left by a service that was killed; the spool's lock guards us
    let (path, _folder) = short_path(state)?;
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("can't open the control socket in {}", state.display()))?;
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            if let Err(error) = converse(connection, &service) {
                warn!("a control connection broke off: {error:#}");
            }
        }
    });
    Ok(())
}

/// Asks the service that runs on `state`; `false` if none does.
pub(crate) fn ask(state: &Path, query: &Query, body: &[u8], output: &mut dyn Write) -> anyhow::Result<bool> {
    let Ok((path, _folder)) = short_path(state) else { return Ok(false) };
    let Ok(mut connection) = UnixStream::connect(&path) else { return Ok(false) };
    connection.write_all(format!("{}\n", serde_json::to_string(query)?).as_bytes())?;
    connection.write_all(body)?;
    let mut kind = [0];
    connection.read_exact(&mut kind).context("the service broke off")?;
    if kind == [ANSWER] {
        std::io::copy(&mut connection, output)?;
        return Ok(true);
    }
    let mut words = String::new();
    connection.read_to_string(&mut words)?;
    Err(anyhow!(words))
}

fn converse(connection: UnixStream, service: &Service) -> anyhow::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut question = String::new();
    let mut input = BufReader::new((&connection).take(MAX_QUESTION_BYTES));
    input.read_line(&mut question)?;
    let mut output = FirstByte { kind: Some(ANSWER), to: &connection };
    let answered = match serde_json::from_str(&question) {
        Ok(query) => read_body(&query, &mut input)
            .and_then(|body| answer(&query, &body.0, &House::Service(service), &mut output)),
        Err(_) => Err(anyhow!("this service is of another version than the command")),
    };
    if let Err(error) = answered {
        if output.kind.is_some() {
            output.kind = Some(ERROR);
        }
        write!(output, "{error:#}")?;
    }
    output.begin()?; // an empty answer is one too
    Ok(())
}

/// What follows a question that has a body.
fn read_body(query: &Query, input: &mut BufReader<Take<&UnixStream>>) -> anyhow::Result<Redacted> {
    let bytes = query.body_bytes();
    if bytes > MAX_OPENED_BYTES {
        bail!("what goes with the question has {bytes} bytes; the service takes {MAX_OPENED_BYTES}");
    }
    input.get_mut().set_limit(bytes);
    let mut body = Redacted(vec![0; usize::try_from(bytes)?]);
    input.read_exact(&mut body.0).context("the command broke off")?;
    Ok(body)
}

/// Puts the kind before the first byte, so that an error before any output is told from an answer.
struct FirstByte<'a> {
    kind: Option<u8>,
    to: &'a UnixStream,
}

impl FirstByte<'_> {
    fn begin(&mut self) -> std::io::Result<()> {
        self.kind.take().map_or(Ok(()), |kind| self.to.write_all(&[kind]))
    }
}

impl Write for FirstByte<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.begin()?;
        self.to.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// The socket's path by way of an open folder: a socket's own path may have 108 bytes at most.
fn short_path(state: &Path) -> std::io::Result<(PathBuf, std::fs::File)> {
    use std::os::fd::AsRawFd as _;
    let folder = std::fs::File::open(state)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()));
    Ok((path, folder))
}
