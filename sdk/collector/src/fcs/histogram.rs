//! A histogram of channel numbers in bounded memory: every channel below 1,024 has a bin of its own; above, a bin is at most
//! 1/512 of its channel wide. That is 1,024 bins for 10 bits, 6,144 for 20 and 8,192 for 24.

use std::ops::Range;

/// Channels with a bin of their own, as a power of two.
const EXACT_BITS: u32 = 10;
/// Bins of each further doubling.
const BINS_A_DOUBLING: usize = 1 << (EXACT_BITS - 1);
/// Fewest events of which a peak is told: the height of one with less is chance.
const LEAST_EVENTS_OF_A_PEAK: u64 = 100;
/// How far the top of a peak may lie from where it stands out most, as a ratio: the two differ for wide peaks.
const TOP_WITHIN: f64 = 1.5;
/// First smoothing, in bins on each side: enough to find a peak.
const COARSE_SIDE: usize = 2;
/// Smoothing of the peak that was found, as a part of its width at half maximum. A moving mean over twice that widens a normal
/// peak by 1 %, and leaves little of the chance in its height.
const SMOOTH_PART: f64 = 0.09;

/// Full width at half maximum of a normal distribution, in standard deviations: 2 √(2 ln 2).
pub(super) const FWHM_OF_SD: f64 = 2.354_820_045_030_949;

/// Counts of values, by bin.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    bins: Vec<u32>,
    /// Values below 0, of which only the number is known.
    negative: u64,
    count: u64,
}

/// A peak of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// Channel of its top.
    pub(super) position: f64,
    /// Channels from flank to flank at half its height; `None` if a flank is cut off by the end of the range.
    pub(super) width_at_half: Option<f64>,
}

impl Histogram {
    /// For values from 0 to `top`; greater ones count as `top`.
    pub(super) fn up_to(top: f64) -> Self {
        Self { bins: vec![0; bin_of(top as u32) + 1], negative: 0, count: 0 }
    }

    /// Counts a value, which is a number.
    pub(super) fn add(&mut self, value: f64) {
        self.count += 1;
        if value < 0.0 {
            self.negative += 1;
            return;
        }
        let last = self.bins.len() - 1;
        if let Some(bin) = self.bins.get_mut(bin_of(value as u32).min(last)) {
            *bin = bin.saturating_add(1);
        }
    }

    /// The value that half of all are below: exact below channel 1,024, else within 0.1 %. `None` without values, or if it is
    /// negative.
    pub(super) fn median(&self) -> Option<f64> {
        let half = self.count as f64 / 2.0;
        let mut below = self.negative as f64;
        if self.count == 0 || below > half {
            return None;
        }
        for (bin, count) in self.bins.iter().enumerate() {
            let count = f64::from(*count);
            if count > 0.0 && below + count >= half {
                let (low, width) = edges(bin);
                let inside = if width > 1.0 { width * (half - below) / count } else { 0.0 };
                return Some(low + inside);
            }
            below += count;
        }
        None
    }

    /// The main peak: where most values lie in equal *relative* widths, as on the logarithmic axis of a cytometer's plots, so
    /// that noise near 0 does not hide a narrow peak of bright beads. Its top and flanks are then looked for in channels.
    pub(super) fn peak(&self) -> Option<Peak> {
        if self.count < LEAST_EVENTS_OF_A_PEAK {
            return None;
        }
        let coarse = self.density(COARSE_SIDE);
        let inside = self.inside();
        let outstanding = |bin: &usize| coarse.get(*bin).copied().unwrap_or(0.0) * centre(*bin);
        let seed = inside.clone().max_by(|a, b| outstanding(a).total_cmp(&outstanding(b)))?;
        let found = top_near(&coarse, seed, inside.clone()).filter(|top| at(&coarse, *top) > 0.0)?;
        let bins = match flanks(&coarse, found) {
            Some((left, right)) => right.floor() - left.floor(),
            None => return Some(Peak { position: centre(found), width_at_half: None }),
        };
        let smooth = self.density((bins * SMOOTH_PART).round() as usize);
        let top = top_near(&smooth, found, inside)?;
        let width = flanks(&smooth, top).map(|(left, right)| channel(right) - channel(left));
        Some(Peak { position: centre(top), width_at_half: width })
    }

