//! Figures of the detectors in a bead acquisition, from its events. Decides which of a detector's signals they are of.

use labrelay_collector::fcs::{
    DataSet, FcsError, Figures, Layout, Population, Scatter, Summary, Text, summarize,
};
use labrelay_collector::{Input, Reason, RecordBuilder};

use crate::channel::Channel;

/// Channels of figures that the manifest has room for. Values have 24 bits, which would be more than a number may have.
const CHANNELS: std::ops::RangeInclusive<f64> = -99_999.0..=9_000_000.0;
/// What of a pulse is stored, by the ending of a parameter's name; the first that is there is taken.
const SIGNALS: [(&str, &str); 2] = [("-A", "area"), ("-H", "height")];
/// Codes of the scatter detectors that a region is drawn in.
const SCATTER: [&str; 2] = ["FSC", "SSC"];

/// Figures of the channels of one acquisition, in the order in which these were given.
pub(crate) struct Beads {
    signals: Vec<Option<&'static str>>,
    summary: Summary,
}

impl Beads {
    /// Sums up the events. `None` if there are none, if they are stored in a form that is not read here, or if they are too
    /// many; the reason says why the file can't be trusted.
    pub(crate) fn read(
        input: &mut dyn Input,
        set: &DataSet,
        channels: &[Channel],
    ) -> Result<Option<Self>, Reason> {
        let summed = Layout::of(set).and_then(|layout| {
            let names = Names::of(&set.text, layout.parameters().len());
            let found: Vec<_> = channels.iter().map(|of| names.find(of.detector.as_deref()?)).collect();
            let (signals, wanted): (Vec<_>, Vec<_>) = found.into_iter().map(Option::unzip).unzip();
            let summary = summarize(input, set, &layout, names.scatter(), &wanted)?;
            Ok(Self { signals, summary })
        });
        match summed {
            Ok(beads) => Ok((beads.summary.events > 0).then_some(beads)),
            Err(FcsError::UnreadEvents { .. } | FcsError::OverBound { .. }) => Ok(None),
            Err(error) => Err(error.reason()),
        }
    }

    /// Fills the figures of the channel that was given at this place; nothing if its values are not stored.
    pub(crate) fn write<'b, 'a>(&self, at: usize, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        let stored = |figures: &&Figures| figures.bits.is_some();
        let Some(figures) = self.summary.figures.get(at).filter(stored) else { return record };
        let population = match self.summary.population {
            Population::Main => "main",
            Population::All => "all",
        };
        let channel = |value: Option<f64>| value.filter(|value| CHANNELS.contains(value));
        record
            .choice("signal", self.signals.get(at).copied().flatten())
            .choice("population", population)
            .int("events", i64::try_from(self.summary.events).ok())
            .float("mean", channel(figures.mean))
            .float("median", channel(figures.median))
            .float("cv", figures.cv_percent)
            .float("peak", channel(figures.peak))
            .float("half_peak_cv", figures.half_peak_cv_percent)
            .float("at_top", figures.at_top_percent)
    }
}

/// Names of the parameters (`$PnN`), which are a detector's code and what of its pulse is stored.
struct Names(Vec<String>);

impl Names {
    fn of(text: &Text, parameters: usize) -> Self {
        let name = |number| text.text(&format!("$P{number}N")).unwrap_or_default().into_owned();
        Self((1..=parameters).map(name).collect())
    }

    /// The signal of a detector that figures are of, and its parameter counted from 0.
    fn find(&self, detector: &str) -> Option<(&'static str, usize)> {
        SIGNALS.into_iter().find_map(|(ending, signal)| {
            let is = |name: &String| name.strip_suffix(ending) == Some(detector);
            Some((signal, self.0.iter().position(is)?))
        })
    }

    fn scatter(&self) -> Option<Scatter> {
        let [forward, side] = SCATTER.map(|detector| self.find(detector).map(|(_, at)| at));
        Some(Scatter { forward: forward?, side: side? })
    }
}
