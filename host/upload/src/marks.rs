//! Whether a receiver knows batches that this spool never made: then the spool is a restored image.

use labrelay_model::Seq;
use labrelay_model::wire::Marks;

use crate::GivenOut;

/// A receiver may be at the last number given out, or behind it. Beyond it, or at a stream that this spool does
/// not know in its epoch, it has met a later state of this spool.
pub(crate) fn receiver_is_ahead(marks: &Marks, ours: &GivenOut) -> bool {
    marks.marks.iter().filter(|mark| mark.epoch == ours.epoch).any(|mark| {
        let last =
            ours.last.iter().find(|(stream, _)| *stream == mark.stream).map_or(Seq(0), |(_, last)| *last);
        mark.landed > last
    })
}

#[cfg(test)]
mod tests {
    use labrelay_model::wire::Mark;
    use labrelay_model::{Epoch, Timestamp};

    use super::*;

    #[test]
    fn only_numbers_beyond_ours_in_our_epoch_count() {
        let ours = GivenOut { epoch: Epoch([1; 16]), last: vec![("a.x".parse().unwrap(), Seq(5))] };
        let now = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        let ahead = |stream: &str, epoch, landed| {
            let mark =
                Mark { stream: stream.parse().unwrap(), epoch: Epoch([epoch; 16]), landed: Seq(landed) };
            receiver_is_ahead(&Marks { marks: vec![mark], now }, &ours)
        };
        assert!(!ahead("a.x", 1, 4) && !ahead("a.x", 1, 5), "behind, or the answer to the last was lost");
        assert!(ahead("a.x", 1, 6), "a number that was never given out");
        assert!(ahead("a.y", 1, 1), "a stream that was never sent");
        assert!(!ahead("a.x", 2, 99), "another life");
    }
}
