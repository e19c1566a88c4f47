//! Source, ledger and lake side by side: what is missing, doubled, altered or unexplained. Reads nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::content::{fields, id_of};
use super::oracle::{Oracle, Units};

/// A row of the lake.
#[derive(Debug, Clone)]
pub(super) struct LakeRow {
    /// 32 hex digits.
    pub(super) row_id: String,
    /// The manifest's fields.
    pub(super) fields: Map<String, Value>,
}

/// What does not agree; all zero if all is well.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// Ids that were written and are not in the lake as often.
    pub(super) missing: u64,
    /// Rows beyond what was written, and rows that stand twice, under whichever epoch.
    pub(super) doubled: u64,
    /// Rows that say something else than what was written.
    pub(super) altered: u64,
    /// Rows that nobody wrote, and units that the ledger has too many or too few of.
    pub(super) unexplained: u64,
    /// Where the ledger differs, in words.
    pub(super) ledger: Vec<String>,
}

impl Differences {
    /// Whether source, ledger and lake agree.
    pub(crate) fn is_none(&self) -> bool {
        self.missing + self.doubled + self.altered + self.unexplained == 0
    }

    /// The line that a script reads.
    pub(crate) fn line(&self) -> String {
        let Self { missing, doubled, altered, unexplained, .. } = self;
        format!("missing {missing} doubled {doubled} altered {altered} unexplained {unexplained}")
    }
}

/// Judges every row and every count.
pub(super) fn compare(oracle: &Oracle, rows: &[LakeRow], ledger: &Units) -> Differences {
    let mut differences = Differences::default();
    lake(oracle, rows, &mut differences);
    units(oracle.units(), ledger, &mut differences);
    differences
}

fn lake(oracle: &Oracle, rows: &[LakeRow], differences: &mut Differences) {
    let mut found: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for row in rows {
        let Some(id) = id_of(&row.fields).filter(|id| oracle.owed().contains_key(id)) else {
            differences.unexplained += 1;
            continue;
        };
        if row.fields != fields(id) {
            differences.altered += 1;
        } else if !known.insert(row.row_id.as_str()) {
            differences.doubled += 1;
        } else {
            found.entry(id).or_default().insert(&row.row_id);
        }
    }
    for (id, owed) in oracle.owed() {
        let found = found.get(id).map_or(0, |row_ids| row_ids.len() as u64);
        differences.missing += owed.saturating_sub(found);
        differences.doubled += found.saturating_sub(*owed);
    }
}

fn units(written: &Units, counted: &Units, differences: &mut Differences) {
    let mut differ = |what: &str, written: u64, counted: u64| {
        if written != counted {
            differences.unexplained += written.abs_diff(counted);
            differences.ledger.push(format!("{what}: {written} written, {counted} in the ledger"));
        }
    };
    differ("accepted", written.accepted, counted.accepted);
    differ("gaps", written.gaps, counted.gaps);
    differ("bytes in gaps", written.gap_bytes, counted.gap_bytes);
    let maps = [
        ("quarantined", &written.quarantined, &counted.quarantined),
        ("dropped", &written.dropped, &counted.dropped),
    ];
    for (outcome, written, counted) in maps {
        let of = |map: &BTreeMap<String, u64>, reason| map.get(reason).copied().unwrap_or_default();
        for reason in written.keys().chain(counted.keys()).collect::<BTreeSet<_>>() {
            differ(&format!("{outcome}({reason})"), of(written, reason), of(counted, reason));
        }
    }
}

/// The negative control: each kind of difference is made on purpose, and must be seen.
#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::content::{Bad, Line};
    use super::*;

    const WRITTEN: u64 = 10;

    /// Ten good lines, one of them also in a copy, and two bad ones; and a region that has all of it.
    fn all_is_well() -> (Oracle, Vec<LakeRow>, Units) {
        let mut oracle = Oracle::default();
        let mut lines: Vec<Line> = (0..WRITTEN).map(Line::Good).collect();
        lines.extend([Line::Bad(Bad::Remark), Line::Bad(Bad::Power)]);
        oracle.written("a".into(), lines);
        oracle.written("copy".into(), vec![Line::Good(0)]);
        let row = |row_id: u64, id| LakeRow { row_id: format!("{row_id:032x}"), fields: fields(id) };
        let mut rows: Vec<LakeRow> = (0..WRITTEN).map(|id| row(id, id)).collect();
        rows.push(row(WRITTEN, 0));
        let units = oracle.units().clone();
        (oracle, rows, units)
    }

    fn after(doctor: impl FnOnce(&mut Vec<LakeRow>, &mut Units)) -> Differences {
        let (oracle, mut rows, mut units) = all_is_well();
        doctor(&mut rows, &mut units);
        compare(&oracle, &rows, &units)
    }

    #[test]
    fn nothing_differs_where_all_is_well() {
        let differences = after(|_, _| {});
        assert_eq!(differences, Differences::default());
        assert_eq!(differences.line(), "missing 0 doubled 0 altered 0 unexplained 0");
    }

    #[test]
    fn a_row_that_was_lost_is_missing_even_if_its_copy_is_there() {
        for lost in [0, 3] {
            let differences = after(|rows, _| _ = rows.remove(lost));
            assert_eq!(differences, Differences { missing: 1, ..Differences::default() });
            assert!(!differences.is_none());
        }
    }

    #[test]
    fn a_row_is_doubled_by_the_same_row_id_and_by_another() {
        let same = after(|rows, _| rows.extend(rows.first().cloned()));
        assert_eq!(same, Differences { doubled: 1, ..Differences::default() });
        let other = after(|rows, _| {
            let row = rows.first().cloned().unwrap();
            rows.push(LakeRow { row_id: "f".repeat(32), ..row });
        });
        assert_eq!(other, Differences { doubled: 1, ..Differences::default() });
        assert!(!same.is_none() && !other.is_none());
    }

    #[test]
    fn one_changed_value_is_altered_and_what_was_written_is_missing() {
        let differences = after(|rows, _| {
            rows.last_mut().unwrap().fields.insert("lost".into(), json!(1001));
        });
        assert_eq!(differences, Differences { altered: 1, missing: 1, ..Differences::default() });
    }

    #[test]
    fn a_row_that_nobody_wrote_is_unexplained() {
        let differences = after(|rows, _| {
            rows.push(LakeRow { row_id: "f".repeat(32), fields: fields(WRITTEN) });
        });
        assert_eq!(differences, Differences { unexplained: 1, ..Differences::default() });
    }

    #[test]
    fn one_unit_too_many_or_too_few_is_unexplained_and_named() {
        let accepted = after(|_, units| units.accepted += 1);
        assert_eq!(
            (accepted.unexplained, accepted.ledger),
            (1, vec!["accepted: 11 written, 12 in the ledger".into()])
        );
        let refused = after(|_, units| _ = units.quarantined.remove("unparsable"));
        assert_eq!(
            (refused.unexplained, refused.ledger),
            (1, vec!["quarantined(unparsable): 1 written, 0 in the ledger".into()])
        );
        let gap = after(|_, units| units.gaps += 1);
        assert_eq!((gap.unexplained, gap.missing), (1, 0), "a gap of which nobody knows");
        let dropped = after(|_, units| _ = units.dropped.insert("crashes_plugin".into(), 1));
        assert_eq!(dropped.unexplained, 1, "an innocent file that was set aside shows");
    }
}