    /// Values in a channel, as the mean over each bin and `side` bins on both sides of it. The outermost bins hold what is
    /// beyond the range: they are 0, and part of no mean.
    fn density(&self, side: usize) -> Vec<f64> {
        let mut sums = Vec::with_capacity(self.bins.len() + 1);
        sums.push(0_u64);
        for bin in &self.bins {
            sums.push(sums.last().copied().unwrap_or(0) + u64::from(*bin));
        }
        let inside = self.inside();
        let mean = |bin: usize| {
            if !inside.contains(&bin) {
                return 0.0;
            }
            let (from, to) = (bin.saturating_sub(side).max(inside.start), (bin + side).min(inside.end - 1));
            let counted = sums.get(to + 1).unwrap_or(&0) - sums.get(from).unwrap_or(&0);
            let (end, width) = edges(to);
            counted as f64 / (end + width - edges(from).0)
        };
        (0..self.bins.len()).map(mean).collect()
    }

    /// The bins between the outermost.
    fn inside(&self) -> Range<usize> {
        1..self.bins.len().saturating_sub(1)
    }
}

/// The bin of a channel.
fn bin_of(channel: u32) -> usize {
    let leading = (channel | (1 << (EXACT_BITS - 1))).leading_zeros();
    let shift = u32::BITS - EXACT_BITS - leading;
    shift as usize * BINS_A_DOUBLING + (channel >> shift) as usize
}

/// Lowest channel of a bin, and how many channels it holds.
fn edges(bin: usize) -> (f64, f64) {
    let shift = (bin / BINS_A_DOUBLING).saturating_sub(1);
    let width = (1_u64 << shift.min(32)) as f64;
    ((bin - shift * BINS_A_DOUBLING) as f64 * width, width)
}

/// The middle of a bin; of one that holds a single channel, that channel.
fn centre(bin: usize) -> f64 {
    let (low, width) = edges(bin);
    low + (width - 1.0) / 2.0
}

/// The channel of a place between the middles of two bins.
fn channel(place: f64) -> f64 {
    let bin = place.floor();
    let (here, next) = (centre(bin as usize), centre(bin as usize + 1));
    here + (next - here) * (place - bin)
}

fn at(density: &[f64], bin: usize) -> f64 {
    density.get(bin).copied().unwrap_or(0.0)
}

/// The densest bin near `seed`.
fn top_near(density: &[f64], seed: usize, inside: Range<usize>) -> Option<usize> {
    let (from, to) = (centre(seed) / TOP_WITHIN, centre(seed) * TOP_WITHIN);
    let near = bin_of(from as u32).max(inside.start)..(bin_of(to as u32) + 1).min(inside.end);
    near.max_by(|a, b| at(density, *a).total_cmp(&at(density, *b)))
}

