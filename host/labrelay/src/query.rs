//! What a person may ask about spool and journal, and the answers. The running service answers over its
//! control socket (`control`); with no service running the command itself opens the spool and answers.

use std::io::Write;
use std::process::ExitCode;

use anyhow::anyhow;
use labrelay_model::{BatchId, Timestamp};
use labrelay_spool::Spool;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::status::Board;
use crate::{control, spool_access, status};

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Query {
    /// How the service is doing, as one JSON object.
    Status,
    /// What would leave next: batches as NDJSON, in the clear.
    Peek {
        /// Most batches.
        batches: usize,
    },
    /// What has left: one JSON object a batch, oldest first.
    SentList,
    /// One batch exactly as it left, in the clear.
    SentShow(BatchId),
    /// Everything in the journal, in the clear.
    SentExport,
}

/// One line of `sent list`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SentLine {
    /// FAMILY.STREAM/EPOCH/NUMBER.
    pub batch: String,
    /// When the receiver acknowledged it.
    pub landed_at: Timestamp,
    /// Records in it.
    pub records: u32,
    /// Sealed bytes in the journal.
    pub bytes: u64,
}

/// Asks the running service, else the spool at rest, and copies the answer to `output`.
pub(crate) fn ask(config: &Config, query: &Query, output: &mut dyn Write) -> anyhow::Result<ExitCode> {
    if control::ask(&config.state, query, output)? {
        return Ok(ExitCode::SUCCESS);
    }
    answer(query, &spool_access::open_at_rest(config)?, None, output).fail_as(Failure::State)?;
    Ok(ExitCode::SUCCESS)
}

/// Answers from `spool`; `board` is the running service's.
pub(crate) fn answer(
    query: &Query,
    spool: &Spool,
    board: Option<&Board>,
    output: &mut dyn Write,
) -> anyhow::Result<()> {
    match query {
        Query::Status => {
            serde_json::to_writer(&mut *output, &status::of(spool, board)?)?;
            output.write_all(b"\n")?;
        }
        Query::Peek { batches } => {
            for batch in spool.peek().take(*batches) {
                output.write_all(&batch?.ndjson.unwrap_or_default())?;
            }
        }
        Query::SentList => {
            for entry in spool.sent().list(None, None) {
                serde_json::to_writer(&mut *output, &sent_line(&entry?))?;
                output.write_all(b"\n")?;
            }
        }
        Query::SentShow(id) => {
            let found = spool.sent().show(id)?;
            let ndjson =
                found.ok_or_else(|| anyhow!("the journal holds no such batch; see `labrelay sent list`"))?;
            output.write_all(&ndjson)?;
        }
        Query::SentExport => {
            for batch in spool.sent().export(None, None) {
                output.write_all(&batch?.1.unwrap_or_default())?;
            }
        }
    }
    Ok(())
}

fn sent_line(entry: &labrelay_spool::SentEntry) -> SentLine {
    let BatchId { stream, epoch, seq } = &entry.id;
    SentLine {
        batch: format!("{stream}/{epoch}/{seq}"),
        landed_at: entry.landed_at,
        records: entry.records,
        bytes: entry.bytes,
    }
}
