//! `labrelay gate`: NDJSON records on standard input, one verdict a line. For validation and privacy officers.

use std::io::{BufReader, BufWriter, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use labrelay_gate::{Gate, Refusal, Site, Verdict, json};
use labrelay_model::{Reason, Timestamp};
use serde::Serialize;

use crate::cli::GateArgs;
use crate::config::read_inventory;
use crate::exit::{FailAs as _, Failure};
use crate::lines::read_line;
use crate::{clock, families};

/// Longest line read, a little over what the gate takes: a longer one is refused, not held in memory.
const MAX_LINE_BYTES: usize = json::MAX_LINE_BYTES + 2;

/// A verdict as it is printed.
#[derive(Serialize)]
struct Line {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

/// Judges standard input line by line.
pub(crate) fn gate(args: &GateArgs) -> anyhow::Result<ExitCode> {
    let manifest = Arc::new(families::read_manifest(&args.manifest)?);
    let inventory = read_inventory(args.inventory.as_deref()).fail_as(Failure::Configuration)?;
    let gate = Gate::new(manifest, Site { inventory, ..Site::default() });
    let now = args.now.unwrap_or_else(clock::now);
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    while read_line(&mut input, &mut line, MAX_LINE_BYTES)? {
        let verdict = judge(&gate, line.trim_ascii(), now);
        serde_json::to_writer(&mut output, &verdict)?;
        output.write_all(b"\n")?;
        if input.buffer().is_empty() {
            output.flush()?; // a person or program that asks line by line gets its answer
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn judge(gate: &Gate, line: &[u8], now: Timestamp) -> Line {
    let refused = |refusal: Refusal| Line {
        verdict: "quarantine",
        reason: Some(refusal.reason),
        field: refusal.field.map(|name| name.to_string()),
    };
    match json::read_record(gate.manifest(), line) {
        Err(refusal) => refused(refusal),
        Ok(record) => match gate.check(record, now) {
            Verdict::Accepted(_) => Line { verdict: "accept", reason: None, field: None },
            Verdict::Specimen(_) => Line { verdict: "drop", reason: Some(Reason::Specimen), field: None },
            Verdict::Dropped(reason) => Line { verdict: "drop", reason: Some(reason), field: None },
            Verdict::Quarantined { refusal, .. } => refused(refusal),
        },
    }
}
