//! The demo's books: files on disk, the host's ledger and the lake's rows, and whether they agree.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::family::Family;
use super::host::{LedgerLine, Outcome, Status};
use super::inventory::Source;
use super::receiver::Rows;

/// Name in tables of units that could not be read as far as a stream.
const NO_STREAM: &str = "(no stream)";

/// Counts of one stream.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Counts {
    /// Units whose records passed the gate.
    pub(super) accepted: u64,
    /// Units refused.
    pub(super) quarantined: u64,
    /// Units left out on purpose.
    pub(super) dropped: u64,
    /// Records of the accepted units.
    pub(super) records: u64,
    /// Rows of the Delta table.
    pub(super) in_lake: u64,
    /// Units by reason, of those not accepted.
    pub(super) reasons: BTreeMap<String, u64>,
}

/// Files of one family.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Files {
    on_disk: u64,
    unreadable: u64,
}

/// All counts of a demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    streams: BTreeMap<(String, String), Counts>,
    files: BTreeMap<String, Files>,
}

impl Counts {
    /// Units that the host saw.
    pub(super) fn seen(&self) -> u64 {
        self.accepted + self.quarantined + self.dropped
    }

    fn add(&mut self, line: &LedgerLine) {
        match line.outcome {
            Outcome::Accepted => self.accepted += line.units,
            Outcome::Quarantined => self.quarantined += line.units,
            Outcome::Dropped => self.dropped += line.units,
        }
        self.records += line.records;
        if let Some(reason) = &line.reason {
            *self.reasons.entry(reason.clone()).or_default() += line.units;
        }
    }
}

impl Tally {
    /// Sums up what the three sources say.
    pub(super) fn new(families: &[Family], status: &Status, rows: &Rows) -> Self {
        let mut streams: BTreeMap<(String, String), Counts> = BTreeMap::new();
        for (family, figures) in &status.families {
            for line in &figures.ledger {
                let stream = line.stream.as_deref().unwrap_or(NO_STREAM);
                streams.entry((family.clone(), stream.to_owned())).or_default().add(line);
            }
        }
        for (stream, rows) in rows {
            streams.entry(stream.clone()).or_default().in_lake = *rows;
        }
        let files = families.iter().map(|family| {
            let unreadable = status.families.get(&family.name).map_or(0, |figures| figures.unreadable.len());
            let unreadable = u64::try_from(unreadable).unwrap_or(u64::MAX);
            (family.name.clone(), Files { on_disk: family.files, unreadable })
        });
        Self { files: files.collect(), streams }
    }

    /// Counts per family and stream, in order.
    pub(super) fn streams(&self) -> impl Iterator<Item = (&str, &str, &Counts)> {
        self.streams.iter().map(|((family, stream), counts)| (family.as_str(), stream.as_str(), counts))
    }

    /// Rows in all tables.
    pub(super) fn in_lake(&self) -> u64 {
        self.streams.values().map(|counts| counts.in_lake).sum()
    }

    /// Units that the host saw of a family.
    pub(super) fn seen_of(&self, family: &str) -> u64 {
        self.streams().filter(|(of, ..)| *of == family).map(|(.., counts)| counts.seen()).sum()
    }

    /// What does not add up, in words. Empty if all is well.
    pub(super) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (family, files) in &self.files {
            // A file gives one unit at least.
            let accounted = self.seen_of(family) + files.unreadable;
            if accounted < files.on_disk {
                complaints.push(format!("{family}: {} files, but {accounted} accounted for", files.on_disk));
            }
        }
        for (family, stream, counts) in self.streams() {
            if counts.records != counts.in_lake {
                let Counts { records, in_lake, .. } = counts;
                complaints.push(format!(
                    "{family}.{stream}: {records} records accepted, {in_lake} rows in the lake"
                ));
            }
        }
        if self.in_lake() == 0 {
            complaints.push("nothing reached the lake".to_owned());
        }
        complaints
    }

    /// The counts for a script.
    pub(super) fn summary(&self, complaints: &[String], inventory: &Source) -> Value {
        let mut families = Map::new();
        for (family, stream, counts) in self.streams() {
            let entry = json!({
                "seen": counts.seen(),
                "accepted": counts.accepted,
                "quarantined": counts.quarantined,
                "dropped": counts.dropped,
                "accepted_records": counts.records,
                "in_lake": counts.in_lake,
                "reasons": counts.reasons,
            });
            let streams = families.entry(family).or_insert_with(|| json!({}));
            if let Some(streams) = streams.as_object_mut() {
                streams.insert(stream.to_owned(), entry);
            }
        }
        let files = self.files.iter().map(|(family, files)| {
            (family.clone(), json!({ "on_disk": files.on_disk, "unreadable": files.unreadable }))
        });
        json!({
            "adds_up": complaints.is_empty(),
            "complaints": complaints,
            "inventory": match inventory { Source::Given(_) => "given", Source::Proposed(_) => "proposed" },
            "files": files.collect::<Map<String, Value>>(),
            "families": families,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(stream: Option<&str>, outcome: Outcome, units: u64, records: u64) -> LedgerLine {
        let reason = (outcome != Outcome::Accepted).then(|| "specimen".to_owned());
        LedgerLine { stream: stream.map(str::to_owned), outcome, reason, units, records }
    }

    /// 5 files: 2 accepted, 1 dropped, 1 quarantined before its stream was known, and `missing` unaccounted.
    fn tally(missing: u64, rows: u64) -> Tally {
        let families =
            [Family { name: "navios".into(), sources: vec![], folders: vec![], files: 4 + missing }];
        let mut status = Status::default();
        let ledger = vec![
            line(Some("bead_qc"), Outcome::Accepted, 2, 3),
            line(Some("acquisition"), Outcome::Dropped, 1, 0),
            line(None, Outcome::Quarantined, 1, 0),
        ];
        status.families.entry("navios".into()).or_default().ledger = ledger;
        let rows = Rows::from([(("navios".to_owned(), "bead_qc".to_owned()), rows)]);
        Tally::new(&families, &status, &rows)
    }

    #[test]
    fn books_that_agree_give_no_complaint() {
        let tally = tally(0, 3);
        assert_eq!(tally.complaints(), Vec::<String>::new());
        let summary = tally.summary(&[], &Source::Proposed(1));
        assert_eq!(summary["adds_up"], true);
        assert_eq!(summary["families"]["navios"]["bead_qc"]["in_lake"], 3);
        assert_eq!(summary["families"]["navios"]["(no stream)"]["quarantined"], 1);
        assert_eq!(summary["families"]["navios"]["acquisition"]["reasons"]["specimen"], 1);
    }

    #[test]
    fn a_file_that_nobody_accounts_for_is_named() {
        assert_eq!(tally(1, 3).complaints(), ["navios: 5 files, but 4 accounted for"]);
    }

    #[test]
    fn a_lost_row_and_a_doubled_row_are_named() {
        assert_eq!(tally(0, 2).complaints(), ["navios.bead_qc: 3 records accepted, 2 rows in the lake"]);
        assert_eq!(tally(0, 4).complaints(), ["navios.bead_qc: 3 records accepted, 4 rows in the lake"]);
    }

    #[test]
    fn an_empty_lake_is_a_complaint() {
        assert!(tally(0, 0).complaints().contains(&"nothing reached the lake".to_owned()));
    }
}
