//! Acquisitions of patients' specimens reach the lake summed up, and in no other form.

use deltalake::arrow::array::{AsArray as _, RecordBatch};
use deltalake::arrow::datatypes::TimestampMicrosecondType;
use labrelay_model::{BatchHeader, BatchId};

use crate::batches::{MANIFEST, SERIAL, header, id, pack, record};
use crate::lake::{longs, rows, settles_at};
use crate::program::Site;

const TUBES: &str = r#"  tube:
    about: specimen
    description: Acquisitions.
    aggregate: {every: 1h, at_least: 5}
    event_time: started_at
    fields:
      instrument: {type: serial}
      started_at: {type: timestamp}
      laser:      {type: float, unit: mW, range: [0, 100], decimals: 2, as: [mean]}
"#;
/// 2026-03-01T08:00:00Z in microseconds.
const EIGHT: i64 = 1_772_352_000_000_000;

/// A batch of one line of `tube`.
fn tube(fields: &str) -> Vec<u8> {
    let manifest = format!("{MANIFEST}{TUBES}");
    let header = BatchHeader { stream: "tube".parse().unwrap(), ..header(&manifest, 1) };
    pack(&header, [record(1, fields)])
}

fn tube_id(seq: u64) -> BatchId {
    BatchId { stream: "cyto.tube".parse().unwrap(), ..id(1, seq) }
}

fn times(batch: &RecordBatch, column: &str) -> Vec<i64> {
    batch.column_by_name(column).unwrap().as_primitive::<TimestampMicrosecondType>().values().to_vec()
}

#[tokio::test]
async fn an_aggregate_is_a_row_at_the_start_of_its_window() {
    let site = Site::new();
    site.add_manifest(&format!("{MANIFEST}{TUBES}"));
    let receiver = site.serve();
    let window = format!(r#""instrument":"{SERIAL}","window_start":"2026-03-01T08:00:00Z","window":"1h""#);
    for refused in [
        format!(r#"{window},"acquisitions":4,"laser_mean":12.5"#),
        format!(r#""instrument":"{SERIAL}","started_at":"2026-03-01T08:15:00Z","laser":12.5"#),
    ] {
        let answer = site.device.put(&receiver, &tube_id(1), tube(&refused)).await;
        assert_eq!(answer.status, 422, "{refused}");
    }
    let accepted = tube(&format!(r#"{window},"acquisitions":5,"laser_mean":12.5"#));
    assert_eq!(site.device.put(&receiver, &tube_id(1), accepted).await.status, 201);
    let table = site.table().with_file_name("tube");
    settles_at(&table, [1]).await;
    let row = rows(&table).await.remove(0);
    assert_eq!((times(&row, "event_time"), times(&row, "window_start")), (vec![EIGHT], vec![EIGHT]));
    assert_eq!(longs(&row, "acquisitions"), [5]);
    assert!(row.column_by_name("laser").is_none() && row.column_by_name("started_at").is_none());
}
