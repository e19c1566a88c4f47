//! Figures of bead quality control, from the events themselves: place, spread and share beyond the range of each parameter.
//!
//! **Over which events.** With forward and side scatter on linear scales: over the main population, which is what lies within a
//! quarter of the main peak of both, as a lab draws a region around single beads; debris and doublets (which have twice the
//! signal) stay out. Where scatter gives no such population, over all events, and [`Summary::population`] says so.
//!
//! **Half-peak CV.** Full width of the main peak at half its height, over 2.3548 times the channel of its top, in percent. For a
//! normal distribution that is its coefficient of variation; unlike that, it does not depend on what lies beside the peak.
//! 2.3548 is 2√(2 ln 2). Wang and Hoffman, "Standardization, calibration, and control in flow cytometry" (Curr. Protoc. Cytom. 79,
//! 2017, 1.3.1) is on what such figures are for.
//!
//! Values are as stored. On a logarithmic scale no coefficient of variation is told.

use super::histogram::{FWHM_OF_SD, Histogram};
use super::layout::{Layout, Parameter, Scale};
use super::list_mode::{Block, ListMode};
use super::moments::Moments;
use super::{DataSet, FcsError};
use crate::Input;

/// Most bytes of events that are gone through for figures: half a minute's reading on a slow disk would be more than a poll
/// has. Bead acquisitions have 10,000 to 100,000 events, 10 MB at most.
pub const MAX_FIGURES_BYTES: u64 = 128 * 1024 * 1024;
/// How far scatter may be from its peak, as a part of it. Single beads spread by some 5 %; doublets are 60 % or more above.
const AROUND_PEAK: f64 = 0.25;
/// Smallest share of all events that is a main population: less is where two populations' peaks happen to cross.
const LEAST_SHARE: f64 = 0.2;
/// Largest coefficient of variation that is told, in percent. Beads have 1 to 50; a mean near 0 gives any number, which says nothing.
pub const MAX_CV_PERCENT: f64 = 1000.0;
/// Smallest number of events that is a main population.
const LEAST_EVENTS: u64 = 100;

/// Parameters of forward and side scatter, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scatter {
    /// Forward scatter.
    pub forward: usize,
    /// Side scatter.
    pub side: usize,
}

/// Which events figures are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// Those around the main peaks of forward and side scatter.
    Main,
    /// All.
    All,
}

/// Figures of an acquisition.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Which events they are over.
    pub population: Population,
    /// How many these are.
    pub events: u64,
    /// One for each parameter that was asked for, in that order.
    pub figures: Vec<Figures>,
}

/// Figures of one parameter, in channels and percent. What can't be told is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Bits of its range: with 10, channels go from 0 to 1,023.
    pub bits: Option<u32>,
    /// Mean channel.
    pub mean: Option<f64>,
    /// Median channel: exact below 1,024, else within 0.1 %.
    pub median: Option<f64>,
    /// Coefficient of variation: standard deviation over mean.
    pub cv_percent: Option<f64>,
    /// Channel of the main peak's top.
    pub peak: Option<f64>,
    /// Spread of the main peak alone.
    pub half_peak_cv_percent: Option<f64>,
    /// Share of events in the last channel: they were stronger than it, or as strong.
    pub at_top_percent: Option<f64>,
}

/// Goes through the events of `set` and sums up the `wanted` parameters, counted from 0; `None`, and one that the
/// layout has not, give figures without values. Memory does not depend on the number of events.
///
/// # Errors
///
/// [`FcsError::OverBound`] for more than [`MAX_FIGURES_BYTES`] of events; [`FcsError::Truncated`] and [`FcsError::Read`] as
/// [`ListMode::next_block`].
pub fn summarize(
    input: &mut dyn Input,
    set: &DataSet,
    layout: &Layout,
    scatter: Option<Scatter>,
    wanted: &[Option<usize>],
) -> Result<Summary, FcsError> {
    if layout.bytes() > MAX_FIGURES_BYTES {
        let (found, limit) = (layout.bytes(), MAX_FIGURES_BYTES);
        return Err(FcsError::OverBound { part: super::Part::Data, found, limit });
    }
    let region = match scatter {
        Some(scatter) => Region::around_main_peak(input, set, layout, scatter)?,
        None => None,
    };
    if let Some(region) = &region {
        let main = sum_up(ListMode::of(&mut *input, set, layout), Some(region), wanted)?;
        if main.events >= LEAST_EVENTS && main.events as f64 >= LEAST_SHARE * layout.events() as f64 {
            return Ok(main);
        }
    }
    sum_up(ListMode::of(input, set, layout), None, wanted)
}

