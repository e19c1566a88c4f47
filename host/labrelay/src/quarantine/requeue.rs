//! `labrelay quarantine requeue`: decrypts here, and hands message by message to whoever has gate and spool.

use std::process::ExitCode;

use labrelay_model::{Digest, Reason};
use labrelay_spool::{QuarantineId, QuarantineKey};

use super::{lines, messages, opened, read_key, sealed};
use crate::audit::AuditLog;
use crate::cli::RequeueArgs;
use crate::config::Config;
use crate::exit::Failure;
use crate::query::{Desk, QuarantineLine, Query};
use crate::requeue::{Request, Requeued};

/// Runs the command. What can't be done for one message is said, and the others are done.
#[allow(clippy::print_stdout, clippy::print_stderr)]
pub(super) fn requeue(config: &Config, args: &RequeueArgs) -> anyhow::Result<ExitCode> {
    let key = read_key(&args.key)?;
    let audit = AuditLog::open(&config.state)?;
    let desk = Desk::new(config);
    let lines = lines(&desk)?;
    let (mut sum, mut failed) = (Requeued::default(), 0);
    for id in messages(lines.iter().filter(|line| is_meant(line, args))) {
        match requeue_message(&desk, &key, id, args) {
            Ok(done) => sum.add(done),
            Err(error) => {
                eprintln!("message {} stays as it is: {error:#}", id.number);
                failed += 1;
            }
        }
    }
    say(&sum, args);
    if sum == Requeued::default() && failed == 0 {
        println!("nothing in the quarantine was refused as {}; see `labrelay quarantine list`", args.reason);
    }
    let Requeued { units, records, refused, unread } = sum;
    let counts = [("units", units), ("records", records), ("refused", refused), ("unread", unread)];
    audit.note("quarantine requeue", &counts)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { Failure::Found.code() })
}

/// A line without a reason may hold any: the message is looked into.
fn is_meant(line: &QuarantineLine, args: &RequeueArgs) -> bool {
    let Some(reason) = line.reason else { return true };
    reason == args.reason && (args.stream.is_none() || line.stream == args.stream)
}

fn requeue_message(
    desk: &Desk<'_>,
    key: &QuarantineKey,
    id: QuarantineId,
    args: &RequeueArgs,
) -> anyhow::Result<Requeued> {
    let message = sealed(desk, id)?;
    let plain = opened(key, id, &message)?;
    let request = Request {
        message: id,
        sha256: sha256(&message),
        reason: args.reason,
        stream: args.stream.clone(),
        bytes: plain.0.len() as u64,
    };
    let mut answer = Vec::new();
    desk.ask(&Query::Requeue(request), &plain.0, &mut answer)?;
    Ok(serde_json::from_slice(&answer)?)
}

fn sha256(bytes: &[u8]) -> Digest {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    Digest(digest.as_ref().first_chunk().copied().unwrap_or_default())
}

/// What to do where nothing is kept but bytes.
fn advice(reason: Reason) -> &'static str {
    match reason {
        Reason::RefusedByReceiver | Reason::SecondCheck => reason.what_to_do(),
        _ => {
            "The plugin could not read them: install one that can, and copy the instrument's files into the \
             watched folder again."
        }
    }
}

#[allow(clippy::print_stdout)]
fn say(sum: &Requeued, args: &RequeueArgs) {
    let Requeued { units, records, refused, unread } = sum;
    println!("{units} units passed the gate and left the quarantine; {records} records will be sent");
    if *refused > 0 {
        println!("{refused} units stay: today's gate refuses them still\n  {}", args.reason.what_to_do());
    }
    if *unread > 0 {
        println!(
            "{unread} units stay: they are no records that the gate could judge\n  {}",
            advice(args.reason)
        );
    }
}
