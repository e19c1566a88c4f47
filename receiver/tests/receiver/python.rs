//! A reader that is not ours sees exactly the rows that were sent.

use std::process::Command;

use serde_json::{Value, json};

use crate::batches::{MANIFEST, batch, id, manifest_digest, tombstone};
use crate::program::Site;

/// Exit code of `read_lake.py` where the package is missing.
const NO_PACKAGE: i32 = 3;

/// The table's rows as Python `deltalake` sees them; `None` where there is no Python or no package.
/// `LABRELAY_PYTHON` names an interpreter that has it.
fn python_rows(table: &std::path::Path) -> Option<Vec<Value>> {
    let python = std::env::var_os("LABRELAY_PYTHON").unwrap_or_else(|| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_lake.py");
    let done = Command::new(python).arg(script).arg(table).output().ok()?;
    if done.status.code() == Some(NO_PACKAGE) {
        return None;
    }
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(done.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(parsed).collect())
}

fn parsed(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

#[tokio::test]
async fn python_sees_exactly_the_rows_that_were_sent() {
    let site = Site::new();
    let receiver = site.serve();
    for (seq, body) in [(1, batch(0..100)), (2, tombstone()), (3, batch(100..150))] {
        assert_eq!(site.device.put(&receiver, &id(1, seq), body).await.status, 201);
    }
    assert_eq!(receiver.stop(), Some(0));
    let Some(rows) = python_rows(&site.table()) else {
        eprintln!(
            "SKIPPED: no python3 with the packages deltalake and pyarrow; set LABRELAY_PYTHON to one that has them"
        );
        return;
    };
    let events: Vec<u64> = rows.iter().map(|row| row["events"].as_u64().unwrap()).collect();
    assert_eq!(events, (0..150).collect::<Vec<_>>());
    let mut last = rows.last().unwrap().clone();
    assert_eq!(last.as_object_mut().unwrap().remove("received_day").unwrap().as_str().unwrap().len(), 10);
    let expected = json!({
        "device": "pc-1", "family": "cyto", "instrument": "AB1234", "stream": "bead_qc",
        "epoch": "01010101010101010101010101010101", "seq": 3, "row_id": format!("{:032x}", 149),
        "manifest_sha256": manifest_digest(MANIFEST).to_string(), "plugin_version": "1.2.3", "host_version": "0.1.0",
        "event_time": "2026-03-01T08:00:00.500000+00:00", "started_at": "2026-03-01T08:00:00.500000+00:00",
        "laser": 12.5, "events": 149, "took": 61.25, "aborted": false, "stop_reason": "events",
        "build": "4711", "software": "1.2.3",
    });
    assert_eq!(last, expected);
}
