//! The committer: takes landed batches strictly one by one in each chain and puts them into the lake.
//!
//! Any number of committers may run over the same landing. None holds state that matters: how far a chain is
//! stands in the table itself, in the commit that holds its rows. Landing is not touched.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deltalake::arrow::array::Array as _;
use labrelay_model::{Seq, StreamId};
use tokio::sync::{Notify, oneshot};

use super::known_rows::{KnownRows, NewRows};
use super::rows::{Body, ROW_ID, Rows, RowsError, keep, lay_out, rows};
use super::table::{LakeError, LakeTable};
use super::tables::Lake;
use crate::chain::Chain;
use crate::landing::{LandedBatch, Landing};
use crate::manifests::Manifests;
use crate::registry::RegistryError;

/// How long to collect landings after the first one wakes us: one commit a second and table keeps the log
/// and the number of Parquet files in bounds, and is as fresh as anybody asked for.
const COLLECT: Duration = Duration::from_secs(1);
/// How often all chains are looked at: finds what a receiver that is gone has landed, and tries again what
/// failed.
const RESCAN: Duration = Duration::from_secs(30);
/// Rows after which a commit takes no further batch: about 50 MB in memory.
const MAX_ROWS: usize = 200_000;
/// Batches after which it takes no further one: bounds a commit of tombstones and tiny batches.
const MAX_BATCHES: usize = 4096;
/// Lost races in a row before a table waits for the next rescan: with two committers more than a few tell
/// that it is no race but a fault.
const MAX_LOST: u32 = 20;
/// Wait after a lost race, times the number lost: lets the winner finish, and a full disk breathe.
const LOST_PAUSE: Duration = Duration::from_millis(20);

/// Chains that something has landed in since the committer last looked.
#[derive(Debug, Default)]
pub struct Pending {
    chains: Mutex<HashSet<Chain>>,
    wake: Notify,
}

impl Pending {
    /// Tells the committer of a landing. Never blocks; bounded by the number of chains.
    pub fn add(&self, chain: Chain) {
        self.lock().insert(chain);
        self.wake.notify_one();
    }

    fn take(&self) -> BTreeMap<StreamId, Vec<Chain>> {
        let mut streams: BTreeMap<StreamId, Vec<Chain>> = BTreeMap::new();
        for chain in std::mem::take(&mut *self.lock()) {
            streams.entry(chain.stream.clone()).or_default().push(chain);
        }
        streams
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Chain>> {
        self.chains.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why something was not committed.
#[derive(Debug, thiserror::Error)]
enum CommitError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error(
        "its manifest is not registered, or does not declare this stream; add it with `labrelay-receiver manifest add`"
    )]
    Manifest,
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("landing can't be read: {0}")]
    Landing(#[from] object_store::Error),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl CommitError {
    /// Whether it is this batch that can't be written, so that only its chain has to wait.
    fn is_of_the_batch(&self) -> bool {
        matches!(self, Self::Rows(_) | Self::Manifest | Self::Lake(LakeError::TypeChanged { .. }))
    }
}

/// What one commit will hold.
#[derive(Default)]
struct Gathered {
    batches: usize,
    records: usize,
    rows: Vec<Rows>,
    heads: Vec<(Chain, Seq)>,
    /// Those of them that are of devices with several epochs.
    new: NewRows,
    /// Rows left out: the table has them from another epoch.
    repeated: usize,
}

impl Gathered {
    /// Adds a batch's rows, without those that are `known` from another epoch.
    fn add(&mut self, rows: Rows, chain: &Chain, known: &KnownRows) -> Result<(), RowsError> {
        self.batches += 1;
        self.records += rows.first().map_or(0, |(_, column)| column.len());
        let row_ids = rows.iter().find(|(name, _)| name == ROW_ID).map(|(_, column)| column);
        let fresh = row_ids.and_then(|row_ids| known.fresh(chain, row_ids, &mut self.new));
        let rows = match fresh {
            Some(fresh) if fresh.has_false() => {
                self.repeated += fresh.false_count();
                keep(rows, &fresh)?
            }
            _ => rows,
        };
        if rows.first().is_some_and(|(_, column)| !column.is_empty()) {
            self.rows.push(rows);
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.records >= MAX_ROWS || self.batches >= MAX_BATCHES
    }
}

/// Moves batches from landing to lake.
#[derive(Debug, Clone)]
pub struct Committer {
    landing: Landing,
    lake: Arc<Lake>,
    manifests: Arc<Manifests>,
    pending: Arc<Pending>,
}

impl Committer {
    /// From `landing` into `lake`, told of landings by `pending`.
    pub fn new(landing: Landing, lake: Arc<Lake>, manifests: Arc<Manifests>, pending: Arc<Pending>) -> Self {
        Self { landing, lake, manifests, pending }
    }

    /// Commits until `stop` fires or is dropped, then what is left.
    pub async fn run(&self, mut stop: oneshot::Receiver<()>) {
        let mut rescan = tokio::time::interval(RESCAN); // its first tick comes at once
        loop {
            tokio::select! {
                _ = &mut stop => break,
                _ = rescan.tick() => self.find_chains().await,
                () = self.pending.wake.notified() => {
                    let _ = tokio::time::timeout(COLLECT, &mut stop).await;
                }
            }
            self.pass().await;
            if stop.is_terminated() {
                return;
            }
        }
        self.pass().await;
    }

    /// Commits all that has landed by now.
    pub async fn catch_up(&self) {
        self.find_chains().await;
        self.pass().await;
    }

