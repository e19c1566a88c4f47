//! What has been written, and so what has to be found: rows in the lake by id, units in the ledger by outcome.
//!
//! Asks nobody. A file's lines become an obligation when they are written; a copy is an input of its own, so its
//! lines are owed once more, under other row ids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::content::Line;

/// Units by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// Accepted.
    pub(super) accepted: u64,
    /// Quarantined, by reason.
    pub(super) quarantined: BTreeMap<String, u64>,
    /// Dropped, by reason. The soak writes nothing that may be.
    pub(super) dropped: BTreeMap<String, u64>,
    /// Logs that vanished with something that was never read; no units.
    pub(super) gaps: u64,
    /// What of them was seen.
    pub(super) gap_bytes: u64,
}

impl Units {
    /// All of them.
    pub(crate) fn all(&self) -> u64 {
        self.accepted + self.quarantined.values().chain(self.dropped.values()).sum::<u64>()
    }

    fn add(&mut self, lines: &[Line]) {
        for line in lines {
            match line {
                Line::Good(_) => self.accepted += 1,
                Line::Bad(bad) => *self.quarantined.entry(bad.reason().to_owned()).or_default() += 1,
            }
        }
    }
}

/// Everything that was written.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    /// What lies there now.
    files: BTreeMap<PathBuf, Vec<Line>>,
    /// Those of which all is known to be in the lake.
    delivered: BTreeSet<PathBuf>,
    /// Logs, and what stands in them now.
    logs: BTreeMap<PathBuf, Vec<Line>>,
    /// Those of them that nothing is appended to any more.
    old_logs: Vec<PathBuf>,
    /// How often each id has to be in the lake.
    owed: BTreeMap<u64, u64>,
    /// What the spool of today has to have counted.
    units: Units,
}

impl Oracle {
    /// A file has got this content: a new one, or one of which all was delivered.
    pub(super) fn written(&mut self, file: PathBuf, lines: Vec<Line>) {
        self.owe(&lines);
        self.delivered.remove(&file);
        self.files.insert(file, lines);
    }

    /// A log has grown by these lines.
    pub(super) fn appended(&mut self, log: PathBuf, lines: Vec<Line>) {
        self.owe(&lines);
        self.logs.entry(log).or_default().extend(lines);
    }

    /// What stood in a log stands under another name, and the log begins anew.
    pub(super) fn log_rotated(&mut self, from: &Path, to: PathBuf) {
        let lines = self.logs.remove(from).unwrap_or_default();
        self.logs.insert(to.clone(), lines);
        self.old_logs.push(to);
    }

    /// The old logs, which are there no longer.
    pub(super) fn take_old_logs(&mut self) -> Vec<PathBuf> {
        let old = std::mem::take(&mut self.old_logs);
        old.iter().for_each(|log| drop(self.logs.remove(log)));
        old
    }

    /// A log has gone with so many bytes that nobody could read.
    pub(super) fn vanished(&mut self, bytes: u64) {
        self.units.gaps += 1;
        self.units.gap_bytes += bytes;
    }

    fn owe(&mut self, lines: &[Line]) {
        self.units.add(lines);
        for line in lines {
            if let Line::Good(id) = line {
                *self.owed.entry(*id).or_default() += 1;
            }
        }
    }

    /// A file has another name, and is the same.
    pub(super) fn renamed(&mut self, from: &Path, to: PathBuf) {
        if self.delivered.remove(from) {
            self.delivered.insert(to.clone());
        }
        if let Some(lines) = self.files.remove(from) {
            self.files.insert(to, lines);
        }
    }

    /// All that was written so far is in the lake, so it may be written over.
    pub(super) fn all_is_delivered(&mut self) {
        self.delivered = self.files.keys().cloned().collect();
    }

    /// The host has forgotten what it read, and reads again what lies there now.
    pub(super) fn spool_was_deleted(&mut self) {
        self.units = Units::default();
        self.files.values().chain(self.logs.values()).for_each(|lines| self.units.add(lines));
    }

    /// Every file.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.files.keys().cloned().collect()
    }

    /// The files that may be written over.
    pub(super) fn delivered(&self) -> Vec<PathBuf> {
        self.delivered.iter().cloned().collect()
    }

    /// A file's lines.
    pub(super) fn lines(&self, file: &Path) -> &[Line] {
        self.files.get(file).map(Vec::as_slice).unwrap_or_default()
    }

    /// How often each id has to be in the lake.
    pub(super) fn owed(&self) -> &BTreeMap<u64, u64> {
        &self.owed
    }

    /// What the ledger has to say.
    pub(crate) fn units(&self) -> &Units {
        &self.units
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::Bad;
    use super::*;

    #[test]
    fn a_copy_is_owed_again_and_a_renamed_file_is_not() {
        let mut oracle = Oracle::default();
        let lines = vec![Line::Good(1), Line::Bad(Bad::Power)];
        oracle.written("a".into(), lines.clone());
        oracle.renamed(Path::new("a"), "b".into());
        oracle.written("c".into(), lines);
        assert_eq!(oracle.owed(), &BTreeMap::from([(1, 2)]));
        assert_eq!((oracle.units().accepted, oracle.units().all()), (2, 4));
        assert_eq!(oracle.files(), [PathBuf::from("b"), "c".into()]);
    }

    #[test]
    fn a_new_spool_counts_what_lies_there_and_the_lake_keeps_what_was_written_over() {
        let mut oracle = Oracle::default();
        oracle.written("a".into(), vec![Line::Good(1)]);
        oracle.all_is_delivered();
        oracle.written("a".into(), vec![Line::Good(2)]);
        assert_eq!(oracle.delivered(), Vec::<PathBuf>::new(), "what is new in it is not delivered yet");
        oracle.spool_was_deleted();
        assert_eq!(oracle.units().all(), 1);
        assert_eq!(oracle.owed(), &BTreeMap::from([(1, 1), (2, 1)]));
    }
}
