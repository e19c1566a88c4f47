//! `labrelay spool export` and `import-receipt`: batches on a medium instead of a network, and back the word that they landed.
//!
//! Each batch passes the second check here, on its exact bytes, as it does before it is uploaded.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use labrelay_gate::batch::{self, BatchRefusal};
use labrelay_model::{Seq, StreamId};
use labrelay_os::file;
use labrelay_upload::{Export, OutgoingBatch, read_receipt};

use crate::audit::AuditLog;
use crate::cli::{ExportArgs, ImportReceiptArgs};
use crate::clock;
use crate::config::{Config, Offline, read_text};
use crate::device::DeviceKeys;
use crate::exit::{FailAs as _, Failure};
use crate::gates::Gates;
use crate::query::{Desk, Freed, Query, WaitingBatch};
use crate::receiver::{ENVELOPE, signer};

/// Runs `spool export`.
#[allow(clippy::print_stdout)]
pub(super) fn export(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    let recipient = &offline(&config)?.recipient;
    if args.to.exists() {
        bail!("{} exists; name another file", args.to.display());
    }
    let keys = DeviceKeys::load_or_create(&config.state)?;
    let audit = AuditLog::open(&config.state)?;
    let signer = signer(&config, &keys)?;
    let partial = partial(&args.to);
    let file = File::create_new(&partial).with_context(|| {
        format!("can't make {}; if an earlier export was broken off, delete it", partial.display())
    })?;
    let mut export = Export::begin(BufWriter::new(file), recipient, &signer, ENVELOPE)?;
    let site = Site { desk: Desk::new(&config), gates: Gates::new(&config) };
    let done = site.streams().and_then(|streams| {
        let mut records = 0;
        for stream in streams {
            records += site.export_stream(&stream, |batch| Ok(export.add(batch)?))?;
        }
        let (output, batches) = export.finish()?;
        let file = output.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        file::rename(&partial, &args.to)?;
        Ok((batches, records))
    });
    if done.is_err() {
        let _ = file::remove(&partial); // it is of no use to anybody
    }
    let (batches, records) = done?;
    audit.note("spool export", &[("batches", batches), ("records", records)])?;
    println!("{batches} batches with {records} records are in {}; they wait here until", args.to.display());
    println!("`labrelay spool import-receipt` is given the receipt that `labrelay-receiver import` writes");
    Ok(ExitCode::SUCCESS)
}

/// Runs `spool import-receipt`.
#[allow(clippy::print_stdout)]
pub(super) fn import_receipt(args: &ImportReceiptArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    let text = read_text(&args.receipt)?;
    let receipt = read_receipt(&text, &config.device, &offline(&config)?.receipt_key)
        .with_context(|| args.receipt.display().to_string())?;
    let audit = AuditLog::open(&config.state)?;
    let (body, mut answer) = (serde_json::to_vec(&receipt)?, Vec::new());
    Desk::new(&config).ask(&Query::Receipt { bytes: body.len() as u64 }, &body, &mut answer)?;
    let Freed { landed, before, behind, refused, different } = serde_json::from_slice(&answer)?;
    audit.note("spool import-receipt", &[("landed", landed), ("refused", refused)])?;
    println!("{landed} batches have landed and wait no longer, {before} had landed before");
    if behind > 0 {
        println!("{behind} batches have landed too, and stay behind others that have not; export again");
    }
    if refused > 0 {
        println!(
            "{refused} batches are set aside, since the receiver will never take them; export again for what is behind"
        );
    }
    if different > 0 {
        bail!(
            "{different} batches wait here under the same numbers with other content, and stay: this spool was restored from a \
             copy; export again"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn offline(config: &Config) -> anyhow::Result<&Offline> {
    let missing = || {
        anyhow!(
            "`receiver.offline` is not configured: put what `labrelay-receiver keys` prints at the region into the \
             configuration (docs/spool.md)"
        )
    };
    config.receiver.offline.as_ref().ok_or_else(missing).fail_as(Failure::Configuration)
}

/// Where the file is written before it is whole.
fn partial(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    to.with_file_name(name)
}

/// Whoever has the spool, and the second check.
struct Site<'a> {
    desk: Desk<'a>,
    gates: Gates,
}

impl Site<'_> {
    fn streams(&self) -> anyhow::Result<Vec<StreamId>> {
        Ok(serde_json::from_slice(&self.ask(&Query::Waiting)?)?)
    }

    /// Gives each batch of a stream that passes the second check to `add`; returns how many records they have.
    fn export_stream(
        &self,
        stream: &StreamId,
        mut add: impl FnMut(&OutgoingBatch) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let (mut after, mut records) = (None, 0);
        while let Some(batch) = self.next(stream, after)? {
            match batch::check(|_, sha256| self.gates.find(sha256), &batch.body, clock::now()) {
                Ok(_) => {
                    add(&batch)?;
                    records += u64::from(batch.records);
                    after = Some(batch.id.seq);
                }
                Err(refusal @ BatchRefusal::UnknownManifest { .. }) => {
                    return Err(anyhow!(refusal))
                        .context("the copy kept in the state folder is gone; restore it");
                }
                // It must never leave. A tombstone takes its number, and is the next batch.
                Err(_) => drop(self.ask(&Query::SetAside(batch.id))?),
            }
        }
        Ok(records)
    }

    fn next(&self, stream: &StreamId, after: Option<Seq>) -> anyhow::Result<Option<OutgoingBatch>> {
        let answer = self.ask(&Query::WaitingBatch { stream: stream.clone(), after })?;
        let Some(end) = answer.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
        let (line, body) = answer.split_at(end);
        let WaitingBatch { id, records, digest } = serde_json::from_slice(line)?;
        let body = body.get(1..).unwrap_or_default().to_vec();
        Ok(Some(OutgoingBatch { id, records, body: body.into(), digest }))
    }

    fn ask(&self, query: &Query) -> anyhow::Result<Vec<u8>> {
        let mut answer = Vec::new();
        self.desk.ask(query, &[], &mut answer)?;
        Ok(answer)
    }
}
