//! Reading the lake back: through the Delta log, as any reader does.

use std::path::Path;
use std::time::{Duration, Instant};

use deltalake::arrow::array::{AsArray as _, RecordBatch};
use deltalake::arrow::datatypes::Int64Type;
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use url::Url;

/// Longest wait for the committer, which collects for a second: plenty on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn table(path: &Path) -> Option<deltalake::DeltaTable> {
    let url = Url::from_directory_path(path).unwrap();
    deltalake::open_table(url).await.ok()
}

/// All row batches that the log names.
pub(crate) async fn rows(path: &Path) -> Vec<RecordBatch> {
    let Some(table) = table(path).await else { return Vec::new() };
    let files = table.get_file_uris().unwrap().map(|uri| uri.trim_start_matches("file://").to_owned());
    let read = |file: String| {
        let file = std::fs::File::open(file).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap)
    };
    files.flat_map(read).collect()
}

/// The `row_id` numbers in the table, in order.
pub(crate) async fn numbers(path: &Path) -> Vec<u32> {
    let mut numbers: Vec<u32> = Vec::new();
    for batch in rows(path).await {
        let ids = batch.column_by_name("row_id").unwrap().as_string::<i32>();
        numbers.extend(ids.iter().map(|id| u32::from_str_radix(id.unwrap(), 16).unwrap()));
    }
    numbers.sort_unstable();
    numbers
}

/// How far the table has this `appId`.
pub(crate) async fn position(path: &Path, app: &str) -> Option<i64> {
    let table = table(path).await?;
    table.snapshot().unwrap().transaction_version(table.log_store().as_ref(), app).await.unwrap()
}

/// One whole-number column.
pub(crate) fn longs(batch: &RecordBatch, column: &str) -> Vec<i64> {
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().values().to_vec()
}

/// Waits until the table holds exactly these rows.
pub(crate) async fn settles_at(path: &Path, expected: impl IntoIterator<Item = u32>) {
    let expected: Vec<u32> = expected.into_iter().collect();
    let began = Instant::now();
    loop {
        let found = numbers(path).await;
        if found == expected {
            return;
        }
        assert!(
            found.len() <= expected.len(),
            "more rows than were sent: {} > {}",
            found.len(),
            expected.len()
        );
        assert!(began.elapsed() < PATIENCE, "{} of {} rows after {PATIENCE:?}", found.len(), expected.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