    async fn find_chains(&self) {
        match self.landing.chains(None).await {
            Ok(chains) => self.pending.lock().extend(chains),
            Err(why) => tracing::error!(%why, "landing can't be listed; trying again in {RESCAN:?}"),
        }
    }

    async fn pass(&self) {
        for (stream, chains) in self.pending.take() {
            let (committer, name) = (self.clone(), stream.clone());
            // A task of its own: a panic in a library must not stop the other tables.
            let done = tokio::spawn(async move { committer.commit_stream(&name, &chains).await });
            match done.await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => {
                    tracing::error!(%stream, %why, "nothing committed; trying again in {RESCAN:?}")
                }
                Err(_) => {
                    tracing::error!(%stream, "the committer broke down on this table; trying again in {RESCAN:?}");
                    self.lake.close(&stream).await;
                }
            }
        }
    }

    async fn commit_stream(&self, stream: &StreamId, chains: &[Chain]) -> Result<(), CommitError> {
        let mut lost = 0;
        loop {
            match self.commit_once(stream, chains).await {
                Ok(false) => return Ok(()),
                Ok(true) => lost = 0,
                Err(why) if why.is_of_the_batch() || lost == MAX_LOST => return Err(why),
                Err(why) => {
                    lost += 1;
                    tracing::debug!(%stream, lost, %why, "commit failed; reading the table again");
                    tokio::time::sleep(LOST_PAUSE * lost).await;
                }
            }
        }
    }

    /// One commit; `false` when there is nothing left. Holds the table's lock no longer than that.
    async fn commit_once(&self, stream: &StreamId, chains: &[Chain]) -> Result<bool, CommitError> {
        let slot = self.lake.slot(stream).await;
        let mut guard = slot.lock().await;
        let table = self.lake.opened(&mut guard, stream).await?;
        let read_from = table.version();
        let gathered = self.gather(table, chains).await?;
        if table.version() != read_from {
            return Ok(true); // columns were added: positions that were read before may be another's past
        }
        if gathered.heads.is_empty() {
            return Ok(false);
        }
        let schema = table.schema()?;
        let rows = gathered.rows.iter().map(|rows| lay_out(rows, &schema)).collect::<Result<_, _>>()?;
        table.commit(rows, &gathered.heads).await?;
        table.known.committed(gathered.new, &gathered.heads);
        let Gathered { batches, records, repeated, .. } = gathered;
        tracing::info!(%stream, batches, records, repeated, "committed");
        Ok(true)
    }

    async fn gather(&self, table: &mut LakeTable, chains: &[Chain]) -> Result<Gathered, CommitError> {
        let mut gathered = Gathered::default();
        for chain in chains {
            let start = table.position(chain).await?;
            let mut head = start;
            while !gathered.is_full()
                && let Some(landed) = self.landing.get(chain, head.next()).await?
            {
                if head == start {
                    self.learn(table, chain).await?;
                }
                match self.take(table, chain, head.next(), &landed).await {
                    Ok(rows) => gathered.add(rows, chain, &table.known)?,
                    Err(why) if why.is_of_the_batch() => {
                        tracing::error!(%chain, seq = %head.next(), %why, "this chain waits: a landed batch can't be written");
                        break;
                    }
                    Err(why) => return Err(why),
                }
                head = head.next();
            }
            if head > start {
                gathered.heads.push((chain.clone(), head));
            }
        }
        Ok(gathered)
    }

    /// Decodes one batch; a tombstone has no rows.
    async fn take(
        &self,
        table: &mut LakeTable,
        chain: &Chain,
        seq: Seq,
        landed: &LandedBatch,
    ) -> Result<Rows, CommitError> {
        let body = Body::read(&landed.body)?;
        let manifest = self.manifests.get(body.header.manifest_sha256)?.ok_or(CommitError::Manifest)?;
        if body.header.stream_id() != chain.stream || *manifest.manifest.family() != chain.stream.family {
            return Err(CommitError::Manifest);
        }
        let columns = manifest.columns(&chain.stream.stream).ok_or(CommitError::Manifest)?;
        table.admit(&columns).await?;
        match body.header.records {
            0 => Ok(Rows::new()),
            _ => Ok(rows(chain, seq, landed, &body, &columns)?),
        }
    }

    /// Makes sure that all rows of this device that are in the table are known, if it has several epochs.
    async fn learn(&self, table: &mut LakeTable, chain: &Chain) -> Result<(), CommitError> {
        let Chain { device, stream, .. } = chain;
        if table.known.epochs(chain).is_none() {
            let epochs = self.landing.epochs(device, stream).await?;
            table.known.set_epochs(chain, epochs);
        }
        let epochs = table.known.epochs(chain).unwrap_or_default().to_vec();
        if epochs.len() < 2 {
            return Ok(());
        }
        for epoch in &epochs {
            let position = table.position(epoch).await?;
            let mut seq = table.known.read_up_to(epoch);
            while seq < position {
                seq = seq.next();
                self.learn_batch(table, epoch, seq).await?;
            }
        }
        Ok(())
    }

    async fn learn_batch(&self, table: &mut LakeTable, chain: &Chain, seq: Seq) -> Result<(), CommitError> {
        match self.landing.get(chain, seq).await? {
            Some(landed) => table.known.add(chain, seq, Body::read(&landed.body)?.row_ids()),
            None => {
                tracing::warn!(%chain, %seq, "no longer in landing: rows that are sent again can't be told from it");
                table.known.add(chain, seq, std::iter::empty());
            }
        }
        Ok(())
    }
}
