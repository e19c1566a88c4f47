//! A damaged file costs what can't be read of it, and no more; it stays as it is.

use std::collections::BTreeSet;
use std::fs;

use labrelay_model::{AcceptedLines, LedgerCounts, LedgerKey, Outcome, SourceName};

use super::quarantine::{entry, keeping};
use super::support::{Site, batches, empty, input, records, stream};
use crate::{Commit, Spool, StoredBatch};

const BATCHES: u64 = 40;
const RECORDS: u32 = 400;

/// Forty batches that can be told apart, an input, a cursor and two messages of the quarantine.
fn filled() -> Site {
    let (site, _) = keeping();
    let spool = site.open();
    for n in 0..BATCHES {
        let text: String =
            (0..u64::from(RECORDS)).map(|line| own_line(n * u64::from(RECORDS) + line)).collect();
        let lines = AcceptedLines::vouched_by_gate(stream("bead_qc"), text.into_bytes(), RECORDS);
        spool.commit(&counted(lines)).unwrap();
    }
    let source: SourceName = "listmode".parse().unwrap();
    let seen = vec![(source, input(1))];
    let (cursor, gate_state) = (Some(b"17".to_vec()), Some(b"sums".to_vec()));
    let logs = vec![("log".parse().unwrap(), input(2), Some(b"so far".to_vec()))];
    let commit = Commit { seen, logs, cursor, gate_state, quarantined: vec![entry(1)], ..empty() };
    spool.commit(&commit).unwrap();
    spool.commit(&Commit { quarantined: vec![entry(2)], ..empty() }).unwrap();
    drop(spool);
    site
}

/// A commit of one unit that gave these records, counted as the host counts.
fn counted(lines: AcceptedLines) -> Commit {
    let source: SourceName = "listmode".parse().unwrap();
    let (family, stream) = (empty().family, Some(lines.stream().stream.clone()));
    let key = LedgerKey { family, source: source.clone(), stream, outcome: Outcome::Accepted };
    let counts = LedgerCounts { units: 1, records: lines.records().into() };
    Commit { lines: vec![lines], read: vec![(source, 1)], ledger: vec![(key, counts)], ..empty() }
}

/// A line like no other, and that does not compress: batches take most pages of a real spool.
fn own_line(n: u64) -> String {
    let row_id = u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("{{\"row_id\":\"{row_id:032x}\",\"fields\":{{}}}}\n")
}

fn digests(batches: &[StoredBatch]) -> BTreeSet<[u8; 32]> {
    batches.iter().map(|batch| batch.digest.0).collect()
}

fn knows_the_input(spool: &Spool) -> bool {
    let (family, logs) = ("navios".parse().unwrap(), "log".parse().unwrap());
    spool.is_seen(&family, &"listmode".parse().unwrap(), &input(1)).unwrap()
        && spool.logs(&family, &logs).unwrap() == [(input(2), b"so far".to_vec())]
}

