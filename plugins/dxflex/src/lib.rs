//! Collector of CytExpert FCS files: DxFLEX and CytoFLEX, also those that R flowCore saved again.
//!
//! Each data set of a file is one acquisition and one unit; CytExpert writes one. Only the keywords that
//! `acquisition` and `channel` name are looked at; the tube's name is compared to the site's list and goes no
//! further. Events are read of QC tubes alone.

mod acquisition;
mod beads;
mod channel;
#[cfg(test)]
mod tests;
mod words;

use acquisition::Acquisition;
use beads::Beads;
use labrelay_collector::fcs::{DataSet, DataSets, raw_head};
use labrelay_collector::{
    Batch, Collector, Input, Inputs, OpenError, OpenedInput, PollError, Position, Reason, Settings, State,
    Unit, export_collector,
};

/// Keyword that names the tube.
const TUBE_NAME: &str = "TBNM";
/// Data sets of one file that are held at once: CytExpert writes one; 64 refused ones keep 4 MiB at most, and as many QC tubes,
/// of which all keywords are kept, 64 MiB.
const SETS_AT_ONCE: usize = 64;

struct DxFlex {
    settings: Settings,
}

impl Collector for DxFlex {
    fn open(settings: Settings, _state: Option<State>) -> Result<Self, OpenError> {
        Ok(Self { settings })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        while !batch.is_full() {
            let Some(mut input) = inputs.next() else { break };
            if self.read(&mut input, batch)? {
                input.finish();
            }
        }
        Ok(())
    }

    fn rewind(&mut self, _state: Option<State>) {}
}

/// What becomes of one data set.
enum Outcome {
    Told(Box<Acquisition>),
    /// With its data set, whose events are still to be read.
    Qc(Box<Acquisition>, Box<DataSet>),
    Refused(Reason, Vec<u8>),
    Unreadable(Reason),
    Dropped(Reason),
}

impl DxFlex {
    /// Reads the data sets from where the last poll left off; whether all are done.
    fn read(&self, input: &mut OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<bool, PollError> {
        let done = input.position();
        let outcomes = self.outcomes(input, done);
        let all = outcomes.len() < SETS_AT_ONCE;
        for (number, outcome) in (done..).zip(outcomes) {
            if batch.is_full() {
                return Ok(false);
            }
            report(input, number, outcome, batch)?;
            input.set_position(number + 1);
        }
        Ok(all)
    }

    /// What becomes of the data sets after the first `done`.
    fn outcomes(&self, input: &mut OpenedInput<'_>, done: u64) -> Vec<Outcome> {
        if input.size() == 0 {
            return vec![Outcome::Dropped(Reason::Empty)];
        }
        let sets = DataSets::of(input).skip(usize::try_from(done).unwrap_or(usize::MAX)).take(SETS_AT_ONCE);
        let judged = sets.map(|set| match set {
            Ok(set) => self.judge(set),
            Err(error) => Outcome::Unreadable(error.reason()),
        });
        judged.collect()
    }

    fn judge(&self, set: DataSet) -> Outcome {
        let Some(model) = words::model(&set.text) else { return Outcome::Dropped(Reason::OtherFamily) };
        let is_qc = self.settings.is_qc(&set.text.text(TUBE_NAME).unwrap_or_default());
        match Acquisition::read(&set.text, model, self.settings.zone(), is_qc) {
            Ok(acquisition) if is_qc => Outcome::Qc(Box::new(acquisition), Box::new(set)),
            Ok(acquisition) => Outcome::Told(Box::new(acquisition)),
            Err(reason) => Outcome::Refused(reason, set.raw().to_vec()),
        }
    }
}

fn report(
    input: &mut OpenedInput<'_>,
    number: u64,
    outcome: Outcome,
    batch: &mut Batch<'_>,
) -> Result<(), PollError> {
    let unit = input.unit(Position(number));
    match outcome {
        Outcome::Told(acquisition) => acquisition.write(batch.record(unit, "acquisition")?).push(),
        Outcome::Qc(acquisition, set) => match Beads::read(input, &set, &acquisition.channels) {
            Ok(beads) => report_qc(unit, &acquisition, beads.as_ref(), batch),
            Err(reason) => batch.refuse(unit, reason, set.raw()),
        },
        Outcome::Refused(reason, raw) => batch.refuse(unit, reason, &raw),
        Outcome::Unreadable(reason) if number == 0 => batch.refuse(unit, reason, &raw_head(input).0),
        Outcome::Unreadable(reason) => batch.refuse(unit, reason, &[]),
        Outcome::Dropped(reason) => batch.drop_units(unit, reason, 1),
    }
}

fn report_qc(
    unit: Unit,
    acquisition: &Acquisition,
    beads: Option<&Beads>,
    batch: &mut Batch<'_>,
) -> Result<(), PollError> {
    let record = acquisition.write(batch.record(unit, "bead_qc")?);
    record.float("event_rate", acquisition.event_rate()).push()?;
    for (at, channel) in acquisition.channels.iter().enumerate() {
        let record = batch.record(unit, "bead_qc_detector")?;
        let record = record.text("instrument", &*acquisition.instrument);
        let record = channel.write(record.timestamp("started_at", acquisition.started_at));
        match beads {
            Some(beads) => beads.write(at, record).push()?,
            None => record.push()?,
        }
    }
    Ok(())
}

export_collector!(DxFlex, manifest: include_bytes!("../../../manifests/dxflex.yaml"));
