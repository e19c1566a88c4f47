//! Mean, spread and extremes of numbers that are taken one by one and not kept.
//!
//! Welford's recurrence, and Chan, Golub and LeVeque's for joining two ("Updating formulae and a pairwise
//! algorithm for computing sample variances", 1979): both keep their precision where sums of squares lose it.

use serde::{Deserialize, Serialize};

/// What is kept of some numbers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Moments {
    count: u32,
    mean: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
    min: f64,
    max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Moments {
    /// Takes one number.
    pub(super) fn add(&mut self, number: f64) {
        self.merge(&Self { count: 1, mean: number, squares: 0.0, min: number, max: number });
    }

    /// Takes all numbers of another.
    pub(super) fn merge(&mut self, other: &Self) {
        let count = self.count.saturating_add(other.count);
        if other.count == 0 {
            return;
        }
        let (ours, theirs, all) = (f64::from(self.count), f64::from(other.count), f64::from(count));
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * ours * theirs / all;
        self.mean += apart * theirs / all;
        self.count = count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many numbers there were.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Their mean; rounding does not carry it beyond the extremes.
    pub(super) fn mean(&self) -> f64 {
        self.mean.max(self.min).min(self.max)
    }

    /// The smallest.
    pub(super) fn min(&self) -> f64 {
        self.min
    }

    /// The greatest.
    pub(super) fn max(&self) -> f64 {
        self.max
    }

    /// The standard deviation of a sample; 0 for a single number.
    pub(super) fn sd(&self) -> f64 {
        let freedom = f64::from(self.count.saturating_sub(1).max(1));
        (self.squares / freedom).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        numbers.iter().for_each(|number| moments.add(*number));
        moments
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-6 * (1.0 + one.abs().max(other.abs()))
    }

    proptest! {
        /// However the numbers are split, the figures are those of the plain formulas.
        #[test]
        fn as_the_plain_formulas_say(
            numbers in proptest::collection::vec(-1e6..1e6_f64, 1..60), split in any::<proptest::sample::Index>(),
        ) {
            let (left, right) = numbers.split_at(split.index(numbers.len() + 1));
            let mut moments = of(left);
            moments.merge(&of(right));
            let count = numbers.len() as f64;
            let mean = numbers.iter().sum::<f64>() / count;
            let squares = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>();
            prop_assert_eq!(moments.count() as usize, numbers.len());
            prop_assert!(close(moments.mean(), mean));
            prop_assert!(close(moments.sd(), (squares / (count - 1.0).max(1.0)).sqrt()));
            prop_assert_eq!(moments.min(), numbers.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(moments.max(), numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        }
    }

    #[test]
    fn a_small_spread_far_from_zero_is_not_lost() {
        let moments = of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert!(close(moments.sd(), 30_f64.sqrt()), "{}", moments.sd());
    }
}
