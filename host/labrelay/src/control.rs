//! The running service's control socket in the state folder: answers `query`, one question a connection.
//!
//! Whoever may enter the state folder (mode 0700) may ask. The spool's database has one user at a time, so a
//! command can't look into it beside the service.

use std::io::{BufRead as _, BufReader, Read as _, Take, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use labrelay_model::Redacted;
use labrelay_os::control::{Connection, Listener};
use tracing::warn;

use crate::answer::{House, Service, answer};
use crate::query::Query;
use crate::requeue::MAX_OPENED_BYTES;

/// Longest question in bytes: a batch's name is the longest part.
const MAX_QUESTION_BYTES: u64 = 4096;
/// A client that neither asks nor reads is let go after this.
const PATIENCE: Duration = Duration::from_secs(10);
/// First byte of an answer: what follows is the answer, or the words of an error.
const ANSWER: u8 = b'+';
const ERROR: u8 = b'-';

/// Starts answering. The thread ends with the process.
pub(crate) fn serve(state: &Path, service: Service) -> anyhow::Result<()> {
    // What a service that was killed has left makes way; the spool's lock guards us.
    let listener = Listener::bind(state)
        .with_context(|| format!("can't open the control socket in {}", state.display()))?;
    std::thread::spawn(move || {
        loop {
            match listener.accept().map(|connection| converse(&connection, &service)) {
                Ok(Ok(())) | Err(_) => {}
                Ok(Err(error)) => warn!("a control connection broke off: {error:#}"),
            }
        }
    });
    Ok(())
}

/// Asks the service that runs on `state`; `false` if none does.
pub(crate) fn ask(state: &Path, query: &Query, body: &[u8], output: &mut dyn Write) -> anyhow::Result<bool> {
    let Ok(mut connection) = Connection::open(state) else { return Ok(false) };
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

fn converse(connection: &Connection, service: &Service) -> anyhow::Result<()> {
    connection.set_patience(PATIENCE)?;
    let mut question = String::new();
    let mut input = BufReader::new(connection.take(MAX_QUESTION_BYTES));
    input.read_line(&mut question)?;
    let mut output = FirstByte { kind: Some(ANSWER), to: connection };
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
fn read_body(query: &Query, input: &mut BufReader<Take<&Connection>>) -> anyhow::Result<Redacted> {
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
    to: &'a Connection,
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
