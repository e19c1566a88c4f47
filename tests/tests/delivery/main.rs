//! Does every accepted record arrive exactly once, whatever becomes of the receiver, the host, or the way between?

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod deaths;
mod misconfigured;
mod other_clock;
mod restored;
mod unreachable;

use std::collections::BTreeSet;

use labrelay_tests::site::{Row, Site, fixture};

/// Records of one fixture file `navios/bead-qc`.
const RECORDS_PER_FILE: u64 = 5;

/// Copies the QC fixture `count` times into the site: each copy is a file of its own.
fn put_many(site: &Site, from: u64, count: u64) {
    let fixture = fixture("navios/bead-qc");
    for number in from..from + count {
        site.put("navios", &fixture, &format!("{number}.lmd"));
    }
}

/// Every row in the journal is there once.
fn assert_each_once(rows: &[Row]) {
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.row_id.as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "a row has left twice");
}

/// Rows and distinct row ids in the lake, as Python sees them; `None`, said aloud, where there is no Python.
fn ids_in_lake(site: &Site) -> Option<(usize, usize)> {
    let Some(rows) = labrelay_tests::python::rows(&site.receiver.lake()) else {
        labrelay_tests::skipped(
            "Python with `deltalake` and `pyarrow` is not there: row ids in the lake not looked at",
        );
        return None;
    };
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.row_id.as_str()).collect();
    Some((rows.len(), ids.len()))
}
