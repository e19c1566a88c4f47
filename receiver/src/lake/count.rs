//! How many rows each table has, by its own log: what a reader sees, not what the committer believes.

use labrelay_model::StreamId;
use object_store::path::Path;

use super::table::LakeError;
use super::tables::Lake;

/// One table's rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TableRows {
    /// The stream's family.
    pub family: String,
    /// The stream within it.
    pub stream: String,
    /// Rows of the files that the log's latest version names.
    pub rows: u64,
    /// That version.
    pub version: u64,
}

/// Why the rows can't be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The lake's folders can't be listed.
    #[error("the lake can't be listed: {0}")]
    List(#[from] object_store::Error),
    /// A table can't be read.
    #[error(transparent)]
    Table(#[from] LakeError),
    /// Another program has written a file into the table without saying how many rows it holds.
    #[error(
        "{0}: a file in the table has no row count in the log; OPTIMIZE the table, or count with a query engine"
    )]
    NoStatistics(StreamId),
}

impl Lake {
    /// The rows of every table, in order of name. Folders that are no table are left out.
    pub async fn count(&self) -> Result<Vec<TableRows>, CountError> {
        let mut tables = Vec::new();
        for family in self.folders(&self.location.root).await? {
            for table in self.folders(&family).await? {
                let Some(stream) = stream_of(&family, &table) else { continue };
                tables.extend(self.rows_of(&stream).await?);
            }
        }
        Ok(tables)
    }

    async fn folders(&self, parent: &Path) -> Result<Vec<Path>, CountError> {
        let mut folders = self.location.store.list_with_delimiter(Some(parent)).await?.common_prefixes;
        folders.sort();
        Ok(folders)
    }

    async fn rows_of(&self, stream: &StreamId) -> Result<Option<TableRows>, CountError> {
        let mut table = self.delta(stream).map_err(LakeError::from)?;
        if !table.verify_deltatable_existence().await.map_err(LakeError::from)? {
            return Ok(None);
        }
        table.update_state().await.map_err(LakeError::from)?;
        let snapshot = table.snapshot().map_err(LakeError::from)?;
        let mut rows = 0;
        for file in snapshot.log_data() {
            let records = file.num_records().ok_or_else(|| CountError::NoStatistics(stream.clone()))?;
            rows += records as u64; // usize is at most 64 bits wide
        }
        let (family, name) = (stream.family.to_string(), stream.stream.to_string());
        Ok(Some(TableRows { family, stream: name, rows, version: snapshot.version() }))
    }
}

/// The stream of a folder `{family}/{stream}`, if that is what the names are.
fn stream_of(family: &Path, table: &Path) -> Option<StreamId> {
    format!("{}.{}", family.filename()?, table.filename()?).parse().ok()
}
