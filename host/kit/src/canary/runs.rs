//! Marks in files of any form: runs of readable text are overwritten in place, so that lengths and offsets stay right.

use super::{CanaryError, Marks};

/// Runs that get marks of their own: some dozens show what a format keeps as text.
const MOST_RUNS: usize = 60;

/// The sample, once for each run of printable ASCII that a mark fits in, with a mark there instead.
pub fn overwritten(sample: &[u8], marks: &mut Marks) -> Result<Vec<Vec<u8>>, CanaryError> {
    let mut files = vec![sample.to_vec()];
    for start in runs(sample).take(MOST_RUNS) {
        let mark = marks.make()?.into_bytes();
        let mut file = sample.to_vec();
        if let Some(place) = file.get_mut(start..start + mark.len()) {
            place.copy_from_slice(&mark);
            files.push(file);
        }
    }
    Ok(files)
}

/// Where runs start that are at least as long as a mark.
fn runs(sample: &[u8]) -> impl Iterator<Item = usize> {
    let mut start = 0;
    let parts = sample.split(|byte| !(b' '..=b'~').contains(byte)).map(move |run| {
        let at = start;
        start += run.len() + 1;
        (at, run.len())
    });
    parts.filter(|(_, length)| *length >= super::marks::LENGTH).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_long_enough_has_its_turn_and_nothing_moves() {
        let sample = b"\0\x01Operator Name Field\0short\0another long text here\xff";
        let mut marks = Marks::default();
        let files = overwritten(sample, &mut marks).unwrap();
        assert_eq!(files.len(), 3, "the sample itself, and two runs");
        assert!(files.iter().all(|file| file.len() == sample.len()));
        for (file, mark) in files.iter().skip(1).zip(marks.all()) {
            assert!(file.windows(mark.len()).any(|part| part == mark.as_bytes()));
        }
    }
}
