//! Mean and standard deviation of any number of values, without cancellation and without keeping a value.

/// Count, mean and sum of squared deviations.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) count: u64,
    pub(super) mean: f64,
    squares: f64,
}

/// The moments of one block, gathered around a pivot near its mean: sums of small differences lose nothing.
pub(super) struct Gathering {
    pivot: Option<f64>,
    count: u64,
    sum: f64,
    squares: f64,
}

impl Moments {
    /// Begins a block; the mean so far is its pivot, and in the first block its first value.
    pub(super) fn gather(&self) -> Gathering {
        let pivot = (self.count > 0).then_some(self.mean);
        Gathering { pivot, count: 0, sum: 0.0, squares: 0.0 }
    }

    /// Adds a block (Chan, Golub and LeVeque, 1979).
    pub(super) fn merge(&mut self, block: Gathering) {
        let (Some(pivot), true) = (block.pivot, block.count > 0) else { return };
        let (before, added) = (self.count as f64, block.count as f64);
        let deviation = block.sum / added;
        let squares = block.squares - block.sum * deviation;
        let apart = pivot + deviation - self.mean;
        self.count += block.count;
        let all = before + added;
        self.mean += apart * added / all;
        self.squares += squares + apart * apart * before * added / all;
    }

    /// That of a sample; `None` of fewer than two values.
    pub(super) fn standard_deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares.max(0.0) / (self.count - 1) as f64).sqrt())
    }
}

impl Gathering {
    pub(super) fn add(&mut self, value: f64) {
        let deviation = value - *self.pivot.get_or_insert(value);
        self.count += 1;
        self.sum += deviation;
        self.squares += deviation * deviation;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments(blocks: &[Vec<f64>]) -> Moments {
        let mut moments = Moments::default();
        for block in blocks {
            let mut gathering = moments.gather();
            block.iter().for_each(|value| gathering.add(*value));
            moments.merge(gathering);
        }
        moments
    }

    #[test]
    fn a_small_spread_far_from_zero_is_not_lost() {
        let values: Vec<f64> = (0..10_000).map(|n| 16_777_000.0 + f64::from(n % 2)).collect();
        let sd = moments(&values.chunks(77).map(<[f64]>::to_vec).collect::<Vec<_>>()).standard_deviation();
        assert!((sd.unwrap() - 0.500_025).abs() < 1e-6, "{sd:?}");
    }

    #[test]
    fn of_one_value_there_is_no_deviation() {
        assert_eq!(moments(&[vec![7.0]]).standard_deviation(), None);
        assert_eq!(moments(&[vec![], vec![7.0, 7.0]]).standard_deviation(), Some(0.0));
    }

    proptest! {
        #[test]
        fn blocks_give_what_all_values_at_once_give(
            blocks in prop::collection::vec(prop::collection::vec(-1e6..1e7, 0..50), 1..20),
        ) {
            let all = blocks.concat();
            let count = all.len() as f64;
            let mean = all.iter().sum::<f64>() / count;
            let sd = (all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
            let moments = moments(&blocks);
            prop_assert_eq!(moments.count, all.len() as u64);
            if all.len() > 1 {
                prop_assert!((moments.mean - mean).abs() < 1e-6, "{} {}", moments.mean, mean);
                prop_assert!((moments.standard_deviation().unwrap() - sd).abs() < 1e-6 * sd.max(1.0));
            }
        }
    }
}
