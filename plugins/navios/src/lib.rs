//! Collector of LMD files: Navios, Navios EX, Gallios and FC500.
//!
//! An LMD file holds one acquisition stored twice (10 and 20 bits) and is one unit. Only the keywords that
//! `acquisition` and `detector` name are looked at; panel and test name are compared to the site's list and go
//! no further. Events are read of QC panels alone.

mod acquisition;
mod beads;
mod detector;
#[cfg(test)]
mod tests;
mod words;

use acquisition::{Acquisition, SERIAL};
use beads::Beads;
use detector::Detector;
use labrelay_collector::fcs::{DataSet, DataSets, raw_head};
use labrelay_collector::{
    Batch, Collector, Input, Inputs, OpenError, OpenedInput, PollError, Position, Reason, Settings, State,
    Unit, export_collector,
};

/// Keywords that name the panel or test.
const QC_NAMES: [&str; 3] = ["@PANEL", "@TESTNAME", "TESTNAME"];

struct Navios {
    settings: Settings,
}

impl Collector for Navios {
    fn open(settings: Settings, _state: Option<State>) -> Result<Self, OpenError> {
        Ok(Self { settings })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        while !batch.is_full() {
            let Some(mut input) = inputs.next() else { break };
            self.read(&mut input, batch)?;
            input.finish();
        }
        Ok(())
    }

    fn rewind(&mut self, _state: Option<State>) {}
}

impl Navios {
    fn read(&self, input: &mut OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let unit = input.unit(Position(0));
        if input.size() == 0 {
            return batch.drop_units(unit, Reason::Empty, 1);
        }
        let mut sets = DataSets::of(input);
        let first = match sets.next() {
            Some(Ok(set)) => set,
            Some(Err(error)) => return batch.refuse(unit, error.reason(), &raw_head(input).0),
            None => return batch.drop_units(unit, Reason::Empty, 1),
        };
        let Some(model) = words::model(&first.text) else {
            return batch.drop_units(unit, Reason::OtherFamily, 1);
        };
        let whole = further(&first, sets);
        let zone = self.settings.zone();
        let read = whole.and_then(|second| Ok((Acquisition::read(&first.text, model, zone)?, second)));
        let (acquisition, second) = match read {
            Ok(read) => read,
            Err(reason) => return batch.refuse(unit, reason, first.raw()),
        };
        if !self.is_qc(&first) {
            return acquisition.write(batch.record(unit, "acquisition")?).push();
        }
        let detectors = detector::all(&first.text);
        match Beads::read(input, &first, second.as_ref(), &detectors) {
            Ok(beads) => report(unit, &acquisition, &detectors, beads.as_ref(), batch),
            Err(reason) => batch.refuse(unit, reason, first.raw()),
        }
    }

    fn is_qc(&self, set: &DataSet) -> bool {
        QC_NAMES.into_iter().any(|name| self.settings.is_qc(&set.text.text(name).unwrap_or_default()))
    }
}

fn report(
    unit: Unit,
    acquisition: &Acquisition<'_>,
    detectors: &[Detector],
    beads: Option<&Beads>,
    batch: &mut Batch<'_>,
) -> Result<(), PollError> {
    let record = acquisition.write(batch.record(unit, "bead_qc")?);
    record.float("event_rate", acquisition.event_rate()).push()?;
    for (at, detector) in detectors.iter().enumerate() {
        let record = batch.record(unit, "bead_qc_detector")?;
        let record = record.text("instrument", &*acquisition.instrument);
        let record = detector.write(record.timestamp("started_at", acquisition.started_at));
        match beads {
            Some(beads) => beads.write(at, record).push()?,
            None => record.push()?,
        }
    }
    Ok(())
}

/// The second data set, if there is one. All must be readable to their end and of the same instrument: else the file is not whole.
fn further(first: &DataSet, sets: DataSets<'_>) -> Result<Option<DataSet>, Reason> {
    let serial = first.text.text(SERIAL);
    let mut second = None;
    for other in sets {
        let other = other.map_err(|error| error.reason())?;
        if other.text.text(SERIAL).is_some_and(|other| serial.as_ref().is_some_and(|first| *first != other)) {
            return Err(Reason::Contradiction);
        }
        second.get_or_insert(other);
    }
    Ok(second)
}

export_collector!(Navios, manifest: include_bytes!("../../../manifests/navios.yaml"));