fn sum_up(
    mut list: ListMode<'_>,
    region: Option<&Region<'_>>,
    wanted: &[Option<usize>],
) -> Result<Summary, FcsError> {
    let parameters = list.layout().parameters();
    let mut columns: Vec<_> = wanted.iter().map(|at| Some(Column::of(parameters.get((*at)?)?))).collect();
    let (mut inside, mut events) = (Vec::new(), 0);
    while let Some(block) = list.next_block()? {
        match region {
            Some(region) => region.mark(&block, &mut inside),
            None => all(&block, &mut inside),
        }
        events += inside.iter().filter(|inside| **inside).count() as u64;
        columns.iter_mut().flatten().for_each(|column| column.add(&block, &inside));
    }
    let population = if region.is_some() { Population::Main } else { Population::All };
    let figures = columns.iter().map(|column| column.as_ref().map(Column::figures).unwrap_or_default());
    Ok(Summary { population, events, figures: figures.collect() })
}

fn all(block: &Block<'_>, inside: &mut Vec<bool>) {
    inside.clear();
    inside.resize(block.events(), true);
}

/// Where single beads lie in forward and side scatter.
struct Region<'a> {
    bounds: [(&'a Parameter, f64, f64); 2],
}

impl<'a> Region<'a> {
    /// `None` without linear scatter, or without a peak in it.
    fn around_main_peak(
        input: &mut dyn Input,
        set: &DataSet,
        layout: &'a Layout,
        scatter: Scatter,
    ) -> Result<Option<Self>, FcsError> {
        let linear = |at| layout.parameters().get(at).filter(|of: &&Parameter| of.scale() == Scale::Linear);
        let (Some(forward), Some(side)) = (linear(scatter.forward), linear(scatter.side)) else {
            return Ok(None);
        };
        let mut histograms = [Histogram::up_to(forward.top()), Histogram::up_to(side.top())];
        let mut list = ListMode::of(input, set, layout);
        while let Some(block) = list.next_block()? {
            for (parameter, histogram) in [forward, side].into_iter().zip(&mut histograms) {
                block.each(parameter, |value| {
                    if value.is_finite() {
                        histogram.add(value);
                    }
                });
            }
        }
        let [Some(first), Some(second)] = histograms.map(|histogram| histogram.peak()) else {
            return Ok(None);
        };
        let around =
            |parameter, peak: f64| (parameter, peak * (1.0 - AROUND_PEAK), peak * (1.0 + AROUND_PEAK));
        Ok(Some(Self { bounds: [around(forward, first.position), around(side, second.position)] }))
    }

    /// Says of each event whether it is inside.
    fn mark(&self, block: &Block<'_>, inside: &mut Vec<bool>) {
        all(block, inside);
        for (parameter, from, to) in &self.bounds {
            let mut marks = inside.iter_mut();
            block.each(parameter, |value| {
                if let Some(mark) = marks.next() {
                    *mark &= (*from..=*to).contains(&value);
                }
            });
        }
    }
}

/// One parameter while its events pass.
struct Column<'a> {
    parameter: &'a Parameter,
    moments: Moments,
    histogram: Histogram,
    at_top: u64,
}

impl<'a> Column<'a> {
    fn of(parameter: &'a Parameter) -> Self {
        let histogram = Histogram::up_to(parameter.top());
        Self { parameter, moments: Moments::default(), histogram, at_top: 0 }
    }

    /// Values that are no numbers count in nothing.
    fn add(&mut self, block: &Block<'_>, inside: &[bool]) {
        let (mut gathering, mut marks) = (self.moments.gather(), inside.iter());
        let (histogram, top) = (&mut self.histogram, self.parameter.top());
        let mut at_top = 0;
        block.each(self.parameter, |value| {
            if marks.next() == Some(&true) && value.is_finite() {
                gathering.add(value);
                histogram.add(value);
                at_top += u64::from(value >= top);
            }
        });
        self.at_top += at_top;
        self.moments.merge(gathering);
    }

    fn figures(&self) -> Figures {
        let count = self.moments.count;
        let any = |value: f64| (count > 0).then_some(value);
        let linear = self.parameter.scale() == Scale::Linear;
        let mean = any(self.moments.mean);
        let spread = self.moments.standard_deviation().zip(mean.filter(|mean| linear && *mean > 0.0));
        let peak = self.histogram.peak();
        let half = peak.filter(|_| linear).and_then(|peak| Some((peak.width_at_half?, peak.position)));
        let told = |cv: &f64| *cv <= MAX_CV_PERCENT;
        Figures {
            bits: (count > 0).then(|| self.parameter.bits()),
            mean,
            median: self.histogram.median(),
            cv_percent: spread.map(|(sd, mean)| 100.0 * sd / mean).filter(told),
            peak: peak.map(|peak| peak.position),
            half_peak_cv_percent: half
                .map(|(width, position)| 100.0 * width / (FWHM_OF_SD * position))
                .filter(told),
            at_top_percent: any(100.0 * self.at_top as f64 / count as f64),
        }
    }
}
