//! The answers to questions (`query`), from the spool and from what the service knows besides.

use std::io::Write;
use std::sync::Arc;

use anyhow::anyhow;
use chrono::NaiveDate;
use labrelay_model::export::ExportReceipt;
use labrelay_model::wire::Receipt;
use labrelay_model::{BatchId, Reason, Seq};
use labrelay_spool::{QuarantineListing, SentEntry, Spool, StoredBatch};

use crate::clock;
use crate::config::Config;
use crate::inbox::Inboxes;
use crate::ledger::Ledger;
use crate::query::{Freed, QuarantineLine, Query, SentLine, WaitingBatch};
use crate::requeue::{self, Request, Requeued};
use crate::status::{self, Board};

/// The running service, as far as answers need it.
#[derive(Clone)]
pub(crate) struct Service {
    /// The spool.
    pub spool: Arc<Spool>,
    /// What its threads are doing.
    pub board: Board,
    /// The way to its families' threads.
    pub inboxes: Inboxes,
}

/// Where answers come from.
pub(crate) enum House<'a> {
    /// From the running service.
    Service(&'a Service),
    /// From a spool that no service uses.
    AtRest {
        /// The spool.
        spool: &'a Spool,
        /// The site's configuration.
        config: &'a Config,
    },
}

impl House<'_> {
    fn spool(&self) -> &Spool {
        match self {
            House::Service(service) => &service.spool,
            House::AtRest { spool, .. } => spool,
        }
    }

    fn board(&self) -> Option<&Board> {
        match self {
            House::Service(service) => Some(&service.board),
            House::AtRest { .. } => None,
        }
    }

    fn requeue(&self, request: &Request, opened: &[u8]) -> anyhow::Result<Requeued> {
        let task = requeue::Task::new(request.clone(), opened)?;
        match self {
            House::Service(service) => service.inboxes.requeue(task),
            House::AtRest { spool, config } => requeue::at_rest(task, spool, config),
        }
    }
}

/// Answers `query`; `body` came with it.
pub(crate) fn answer(
    query: &Query,
    body: &[u8],
    house: &House<'_>,
    output: &mut dyn Write,
) -> anyhow::Result<()> {
    let spool = house.spool();
    match query {
        Query::Status => json_line(output, &status::of(spool, house.board())?),
        Query::Ledger => json_line(output, &Ledger::new(&spool.accounts()?, &spool.marks()?)),
        Query::Peek { batches } => copy(output, spool.peek().take(*batches).map(|batch| Ok(batch?.ndjson))),
        Query::Waiting => json_line(output, &spool.streams_pending()?),
        Query::WaitingBatch { stream, after } => {
            let Some(batch) = spool.next_batch(stream, *after)? else { return Ok(()) };
            let StoredBatch { id, records, digest, body, .. } = batch;
            json_line(output, &WaitingBatch { id, records, digest })?;
            Ok(output.write_all(&body)?)
        }
        Query::SetAside(id) => json_line(output, &spool.refused(id, Reason::SecondCheck, clock::now())?),
        Query::Receipt { .. } => json_line(output, &freed(spool, &serde_json::from_slice(body)?)?),
        Query::Verify => json_line(output, &spool.verify()?),
        Query::SentList => {
            spool.sent().list(None, None).try_for_each(|entry| json_line(output, &sent_line(&entry?)))
        }
        Query::SentShow(id) => {
            let found = spool.sent().show(id)?;
            let ndjson =
                found.ok_or_else(|| anyhow!("the journal holds no such batch; see `labrelay sent list`"))?;
            Ok(output.write_all(&ndjson)?)
        }
        Query::SentExport => copy(output, spool.sent().export(None, None).map(|batch| Ok(batch?.1))),
        Query::QuarantineList => spool.quarantine().try_for_each(|listing| {
            let listing = listing?;
            quarantine_lines(&listing)?.iter().try_for_each(|line| json_line(output, line))
        }),
        Query::QuarantineMessage(id) => {
            let found = spool.quarantine_message(*id)?;
            let gone = || anyhow!("the message was purged or requeued meanwhile; list the quarantine again");
            Ok(output.write_all(&found.ok_or_else(gone)?)?)
        }
        Query::QuarantinePurge { before } => json_line(output, &spool.empty_quarantine(*before)?),
        Query::Requeue(request) => json_line(output, &house.requeue(request, body)?),
    }
}

/// Frees what the receiver has, and sets aside what it will never take, if it is what waits here: oldest first, since the
/// numbers that wait have no hole. What waits behind a batch that has not landed stays, and is only compared again.
fn freed(spool: &Spool, receipt: &ExportReceipt) -> anyhow::Result<Freed> {
    let mut freed = Freed::default();
    let mut landed: Vec<&Receipt> = receipt.landed.iter().collect();
    landed.sort_by_key(|receipt| receipt.landed.seq);
    for Receipt { landed: id, digest } in landed {
        match spool.next_batch(&id.stream, None)? {
            Some(oldest) if oldest.id == *id && oldest.digest == *digest => {
                freed.landed += u64::from(spool.landed(id, clock::now())?);
            }
            Some(oldest) if oldest.id.epoch == id.epoch && oldest.id.seq < id.seq => freed.behind += 1,
            Some(oldest) if oldest.id == *id => freed.different += 1,
            Some(_) | None => freed.before += 1,
        }
    }
    for Receipt { landed: id, digest } in &receipt.refused {
        let before = Some(Seq(id.seq.0.saturating_sub(1)));
        let waits = spool.next_batch(&id.stream, before)?.filter(|batch| batch.id == *id);
        if waits.is_some_and(|batch| batch.digest == *digest) {
            freed.refused += u64::from(spool.refused(id, Reason::RefusedByReceiver, clock::now())?);
        }
    }
    Ok(freed)
}

fn json_line(output: &mut dyn Write, value: &impl serde::Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *output, value)?;
    Ok(output.write_all(b"\n")?)
}

/// Writes one batch after the other; those that can't be opened any more are left out.
fn copy(
    output: &mut dyn Write,
    mut batches: impl Iterator<Item = anyhow::Result<Option<Vec<u8>>>>,
) -> anyhow::Result<()> {
    batches.try_for_each(|batch| Ok(output.write_all(&batch?.unwrap_or_default())?))
}

fn sent_line(entry: &SentEntry) -> SentLine {
    let BatchId { stream, epoch, seq } = &entry.id;
    SentLine {
        batch: format!("{stream}/{epoch}/{seq}"),
        landed_at: entry.landed_at,
        records: entry.records,
        bytes: entry.bytes,
    }
}

fn quarantine_lines(listing: &QuarantineListing) -> anyhow::Result<Vec<QuarantineLine>> {
    let number = listing.id.number;
    let day = i32::try_from(listing.id.day).ok().and_then(NaiveDate::from_epoch_days);
    let day = day.ok_or_else(|| anyhow!("message {number} of the quarantine has a day that is none"))?;
    if listing.counts.is_empty() {
        let (units, bytes) = (u64::from(listing.units), listing.bytes);
        return Ok(vec![QuarantineLine {
            number,
            day,
            family: None,
            stream: None,
            reason: None,
            units,
            bytes,
        }]);
    }
    let counts = listing.counts.iter().map(|count| QuarantineLine {
        number,
        day,
        family: Some(count.family.clone()),
        stream: count.stream.clone(),
        reason: Some(count.reason),
        units: count.units,
        bytes: count.bytes,
    });
    Ok(counts.collect())
}
