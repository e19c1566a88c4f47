//! What a person may ask about spool, journal and quarantine, and who is asked: the running service over its
//! control socket (`control`), or with no service running the command itself, which opens the spool.

use std::cell::OnceCell;
use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use labrelay_model::{BatchId, Digest, FamilyName, Reason, Seq, StreamId, StreamName, Timestamp};
use labrelay_spool::{QuarantineId, Spool};
use serde::{Deserialize, Serialize};

use crate::answer::{House, answer};
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::requeue::Request;
use crate::{control, spool_access};

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Query {
    /// How the service is doing, as one JSON object.
    Status,
    /// What was read, what became of it and where it is, as one JSON object.
    Ledger,
    /// What would leave next: batches as NDJSON, in the clear.
    Peek {
        /// Most batches.
        batches: usize,
    },
    /// Streams with batches that wait, as one JSON list.
    Waiting,
    /// The next batch of a stream that waits behind this number: a [`WaitingBatch`] as one line, then its body. Empty if
    /// there is none.
    WaitingBatch {
        /// Which stream.
        stream: StreamId,
        /// After this number.
        after: Option<Seq>,
    },
    /// This batch has not passed the second check: a tombstone takes its number.
    SetAside(BatchId),
    /// What a receiver has of an export: the question's body is a [`labrelay_model::export::ExportReceipt`], believed by
    /// whoever asks. Gives [`Freed`].
    Receipt {
        /// Length of the body.
        bytes: u64,
    },
    /// Whether everything in the spool is as it was written, as one JSON list of [`labrelay_spool::Checked`].
    Verify,
    /// What has left: one JSON object a batch, oldest first.
    SentList,
    /// One batch exactly as it left, in the clear.
    SentShow(BatchId),
    /// Everything in the journal, in the clear.
    SentExport,
    /// What lies in the quarantine: one [`QuarantineLine`] a line, oldest first.
    QuarantineList,
    /// One message of the quarantine, as it was sealed.
    QuarantineMessage(QuarantineId),
    /// Remove messages of days before this one (in days since 1970), or all; gives the number of units.
    QuarantinePurge {
        /// The first day that stays.
        before: Option<i64>,
    },
    /// Run units of a message through the gate again; the question's body is the message, opened. Gives
    /// [`Requeued`](crate::requeue::Requeued).
    Requeue(Request),
}

impl Query {
    /// How many bytes follow the question.
    pub(crate) fn body_bytes(&self) -> u64 {
        match self {
            Query::Requeue(request) => request.bytes,
            Query::Receipt { bytes } => *bytes,
            _ => 0,
        }
    }
}

/// A batch that waits, before its body.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WaitingBatch {
    /// Which it is.
    pub id: BatchId,
    /// Records in it.
    pub records: u32,
    /// SHA-256 of the body.
    pub digest: Digest,
}

/// What became of the batches of a receipt.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Freed {
    /// Had waited until now.
    pub landed: u64,
    /// Had landed before.
    pub before: u64,
    /// Have landed, but wait behind one that has not.
    pub behind: u64,
    /// The receiver will never take: set aside.
    pub refused: u64,
    /// Wait here with other content: the spool was restored, or the receipt is of another life of it.
    pub different: u64,
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

/// One line of `quarantine list`: units of one message, stream and reason. Counts, never values.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QuarantineLine {
    /// The message's number.
    pub number: u64,
    /// When it was written.
    pub day: NaiveDate,
    /// Instrument family; absent, like stream and reason, for a message of an earlier build.
    pub family: Option<FamilyName>,
    /// Stream; null where a unit could not be read that far.
    pub stream: Option<StreamName>,
    /// Why they were refused.
    pub reason: Option<Reason>,
    /// How many.
    pub units: u64,
    /// Bytes of their raw parts.
    pub bytes: u64,
}

/// Where a command asks. Opens the spool at most once.
pub(crate) struct Desk<'a> {
    config: &'a Config,
    at_rest: OnceCell<Spool>,
}

impl<'a> Desk<'a> {
    /// Asks whoever has the spool of this site.
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { config, at_rest: OnceCell::new() }
    }

    /// Copies the answer to `output`. `body` goes with the question.
    pub(crate) fn ask(&self, query: &Query, body: &[u8], output: &mut dyn Write) -> anyhow::Result<()> {
        let spool = match self.at_rest.get() {
            Some(spool) => spool,
            None if control::ask(&self.config.state, query, body, output)? => return Ok(()),
            None => {
                let (opened, _) = spool_access::open_at_rest(self.config)?;
                self.at_rest.get_or_init(|| opened)
            }
        };
        let house = House::AtRest { spool, config: self.config };
        answer(query, body, &house, output).fail_as(Failure::State)
    }
}

/// Asks one question and copies the answer to `output`.
pub(crate) fn ask(config: &Config, query: &Query, output: &mut dyn Write) -> anyhow::Result<ExitCode> {
    Desk::new(config).ask(query, &[], output)?;
    Ok(ExitCode::SUCCESS)
}
