//! Collector of LMD files: Navios, Navios EX, Gallios and FC500.
//!
//! An LMD file holds one acquisition stored twice (10 and 20 bits) and is one unit. Only the keywords that
//! `acquisition` and `detector` name are looked at; panel and test name are compared to the site's list and go
//! no further.

mod acquisition;
mod detector;
#[cfg(test)]
mod tests;
mod words;

use acquisition::{Acquisition, SERIAL};
use labrelay_collector::fcs::{DataSet, DataSets, FcsError, raw_head};
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
        match sets.next() {
            Some(Ok(set)) => self.judge(unit, &set, sets, batch),
            Some(Err(error)) => batch.refuse(unit, error.reason(), &raw_head(input).0),
            None => batch.drop_units(unit, Reason::Empty, 1),
        }
    }

    fn judge(
        &self,
        unit: Unit,
        set: &DataSet,
        mut further: DataSets<'_>,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let Some(model) = words::model(&set.text) else {
            return batch.drop_units(unit, Reason::OtherFamily, 1);
        };
        let whole = further.try_for_each(|other| same_instrument(set, other));
        match whole.and_then(|()| Acquisition::read(&set.text, model, self.settings.zone())) {
            Ok(acquisition) => self.report(unit, set, &acquisition, batch),
            Err(reason) => batch.refuse(unit, reason, set.raw()),
        }
    }

    fn report(
        &self,
        unit: Unit,
        set: &DataSet,
        acquisition: &Acquisition<'_>,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let is_qc = |name| self.settings.is_qc(&set.text.text(name).unwrap_or_default());
        if !QC_NAMES.into_iter().any(is_qc) {
            return acquisition.write(batch.record(unit, "acquisition")?);
        }
        acquisition.write(batch.record(unit, "bead_qc")?)?;
        for detector in detector::all(&set.text) {
            let record = batch.record(unit, "bead_qc_detector")?;
            let record = record.text("instrument", &*acquisition.instrument);
            detector.write(record.timestamp("started_at", acquisition.started_at))?;
        }
        Ok(())
    }
}

/// The second data set must be readable to its end and of the same instrument: else the file is not whole.
fn same_instrument(first: &DataSet, other: Result<DataSet, FcsError>) -> Result<(), Reason> {
    let other = other.map_err(|error| error.reason())?;
    match other.text.text(SERIAL) {
        Some(serial) if first.text.text(SERIAL).is_some_and(|first| first != serial) => {
            Err(Reason::Contradiction)
        }
        _ => Ok(()),
    }
}

export_collector!(Navios, manifest: include_bytes!("../../../manifests/navios.yaml"));
