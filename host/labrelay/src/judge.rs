//! From what a plugin claims to what may be committed: every unit ends in exactly one outcome.
//!
//! A unit is atomic: if the gate refuses one of its records, all of it goes to quarantine.

mod judged;
mod rows;

use std::path::PathBuf;
use std::sync::Arc;

use labrelay_abi::{Unit, UnitOutcome};
use labrelay_gate::{AcceptedRecord, ClosedWindow, Gate, GateState, LineWriter, Site, UnitVerdict, json};
use labrelay_manifest::{Inventory, Manifest, SiteWords, SourceKind};
use labrelay_model::{
    InputIdentity, LedgerCounts, LedgerKey, Outcome, Position, Reason, Record, Redacted, SourceName,
    StreamIndex, StreamName, Timestamp,
};
use labrelay_spool::{Form, QuarantineEntry};

use judged::ONE_UNIT;
use rows::RowNames;

pub(crate) use judged::Judged;

/// Judges the units of one family.
pub(crate) struct Judge {
    manifest: Arc<Manifest>,
    gate: Arc<Gate>,
    words: SiteWords,
    rows: RowNames,
}

/// Where a unit was read.
#[derive(Clone)]
pub(crate) struct Origin {
    /// Declared source.
    pub source: SourceName,
    /// The input by which its rows are named; of a log that is followed the file, whatever was in it before, and of a
    /// database the table.
    pub identity: InputIdentity,
    /// Its file. The name may name a patient: never for a log, a message or a record.
    pub path: PathBuf,
}

/// What a unit that goes to quarantine leaves behind.
struct Refused {
    reason: Reason,
    form: Form,
    raw: Redacted,
}

/// What a plugin's raw part is. The SDK gives an unmatched log line in a form that can be matched again.
fn form_of_raw(reason: Reason) -> Form {
    if reason == Reason::UnmatchedEvent { Form::EventLine } else { Form::Raw }
}

impl Judge {
    /// A judge by `manifest` at `site`. `row_key` names rows (HMAC-SHA256).
    pub(crate) fn new(manifest: Arc<Manifest>, site: Site, row_key: &[u8; 32]) -> Self {
        let words = words_of(site.inventory.as_ref());
        let gate = Arc::new(Gate::new(Arc::clone(&manifest), site));
        Self { manifest, gate, words, rows: RowNames::new(row_key) }
    }

    /// The gate in use; the second check judges by the same one.
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// What log lines mean at this site.
    pub(crate) fn words(&self) -> &SiteWords {
        &self.words
    }

    /// Judges `units`; `origins` are the poll's handles in order. What the gate has to remember goes into
    /// `state`, which is to be saved with the rest. `on_accepted` sees each record that passed.
    pub(crate) fn judge(
        &self,
        units: Vec<Unit>,
        origins: &[Origin],
        now: Timestamp,
        state: &mut GateState,
        mut on_accepted: impl FnMut(&AcceptedRecord, &Origin),
    ) -> Judged {
        let mut judged = Judged::default();
        let mut writer = LineWriter::new();
        for unit in units {
            // The channel's decoder has refused a reply with an index out of range.
            let Some(origin) = origins.get(usize::from(unit.handle)) else { continue };
            judged.count_read(&origin.source, unit.seen());
            let stream = unit.stream.and_then(|index| self.stream_name(index));
            let (outcome, counts) = match unit.outcome {
                UnitOutcome::Records(records) => match self.gate.check_unit(records, now, state) {
                    UnitVerdict::Accepted(records) => {
                        self.write(&mut writer, &records, origin, unit.position);
                        records.iter().for_each(|record| on_accepted(record, origin));
                        judged.count_records(&self.key(origin, None, Outcome::Accepted), &records);
                        (Outcome::Accepted, ONE_UNIT)
                    }
                    UnitVerdict::Quarantined(refusal, records) => {
                        let reason = refusal.reason;
                        let refused = Refused { reason, form: Form::Records, raw: self.raw(records) };
                        judged.quarantined.push(self.entry(origin, &stream, refused, unit.position, now));
                        (Outcome::Quarantined(reason), ONE_UNIT)
                    }
                    UnitVerdict::Dropped(reason) => (Outcome::Dropped(reason), ONE_UNIT),
                },
                UnitOutcome::Refused(reason, raw) => {
                    let refused = Refused { reason, form: form_of_raw(reason), raw };
                    judged.quarantined.push(self.entry(origin, &stream, refused, unit.position, now));
                    (Outcome::Quarantined(reason), ONE_UNIT)
                }
                UnitOutcome::Dropped(reason, units) => {
                    (Outcome::Dropped(reason), LedgerCounts { units, records: 0 })
                }
            };
            judged.count(self.key(origin, stream, outcome), counts);
        }
        judged.lines = writer.finish();
        judged
    }

