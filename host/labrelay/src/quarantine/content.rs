//! `labrelay quarantine show` and `export`: the only ways in which the content of refused units comes to light, and
//! only with the administrator's key.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use labrelay_os::private;
use labrelay_spool::{OpenedMessage, QuarantineEntry, QuarantineId, QuarantineKey};
use serde_json::json;

use super::{lines, messages, opened, read_key, sealed};
use crate::audit::AuditLog;
use crate::config::Config;
use crate::exit::Failure;
use crate::query::Desk;

/// Runs `quarantine show`.
pub(super) fn show(config: &Config, key: &Path, number: u64) -> anyhow::Result<ExitCode> {
    let key = read_key(key)?;
    let audit = AuditLog::open(&config.state)?;
    let desk = Desk::new(config);
    let lines = lines(&desk)?;
    // Builds before there were counts numbered by the day: then there may be several.
    let found = messages(lines.iter().filter(|line| line.number == number));
    if found.is_empty() {
        return Err(anyhow!("there is no message {number}; see `labrelay quarantine list`"));
    }
    let (stdout, mut units) = (&mut std::io::stdout().lock(), 0);
    for &id in &found {
        let message = OpenedMessage::read(&opened(&key, id, &sealed(&desk, id)?)?.0)?;
        message.entries.iter().try_for_each(|entry| print(stdout, entry))?;
        units += message.entries.len() as u64;
    }
    audit.note("quarantine show", &[("messages", found.len() as u64), ("units", units)])?;
    Ok(ExitCode::SUCCESS)
}

fn print(to: &mut impl Write, entry: &QuarantineEntry) -> std::io::Result<()> {
    let QuarantineEntry { family, reason, position, received_at, .. } = entry;
    let source = entry.source.as_ref().map_or("-", |source| source.as_str());
    let stream = entry.stream.as_ref().map_or("-", |stream| stream.as_str());
    writeln!(
        to,
        "# {family}, source {source}, stream {stream}: {reason}, at {} of its input, {received_at}",
        position.0
    )?;
    writeln!(to, "{}\n", printable(&entry.raw.0))
}

/// Control characters in what an instrument wrote must not steer the terminal.
fn printable(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut shown = String::with_capacity(text.len());
    for character in text.trim_end_matches('\n').chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    shown
}

/// Runs `quarantine export`. A message that another key opens is left out, and said so.
#[allow(clippy::print_stdout, clippy::print_stderr)]
pub(super) fn export(config: &Config, to: &Path, key: Option<&Path>) -> anyhow::Result<ExitCode> {
    let key = key.map(read_key).transpose()?;
    let audit = AuditLog::open(&config.state)?;
    let desk = Desk::new(config);
    let lines = lines(&desk)?;
    let file = private::create_new(to);
    let mut file = BufWriter::new(file.with_context(|| format!("can't make {}", to.display()))?);
    let (mut written, mut left_out) = (0, 0);
    for id in messages(lines.iter()) {
        match write_message(&mut file, &sealed(&desk, id)?, id, key.as_ref()) {
            Ok(()) => written += 1,
            Err(Trouble::Disk(error)) => {
                return Err(error).with_context(|| format!("can't write {}", to.display()));
            }
            Err(Trouble::Key(error)) => {
                eprintln!("left out: {error:#}");
                left_out += 1;
            }
        }
    }
    file.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all())?;
    println!("{written} messages written to {}", to.display());
    let command = if key.is_some() { "quarantine export --key" } else { "quarantine export" };
    audit.note(command, &[("messages", written), ("left_out", left_out)])?;
    Ok(if left_out == 0 { ExitCode::SUCCESS } else { Failure::Found.code() })
}

enum Trouble {
    Disk(std::io::Error),
    Key(anyhow::Error),
}

/// Sealed, a message is one JSON object; decrypted, its own lines.
fn write_message(
    to: &mut impl Write,
    message: &[u8],
    id: QuarantineId,
    key: Option<&QuarantineKey>,
) -> Result<(), Trouble> {
    let Some(key) = key else {
        let line = json!({ "number": id.number, "age_base64": BASE64_STANDARD.encode(message) });
        return writeln!(to, "{line}").map_err(Trouble::Disk);
    };
    let plain = opened(key, id, message).map_err(Trouble::Key)?;
    to.write_all(&plain.0).map_err(Trouble::Disk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_instrument_wrote_can_not_steer_the_terminal() {
        assert_eq!(printable("Größe\t1\x1b[2J\r\n2\n".as_bytes()), "Größe\t1\\u{1b}[2J\\r\n2");
        assert_eq!(printable(b"\xff\x07"), "\u{fffd}\\u{7}");
    }
}
