//! `labrelay-receiver keys` and `import`: for sites that carry their batches in a file.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write as _};

use anyhow::{Context as _, bail};
use labrelay_receiver::import::{Imported, import as import_export};
use labrelay_receiver::limits::Limits;
use labrelay_receiver::offline::OfflineKeys;
use labrelay_receiver::service::Service;

use crate::cli::{ImportArgs, KeysArgs};

/// Prints the site's part of the keys, as its configuration has it.
pub(crate) fn keys(args: &KeysArgs) -> anyhow::Result<()> {
    let keys = OfflineKeys::load_or_create(&args.path()?)?;
    println!("offline:\n  recipient: {}\n  receipt_key: {}", keys.recipient(), keys.receipt_key());
    Ok(())
}

pub(crate) fn import(args: &ImportArgs) -> anyhow::Result<()> {
    if args.receipt_to.exists() {
        bail!("{} exists; name another file for the receipt", args.receipt_to.display());
    }
    let keys = args.keys()?;
    if !keys.exists() {
        bail!("{}: there are no keys; `labrelay-receiver keys` makes them", keys.display());
    }
    let keys = OfflineKeys::load_or_create(&keys)?;
    let service = Service::open(&args.places.places()?, Limits::default())?;
    let file = File::open(&args.export).with_context(|| args.export.display().to_string())?;
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    let mut imported = Imported::default();
    let done = runtime.block_on(import_export(BufReader::new(file), &keys, service.intake(), &mut imported));
    write_receipt(args, &keys, &imported)?;
    report(args, &imported);
    done.with_context(|| args.export.display().to_string())?;
    if !imported.not_taken.is_empty() {
        bail!("{} batches were not taken; the receipt leaves them at the site", imported.not_taken.len());
    }
    Ok(())
}

/// Also after an error: what has landed has landed.
fn write_receipt(args: &ImportArgs, keys: &OfflineKeys, imported: &Imported) -> anyhow::Result<()> {
    let Some(receipt) = imported.receipt() else { return Ok(()) };
    let path = &args.receipt_to;
    let mut file = File::create_new(path).with_context(|| path.display().to_string())?;
    file.write_all(keys.sign(&receipt)?.as_bytes())?;
    file.sync_all().with_context(|| path.display().to_string())
}

fn report(args: &ImportArgs, imported: &Imported) {
    let (landed, before) = (imported.landed.len() as u64, imported.before);
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for batch in &imported.not_taken {
        *reasons.entry(batch.message.as_str()).or_default() += 1;
    }
    if args.json {
        let device = imported.device.as_ref().map(ToString::to_string);
        println!(
            "{}",
            serde_json::json!({"device": device, "landed": landed - before, "before": before, "not_taken": reasons})
        );
        return;
    }
    let device = imported.device.as_ref().map_or("nobody", |device| device.as_str());
    println!("of {device}: {} batches landed, {before} had landed before", landed - before);
    for (why, batches) in reasons {
        println!("{batches} not taken: {why}");
    }
}
