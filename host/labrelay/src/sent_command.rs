//! `labrelay sent list|show|export`: exactly what has left this PC, in the clear.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::cli::{ConfigArgs, SentCommand};
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::query::{self, Query, SentLine};

/// Runs `labrelay sent …`.
pub(crate) fn sent(command: &SentCommand) -> anyhow::Result<ExitCode> {
    let stdout = &mut std::io::stdout().lock();
    match command {
        SentCommand::List { config, json: true } => query::ask(&read(config)?, &Query::SentList, stdout),
        SentCommand::List { config, json: false } => list(&read(config)?),
        SentCommand::Show { config, batch } => {
            query::ask(&read(config)?, &Query::SentShow(batch.clone()), stdout)
        }
        SentCommand::Export { config, out } => {
            let config = read(config)?;
            let file = File::create_new(out).with_context(|| format!("can't make {}", out.display()))?;
            let mut output = BufWriter::new(file);
            let code = query::ask(&config, &Query::SentExport, &mut output)?;
            output.flush()?;
            Ok(code)
        }
    }
}

fn read(args: &ConfigArgs) -> anyhow::Result<Config> {
    Config::read(&args.config).fail_as(Failure::Configuration)
}

#[allow(clippy::print_stdout)]
fn list(config: &Config) -> anyhow::Result<ExitCode> {
    let mut answer = Vec::new();
    query::ask(config, &Query::SentList, &mut answer)?;
    println!("{:<28} {:>8} {:>9}  batch", "landed at", "records", "bytes");
    for line in answer.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let SentLine { batch, landed_at, records, bytes } = serde_json::from_slice(line)?;
        println!("{:<28} {records:>8} {bytes:>9}  {batch}", landed_at.to_string());
    }
    Ok(ExitCode::SUCCESS)
}
