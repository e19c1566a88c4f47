//! `labrelay ledger`: the accounts of this PC, as a table or as JSON, and with `--receiver` beside those of the region.

use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use labrelay_model::{Seq, StreamName, wire::Marks};
use labrelay_upload::{Trouble, Uploader as _};

use crate::cli::LedgerArgs;
use crate::config::Config;
use crate::device::DeviceKeys;
use crate::exit::{FailAs as _, Failure};
use crate::ledger::{Ledger, SourceLedger};
use crate::query::{Desk, Query};
use crate::receiver;
use crate::status::Status;

/// Runs `labrelay ledger`.
pub(crate) fn ledger(args: &LedgerArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    let desk = Desk::new(&config);
    // The receiver last: what lands between the two questions may only put it ahead.
    let mut ledger: Ledger = ask(&desk, &Query::Ledger)?;
    if args.receiver {
        let status: Status = ask(&desk, &Query::Status)?;
        ledger.reconcile(&ask_receiver(&config)?, status.spool.epoch);
    }
    print(&ledger, args)?;
    Ok(if ledger.differences.is_empty() { ExitCode::SUCCESS } else { Failure::Found.code() })
}

fn ask<T: serde::de::DeserializeOwned>(desk: &Desk<'_>, query: &Query) -> anyhow::Result<T> {
    let mut answer = Vec::new();
    desk.ask(query, &[], &mut answer)?;
    Ok(serde_json::from_slice(&answer)?)
}

fn ask_receiver(config: &Config) -> anyhow::Result<Marks> {
    let keys = DeviceKeys::load_or_create(&config.state).fail_as(Failure::State)?;
    let uploader = receiver::uploader(config, &keys)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let asked = runtime.block_on(uploader.marks()).map_err(|trouble| match trouble {
        Trouble::Retry { cause, .. } => anyhow!("{cause}"),
        Trouble::NewEpochNeeded => anyhow!("the receiver knows a later state of this spool"),
    });
    asked.with_context(|| format!("the receiver {} can't be asked", config.receiver.url))
}

#[allow(clippy::print_stdout)]
fn print(ledger: &Ledger, args: &LedgerArgs) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(ledger)?);
        return Ok(());
    }
    println!("{:<32} {:>10} {:>10} {:>12} {:>10}", "units", "read", "accepted", "quarantined", "dropped");
    for source in &ledger.sources {
        let name = format!("{}, {}", source.family, source.source);
        let SourceLedger { read, accepted, quarantined, dropped, .. } = source;
        println!("{name:<32} {read:>10} {accepted:>10} {quarantined:>12} {dropped:>10}");
        print_reasons(source);
    }
    println!("\n{:<32} {:>10} {:>10} {:>12} {:>10}", "records", "accepted", "landed", "waiting", "refused");
    for stream in &ledger.streams {
        let (name, refused) = (stream.stream.to_string(), stream.refused);
        print!(
            "{name:<32} {:>10} {:>10} {:>12} {refused:>10}",
            stream.accepted, stream.landed, stream.waiting
        );
        let seq = |seq: Option<Seq>| seq.map_or("none".to_owned(), |seq| seq.to_string());
        match args.receiver {
            true => println!(
                "  batches: {} landed, {} received",
                seq(stream.landed_batch),
                seq(stream.received_batch)
            ),
            false => println!(),
        }
    }
    println!();
    match ledger.differences.is_empty() {
        true if args.receiver => println!("the accounts close, and the receiver's agree"),
        true => println!("the accounts close"),
        false => ledger.differences.iter().for_each(|difference| println!("DIFFERENCE  {difference}")),
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
fn print_reasons(source: &SourceLedger) {
    for line in source.lines.iter().filter(|line| line.units > 0) {
        let Some(reason) = line.reason else { continue };
        let stream = line.stream.as_ref().map_or("(not read that far)", StreamName::as_str);
        println!("  {:>10} {} {reason}, {stream}", line.units, line.outcome);
    }
    for gap in &source.gaps {
        println!("  {:>10} gaps {}, {} bytes seen and never read", gap.gaps, gap.reason, gap.bytes);
    }
}