#[test]
fn whichever_page_is_damaged_what_can_be_read_waits_in_the_new_spool() {
    let site = filled();
    let written = digests(&batches(&site.open(), "bead_qc"));
    assert_eq!(written.len() as u64, BATCHES);
    let sound = fs::read(site.file()).unwrap();
    let (mut salvaged_from, mut kept, mut began_anew) = (0, 0, 0);
    for page in 1..sound.len() / 4096 {
        let mut damaged = sound.clone();
        // A sector, and not the page's first bytes: in a debug build redb walks all pages when it opens, and gives up there.
        damaged[page * 4096 + 2048..][..512].fill(0xa5);
        fs::write(site.file(), &damaged).unwrap();
        Spool::check_at_next_open(&site.folder());
        let (spool, report) = site.try_open().unwrap();
        let Some(aside) = report.set_aside else { continue };
        assert!(fs::read(&aside.path).unwrap() == damaged, "page {page}: what was set aside was altered");
        fs::remove_file(aside.path).unwrap();
        let Some(salvaged) = report.salvaged else {
            began_anew += 1;
            continue;
        };
        let waiting = batches(&spool, "bead_qc");
        assert!(digests(&waiting).is_subset(&written), "page {page}: a batch that nobody wrote");
        assert_eq!(digests(&waiting).len(), waiting.len(), "page {page}: a batch twice");
        assert_eq!(waiting.len() as u64, salvaged.batches, "page {page}");
        assert_eq!(salvaged.records + salvaged.lost_records, BATCHES * u64::from(RECORDS), "page {page}");
        let status = spool.status().unwrap();
        let refused: u64 = spool.refused_counts().unwrap().iter().map(|count| count.records).sum();
        assert_eq!(
            status.records + refused,
            BATCHES * u64::from(RECORDS),
            "page {page}: the accounts do not close"
        );
        assert!(knows_the_input(&spool), "page {page}: an input would be read again");
        assert!(spool.verify().unwrap().iter().all(|checked| checked.damaged == 0), "page {page}");
        spool.commit(&records("bead_qc", 1)).unwrap();
        salvaged_from += 1;
        kept += salvaged.batches;
    }
    assert!(
        salvaged_from > 10 && salvaged_from > 3 * began_anew,
        "{salvaged_from} salvaged, {began_anew} anew"
    );
    assert!(kept > (BATCHES - 4) * salvaged_from, "{kept} of {}", BATCHES * salvaged_from);
}

#[test]
fn quarantine_cursor_and_what_the_gate_remembers_come_along() {
    let site = filled();
    let one = batches(&site.open(), "bead_qc").remove(0);
    // A page of this batch alone: its sealed bytes are found in the file, and altered in the middle.
    let mut bytes = fs::read(site.file()).unwrap();
    let sealed = sealed_body(&site, &one);
    let at = bytes.windows(sealed.len()).position(|window| window == sealed).unwrap();
    bytes[at + sealed.len() / 2] ^= 1;
    fs::write(site.file(), &bytes).unwrap();
    Spool::check_at_next_open(&site.folder());
    let (spool, report) = site.try_open().unwrap();
    let salvaged = report.salvaged.unwrap();
    assert_eq!((salvaged.batches, salvaged.lost_records), (BATCHES - 1, u64::from(RECORDS)));
    assert_eq!(salvaged.messages, 2);
    assert_eq!(spool.quarantine().count(), 2);
    let navios = "navios".parse().unwrap();
    assert_eq!(spool.cursor(&navios).unwrap().unwrap(), b"17");
    assert_eq!(spool.gate_state(&navios).unwrap().unwrap(), b"sums");
    assert_eq!(batches(&spool, "bead_qc")[0].id.seq.0, 1, "numbers begin again under the new epoch");
    assert_ne!(batches(&spool, "bead_qc")[0].id.epoch, one.id.epoch);
}

fn sealed_body(site: &Site, batch: &StoredBatch) -> Vec<u8> {
    use redb::ReadableDatabase as _;
    let database = site.database();
    let txn = database.begin_read().unwrap();
    let bodies = txn.open_table(crate::layout::BODIES).unwrap();
    bodies.get(crate::layout::BatchKey::from(&batch.id).key()).unwrap().unwrap().value().to_vec()
}

#[test]
fn a_salvage_that_a_crash_cut_short_is_done_again_and_a_complete_one_is_used() {
    let site = filled();
    let unfinished = site.folder().join("spool.redb.salvage");
    fs::write(&unfinished, b"half of it").unwrap();
    assert_eq!(batches(&site.open(), "bead_qc").len() as u64, BATCHES);
    assert!(!unfinished.exists());
    fs::rename(site.file(), &unfinished).unwrap();
    assert_eq!(batches(&site.open(), "bead_qc").len() as u64, BATCHES);
    assert!(!unfinished.exists());
}
