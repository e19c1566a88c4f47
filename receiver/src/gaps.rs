//! Sequence gaps: numbers that are missing in landing while higher ones are there. Such a chain waits, and nothing of it
//! behind the gap comes into the lake. Reads names only; moves and repairs nothing.

use labrelay_model::{DeviceName, Epoch, Seq, StreamId};
use object_store::Error;
use serde::Serialize;

use crate::chain::Chain;
use crate::landing::Landing;

/// Missing batches of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The controller PC that numbers them.
    pub device: DeviceName,
    /// The stream.
    pub stream: StreamId,
    /// The spool's life.
    pub epoch: Epoch,
    /// The first number that is missing.
    pub from: Seq,
    /// The last one before the next that is there.
    pub to: Seq,
}

/// Every gap of every chain, in order.
pub async fn gaps(landing: &Landing) -> Result<Vec<Gap>, Error> {
    let mut chains = landing.chains(None).await?;
    chains.sort();
    let mut gaps = Vec::new();
    for chain in chains {
        let numbers = landing.numbers(&chain).await?;
        gaps.extend(missing(&numbers).map(|(from, to)| gap(&chain, from, to)));
    }
    Ok(gaps)
}

fn gap(chain: &Chain, from: Seq, to: Seq) -> Gap {
    let Chain { device, stream, epoch } = chain.clone();
    Gap { device, stream, epoch, from, to }
}

/// The stretches between 1 and the last of these ascending numbers that are not among them.
fn missing(numbers: &[Seq]) -> impl Iterator<Item = (Seq, Seq)> + '_ {
    let mut expected = Seq::FIRST;
    numbers.iter().filter_map(move |&number| {
        let (from, before) = (expected, Seq(number.0.saturating_sub(1)));
        expected = number.next();
        (from <= before).then_some((from, before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stretch_below_the_last_number_is_found() {
        let missing = |numbers: &[u64]| {
            let numbers: Vec<Seq> = numbers.iter().map(|number| Seq(*number)).collect();
            missing(&numbers).map(|(from, to)| (from.0, to.0)).collect::<Vec<_>>()
        };
        assert_eq!(missing(&[]), []);
        assert_eq!(missing(&[1, 2, 3]), []);
        assert_eq!(missing(&[2]), [(1, 1)]);
        assert_eq!(missing(&[1, 3, 7, 8]), [(2, 2), (4, 6)]);
    }
}