/// Where the density has fallen to half of that at `top`, to the left and to the right, in bins and parts of one. `None` if it
/// does not within the range.
fn flanks(density: &[f64], top: usize) -> Option<(f64, f64)> {
    let half = at(density, top) / 2.0;
    let left = (1..top).rev().find(|bin| at(density, *bin) <= half)?;
    let right = (top + 1..density.len().saturating_sub(1)).find(|bin| at(density, *bin) <= half)?;
    let part = |outer: usize, inner: usize| {
        let (outer, inner) = (at(density, outer), at(density, inner));
        (half - outer) / (inner - outer)
    };
    Some((left as f64 + part(left, left + 1), right as f64 - part(right, right - 1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(top: f64, values: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::up_to(top);
        values.into_iter().for_each(|value| histogram.add(value));
        histogram
    }

    /// So many values of each channel as a normal distribution has there.
    fn normal(mean: f64, sd: f64, count: f64) -> impl Iterator<Item = f64> {
        let channels = (mean - 6.0 * sd).max(0.0) as u32..(mean + 6.0 * sd) as u32;
        channels.flat_map(move |channel| {
            let z = (f64::from(channel) - mean) / sd;
            let times = count * (-z * z / 2.0).exp() / (sd * (std::f64::consts::TAU).sqrt());
            std::iter::repeat_n(f64::from(channel), times.round() as usize)
        })
    }

    #[test]
    fn bins_follow_each_other_without_gap_and_are_as_many_as_said() {
        for (top, bins) in
            [(1023.0, 1024), (1_048_575.0, 6144), (16_777_215.0, 8192), (4_294_967_295.0, 12_288)]
        {
            assert_eq!(of(top, []).bins.len(), bins, "{top}");
        }
        for bin in 0..8191 {
            let (low, width) = edges(bin);
            assert_eq!(edges(bin + 1).0, low + width);
            assert_eq!((bin_of(low as u32), bin_of((low + width - 1.0) as u32)), (bin, bin));
            assert!(width == 1.0 || width / low <= 1.0 / 512.0);
        }
    }

    #[test]
    fn a_normal_peak_has_its_place_and_width() {
        for (top, mean, sd) in [
            (1023.0, 350.0, 7.0),
            (1_048_575.0, 300_000.0, 6_000.0),
            (1_048_575.0, 1_024.0, 40.0), // over the edge between two widths of bins
            (16_777_215.0, 5_000_000.0, 250_000.0),
        ] {
            let peak = of(top, normal(mean, sd, 1e7)).peak().unwrap();
            assert!((peak.position / mean - 1.0).abs() < 0.01, "{mean}: at {}", peak.position);
            let found = peak.width_at_half.unwrap() / FWHM_OF_SD;
            assert!((found / sd - 1.0).abs() < 0.025, "{mean}: {sd} became {found}");
        }
    }

    #[test]
    fn the_main_peak_is_the_one_that_stands_out_on_a_logarithmic_axis() {
        let noise = (0..50_000).map(|n| f64::from(n % 400));
        let bright = normal(200_000.0, 5_000.0, 20_000.0);
        let dim = normal(20_000.0, 1_000.0, 10_000.0);
        let peak = of(1_048_575.0, noise.chain(bright).chain(dim)).peak().unwrap();
        assert!((peak.position / 200_000.0 - 1.0).abs() < 0.02, "{}", peak.position);
    }

    #[test]
    fn what_lies_beyond_the_range_is_no_peak() {
        assert_eq!(of(1023.0, vec![1023.0; 5000]).peak(), None);
        assert_eq!(of(1023.0, vec![0.0; 5000]).peak(), None);
        assert_eq!(of(1023.0, vec![500.0; 99]).peak(), None, "too few");
        let cut_off = of(1023.0, normal(1015.0, 20.0, 10_000.0)).peak().unwrap();
        assert_eq!(cut_off.width_at_half, None);
    }

    #[test]
    fn the_median_of_few_values_is_told_and_a_negative_one_is_not() {
        assert_eq!(of(1023.0, []).median(), None);
        assert_eq!(of(1023.0, [5.0]).median(), Some(5.0));
        assert_eq!(of(1023.0, [1.0, 2.0, 900.0]).median(), Some(2.0));
        assert_eq!(of(1023.0, [-1.0, -2.0, 900.0]).median(), None);
        assert_eq!(of(1023.0, [-1.0, 3.0, 5000.0]).median(), Some(3.0));
    }

    proptest! {
        #[test]
        fn the_median_is_that_of_the_sorted_values(mut values in prop::collection::vec(0_u32..1 << 20, 1..500)) {
            let found = of(1_048_575.0, values.iter().map(|value| f64::from(*value))).median().unwrap();
            values.sort_unstable();
            let middle = f64::from(values[(values.len() - 1) / 2]);
            prop_assert!((found - middle).abs() <= middle / 512.0, "{} {}", found, middle);
        }

        #[test]
        fn any_values_end_in_an_answer(values in prop::collection::vec(any::<f64>(), 0..300), top in 0.0..1e10) {
            let histogram = of(top, values.into_iter().filter(|value| value.is_finite()));
            if let Some(peak) = histogram.peak() {
                prop_assert!(peak.position >= 0.0 && peak.width_at_half.is_none_or(|width| width > 0.0));
            }
        }
    }
}
