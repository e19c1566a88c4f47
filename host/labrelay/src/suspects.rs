//! Which input kills its worker? Counts deaths by input, so that one bad file can't stop a family for ever.

use std::collections::HashMap;

use labrelay_model::InputIdentity;

/// Deaths after which an input is set aside: once may be chance, twice bad luck.
const MAX_DEATHS: u32 = 3;

/// Inputs that were open when a worker died. Kept in memory: after a restart they are tried anew.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    deaths: HashMap<InputIdentity, u32>,
}

impl Suspects {
    /// A worker died while these were open. Only a lone input is proven guilty; of several each is a suspect.
    pub(crate) fn accuse<'a>(&mut self, open: impl ExactSizeIterator<Item = &'a InputIdentity>) {
        let proven = u32::from(open.len() == 1);
        for identity in open {
            *self.deaths.entry(*identity).or_default() += proven;
        }
    }

    /// The worker survived these.
    pub(crate) fn acquit<'a>(&mut self, read: impl Iterator<Item = &'a InputIdentity>) {
        for identity in read {
            self.deaths.remove(identity);
        }
    }

    /// Whether this input is to be set aside.
    pub(crate) fn is_guilty(&self, identity: &InputIdentity) -> bool {
        self.deaths.get(identity).is_some_and(|&deaths| deaths >= MAX_DEATHS)
    }

    /// Nobody is under suspicion.
    pub(crate) fn is_empty(&self) -> bool {
        self.deaths.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_input_that_was_alone_three_times_is_guilty() {
        let (bad, good) = (InputIdentity([1; 32]), InputIdentity([2; 32]));
        let mut suspects = Suspects::default();
        for _ in 0..5 {
            suspects.accuse([&bad, &good].into_iter());
        }
        assert!(!suspects.is_guilty(&bad) && !suspects.is_guilty(&good));
        suspects.acquit([&good].into_iter());
        for _ in 0..3 {
            assert!(!suspects.is_guilty(&bad));
            suspects.accuse([&bad].into_iter());
        }
        assert!(suspects.is_guilty(&bad) && !suspects.is_guilty(&good));
        suspects.acquit([&bad].into_iter());
        assert!(suspects.is_empty());
    }
}