    /// What to commit for an input that kills its worker: one unit, left out and counted.
    pub(crate) fn set_aside(&self, origin: &Origin) -> Judged {
        let mut judged = Judged::default();
        judged.count_read(&origin.source, 1);
        judged.count(self.key(origin, None, Outcome::Dropped(Reason::CrashesPlugin)), ONE_UNIT);
        judged
    }

    /// Closes the aggregates that are due; `on_accepted` sees each that leaves.
    pub(crate) fn close(
        &self,
        now: Timestamp,
        state: &mut GateState,
        mut on_accepted: impl FnMut(&AcceptedRecord),
    ) -> Judged {
        let mut judged = Judged::default();
        let mut writer = LineWriter::new();
        for ClosedWindow { verdict, stream, identity } in state.close(&self.gate, now) {
            let outcome = match verdict {
                Ok(record) => {
                    writer.push(&record, self.rows.of_aggregate(&identity));
                    on_accepted(&record);
                    Outcome::Accepted
                }
                Err(refusal) => Outcome::Dropped(refusal.reason),
            };
            // It was read nowhere: the ledger has it under the first source.
            if let Some(source) = self.manifest.sources().first() {
                let (family, source) = (self.manifest.family().clone(), source.name.clone());
                let key = LedgerKey { family, source, stream: Some(stream), outcome };
                judged.count(key, LedgerCounts { units: 0, records: 1 });
            }
        }
        judged.lines = writer.finish();
        judged
    }

    fn write(
        &self,
        writer: &mut LineWriter,
        records: &[AcceptedRecord],
        origin: &Origin,
        position: Position,
    ) {
        let is_line = self.is_followed(&origin.source);
        for (index, record) in records.iter().enumerate() {
            match is_line {
                true => writer.push_named(record, |fields| {
                    self.rows.of_line(&origin.identity, position, index, fields)
                }),
                false => writer.push(record, self.rows.of_record(&origin.identity, position, index)),
            }
        }
    }

    fn is_followed(&self, source: &SourceName) -> bool {
        let declared = self.manifest.sources().iter().find(|declared| declared.name == *source);
        declared.is_some_and(|declared| {
            matches!(declared.kind, SourceKind::Tail { .. } | SourceKind::Sqlite { .. })
        })
    }

    /// A unit's records for the sealed quarantine only. All of them: requeued, its rows have the names that they
    /// would have had.
    fn raw(&self, records: Vec<Record>) -> Redacted {
        let lines: Vec<_> =
            records.iter().map(|record| json::unchecked_line(&self.manifest, record)).collect();
        let mut all = Redacted(Vec::with_capacity(lines.iter().map(|line| line.0.len() + 1).sum()));
        for line in lines {
            all.0.extend_from_slice(&line.0);
            all.0.push(b'\n');
        }
        all
    }

    fn stream_name(&self, index: StreamIndex) -> Option<StreamName> {
        Some(self.manifest.stream_at(index)?.name.clone())
    }

    fn entry(
        &self,
        origin: &Origin,
        stream: &Option<StreamName>,
        Refused { reason, form, raw }: Refused,
        position: Position,
        now: Timestamp,
    ) -> QuarantineEntry {
        QuarantineEntry {
            family: self.manifest.family().clone(),
            source: Some(origin.source.clone()),
            stream: stream.clone(),
            reason,
            input: Some(origin.identity),
            position,
            received_at: now,
            form,
            raw,
        }
    }

    fn key(&self, origin: &Origin, stream: Option<StreamName>, outcome: Outcome) -> LedgerKey {
        LedgerKey { family: self.manifest.family().clone(), source: origin.source.clone(), stream, outcome }
    }
}

/// Accounts with their roles, and the zone of the instruments' clocks.
fn words_of(inventory: Option<&Inventory>) -> SiteWords {
    let nothing = Inventory::default();
    let Inventory { roles, zone, .. } = inventory.unwrap_or(&nothing);
    SiteWords::new(roles.accounts(), zone.clone())
}

#[cfg(test)]
mod tests;
