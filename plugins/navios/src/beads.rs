//! Figures of the detectors in a bead acquisition, from its events. Decides which data set they come from.
//!
//! The second data set holds raw values of 20 bits on a linear scale; it is taken if it is there. The first one has 10 bits,
//! compensated and often on a logarithmic scale.

use labrelay_collector::fcs::{DataSet, FcsError, Layout, Population, Scatter, Summary, Text, summarize};
use labrelay_collector::{Input, Reason, RecordBuilder};

use crate::detector::{Detector, Name};

/// What is measured of scatter where a region is drawn around beads.
const REGION_SIGNAL: &str = "integral";

/// Figures of the detectors of one acquisition, in the order in which these were given.
pub(crate) struct Beads(Summary);

impl Beads {
    /// Sums up the events. `None` if there are none, if they are stored in a form that is not read here, or if they are too
    /// many; the reason says why the file can't be trusted.
    pub(crate) fn read(
        input: &mut dyn Input,
        first: &DataSet,
        second: Option<&DataSet>,
        detectors: &[Detector],
    ) -> Result<Option<Self>, Reason> {
        let set = second.unwrap_or(first);
        let names = names(&set.text);
        let place = |detector: &Detector| match second {
            Some(_) => place_of(&names, detector.name.detector.as_deref(), detector.name.signal),
            None => usize::try_from(detector.parameter - 1).ok(),
        };
        let wanted: Vec<_> = detectors.iter().map(place).collect();
        match Layout::of(set).and_then(|layout| summarize(input, set, &layout, scatter(&names), &wanted)) {
            Ok(summary) => Ok((summary.events > 0).then_some(Self(summary))),
            Err(FcsError::UnreadEvents { .. } | FcsError::OverBound { .. }) => Ok(None),
            Err(error) => Err(error.reason()),
        }
    }

    /// Fills the figures of the detector that was given at this place; nothing if its values are not stored.
    pub(crate) fn write<'b, 'a>(&self, at: usize, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        let Some(figures) = self.0.figures.get(at).filter(|figures| figures.bits.is_some()) else {
            return record;
        };
        let population = match self.0.population {
            Population::Main => "main",
            Population::All => "all",
        };
        record
            .int("resolution", figures.bits.map(i64::from))
            .choice("population", population)
            .int("events", i64::try_from(self.0.events).ok())
            .float("mean", figures.mean)
            .float("median", figures.median)
            .float("cv", figures.cv_percent)
            .float("peak", figures.peak)
            .float("half_peak_cv", figures.half_peak_cv_percent)
            .float("at_top", figures.at_top_percent)
    }
}

fn names(text: &Text) -> Vec<Name> {
    let parameters = text.int("$PAR").unwrap_or(0).min(crate::detector::MAX_PARAMETERS);
    (1..=parameters).map(|number| Name::of(text, number)).collect()
}

/// The parameter of a detector. The FC500 does not say in names what of the pulse is measured.
fn place_of(names: &[Name], detector: Option<&str>, signal: Option<&str>) -> Option<usize> {
    let detector = detector?;
    names.iter().position(|name| {
        name.detector.as_deref() == Some(detector) && (name.signal == signal || name.signal.is_none())
    })
}

fn scatter(names: &[Name]) -> Option<Scatter> {
    let place = |detector| place_of(names, Some(detector), Some(REGION_SIGNAL));
    Some(Scatter { forward: place("FS")?, side: place("SS")? })
}
