//! One Delta table: its columns, how far each chain is committed, and the commit itself.
//!
//! Every commit is made against exactly the version that the positions were read from (`max_retries` 0): if
//! anybody else committed in between, ours fails and the caller reads again. delta-rs has a conflict check
//! for `txn` actions, but it compares against what it thinks we read; not letting it retry needs no trust.

use std::collections::HashMap;

use deltalake::arrow::array::RecordBatch;
use deltalake::arrow::datatypes::{Schema, SchemaRef};
use deltalake::kernel::engine::arrow_conversion::TryIntoArrow as _;
use deltalake::kernel::scalars::ScalarExt;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, StructField, Transaction};
use deltalake::parquet::basic::{Compression, ZstdLevel};
use deltalake::parquet::file::properties::{EnabledStatistics, WriterProperties};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::writer::{DeltaWriter as _, RecordBatchWriter, WriteMode};
use deltalake::{DeltaTable, DeltaTableError};
use labrelay_model::Seq;

use super::columns::{Columns, PARTITION};
use super::known_rows::KnownRows;
use crate::chain::Chain;

/// Why the lake did not take it.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A manifest gives a column another type than the table has.
    #[error(
        "column {column} is {has} in the table but {wanted} in the manifest; a type never changes: give the field a new name"
    )]
    TypeChanged {
        /// The column.
        column: String,
        /// Its type in the table.
        has: String,
        /// Its type in the manifest.
        wanted: String,
    },
    /// Delta, or the store below it: also what a commit that lost a race gets.
    #[error("the table can't be read or written: {0}")]
    Delta(#[from] DeltaTableError),
    /// The table's schema can't be written as Arrow.
    #[error("the table has a column of a type that this receiver does not write: {0}")]
    Schema(#[from] deltalake::arrow::error::ArrowError),
}

/// A table, or the place where it will be once it has rows.
#[derive(Debug)]
pub(crate) struct LakeTable {
    delta: DeltaTable,
    /// Read from the loaded version; emptied whenever another version may have been loaded.
    positions: HashMap<Chain, Seq>,
    /// Rows that it holds, of devices with more than one epoch.
    pub(super) known: KnownRows,
}

impl LakeTable {
    /// Loads the table if it is there.
    pub(crate) async fn open(delta: DeltaTable) -> Result<Self, LakeError> {
        let mut table = Self { delta, positions: HashMap::new(), known: KnownRows::default() };
        table.refresh().await?;
        Ok(table)
    }

    /// Loads what others have committed meanwhile.
    pub(crate) async fn refresh(&mut self) -> Result<(), LakeError> {
        self.forget();
        self.load().await
    }

    /// What may be otherwise in a newer version.
    fn forget(&mut self) {
        self.positions.clear();
        self.known.list_again();
    }

    async fn load(&mut self) -> Result<(), LakeError> {
        if self.delta.version().is_none() && !self.delta.verify_deltatable_existence().await? {
            return Ok(());
        }
        Ok(self.delta.update_state().await?)
    }

    /// The version that is loaded; `None` while the table has yet to be made.
    pub(crate) fn version(&self) -> Option<u64> {
        self.delta.version()
    }

    /// The last number of this chain in the table; 0 if none.
    pub(crate) async fn position(&mut self, chain: &Chain) -> Result<Seq, LakeError> {
        if let Some(&known) = self.positions.get(chain) {
            return Ok(known);
        }
        let Ok(snapshot) = self.delta.snapshot() else { return Ok(Seq(0)) };
        let version =
            snapshot.transaction_version(self.delta.log_store().as_ref(), chain.to_string()).await?;
        let position = Seq(version.and_then(|version| u64::try_from(version).ok()).unwrap_or(0));
        self.positions.insert(chain.clone(), position);
        Ok(position)
    }

    /// Makes sure that the table exists and has these columns; new ones are added, types never change.
    pub(crate) async fn admit(&mut self, columns: &Columns) -> Result<(), LakeError> {
        let Ok(snapshot) = self.delta.snapshot() else { return self.create(columns).await };
        let schema = snapshot.schema();
        let mut missing = Vec::new();
        for wanted in &columns.table {
            match schema.field(wanted.name()) {
                Some(has) if has.data_type() == wanted.data_type() => {}
                Some(has) => return Err(type_changed(has, wanted)),
                None => missing.push(wanted.clone()),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let added = self.delta.clone().add_columns().with_fields(missing).await;
        self.refresh().await?; // also after a lost race: the caller's next try sees the winner's columns
        added.map(drop).map_err(LakeError::from)
    }

    async fn create(&mut self, columns: &Columns) -> Result<(), LakeError> {
        let created = deltalake::operations::create::CreateBuilder::new()
            .with_log_store(self.delta.log_store())
            .with_save_mode(SaveMode::Ignore)
            .with_comment(&columns.description)
            .with_columns(columns.table.iter().cloned())
            .with_partition_columns([PARTITION])
            .await;
        self.refresh().await?;
        match self.delta.version() {
            Some(_) => Ok(()), // ours, or of another committer that was first
            None => created.map(drop).map_err(LakeError::from),
        }
    }

    /// The table's columns as Arrow wants them.
    pub(crate) fn schema(&self) -> Result<SchemaRef, LakeError> {
        let schema: Schema = self.delta.snapshot()?.schema().as_ref().try_into_arrow()?;
        Ok(schema.into())
    }

    /// Adds `rows` and moves `heads`, all or nothing, if nobody committed since the last refresh.
    pub(crate) async fn commit(
        &mut self,
        rows: Vec<RecordBatch>,
        heads: &[(Chain, Seq)],
    ) -> Result<(), LakeError> {
        let files = self.write_files(rows).await?;
        let moves = heads.iter().map(|(chain, seq)| Transaction::new(chain, seq.0.cast_signed())).collect();
        let properties = CommitProperties::default().with_max_retries(0).with_application_transactions(moves);
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec![PARTITION.to_owned()]),
            predicate: None,
        };
        let commit = CommitBuilder::from(properties).with_actions(files);
        match commit.build(Some(self.delta.snapshot()?), self.delta.log_store(), operation).await {
            Ok(done) => self.committed(done.version, heads).await,
            Err(why) => {
                self.refresh().await?; // a lost race, or a commit whose answer was lost: the table knows
                Err(why.into())
            }
        }
    }

    /// Keeps the positions if nobody else has committed since: reading them back costs a read of the log.
    async fn committed(&mut self, version: u64, heads: &[(Chain, Seq)]) -> Result<(), LakeError> {
        self.load().await?;
        if self.delta.version() == Some(version) {
            self.positions.extend(heads.iter().cloned());
        } else {
            self.forget();
        }
        Ok(())
    }

    /// Writes Parquet files, which are nobody's until a commit names them.
    async fn write_files(&self, rows: Vec<RecordBatch>) -> Result<Vec<Action>, LakeError> {
        if rows.is_empty() {
            return Ok(Vec::new()); // tombstones alone
        }
        let mut writer = RecordBatchWriter::for_table(&self.delta)?.with_writer_properties(parquet());
        for batch in rows {
            // A batch landed on one day: `write` would look at every row's, and copy all columns.
            let day = batch.column_by_name(PARTITION).and_then(|days| ScalarExt::from_array(days, 0));
            let day = day.map(|day| (PARTITION.to_owned(), day)).into_iter().collect();
            writer.write_partition(batch, &day, WriteMode::Default).await?;
        }
        Ok(writer.flush().await?.into_iter().map(Action::Add).collect())
    }
}

/// How files are written. Row ids are hashes: no two alike for a dictionary, no order for a range.
fn parquet() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_column_dictionary_enabled("row_id".into(), false)
        .set_column_statistics_enabled("row_id".into(), EnabledStatistics::None)
        .build()
}

fn type_changed(has: &StructField, wanted: &StructField) -> LakeError {
    LakeError::TypeChanged {
        column: wanted.name().clone(),
        has: has.data_type().to_string(),
        wanted: wanted.data_type().to_string(),
    }
}
