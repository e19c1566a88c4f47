//! Looks for all marks at once, in every form, in what came out of an exit.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};

use super::CanaryError;
use super::marks::{ENCODINGS, Marks, forms};

/// Knows all marks.
pub struct Search {
    needles: AhoCorasick,
    /// Which mark a needle is a form of.
    marks: Vec<usize>,
    total: usize,
}

impl Search {
    /// Over all marks that were planted.
    pub fn new(planted: &Marks) -> Result<Self, CanaryError> {
        let (mut needles, mut marks) = (Vec::new(), Vec::new());
        for (number, mark) in planted.all().iter().enumerate() {
            for form in forms(mark) {
                needles.push(form);
                marks.push(number);
            }
        }
        let mut builder = AhoCorasick::builder();
        let needles = builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(needles);
        Ok(Self {
            needles: needles.map_err(|_| CanaryError::TooManyMarks)?,
            marks,
            total: planted.all().len(),
        })
    }

    /// The marks in `bytes`, by number.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<usize> {
        let found = self.needles.find_overlapping_iter(bytes);
        found.filter_map(|found| self.marks.get(found.pattern().as_usize()).copied()).collect()
    }

    /// How many marks were planted.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Whether the search would see a leak here: every mark that is added to a copy, each in one of the forms, must
    /// be found.
    pub fn sees(&self, bytes: &[u8], planted: &Marks) -> bool {
        let mut copy = bytes.to_vec();
        for (mark, encode) in planted.all().iter().zip(ENCODINGS.iter().cycle()) {
            copy.push(b' ');
            copy.extend(encode(mark));
        }
        self.found_in(&copy).len() == self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_every_mark_is_found_and_nothing_else() {
        let mut marks = Marks::default();
        (0..12).for_each(|_| drop(marks.make().unwrap()));
        let search = Search::new(&marks).unwrap();
        assert!(search.found_in(b"a laser at 12.5 mW, 0123456789 events").is_empty());
        for (number, mark) in marks.all().iter().enumerate() {
            for form in forms(mark) {
                let text = [b"before ", form.as_slice(), b" after"].concat();
                assert_eq!(search.found_in(&text), BTreeSet::from([number]));
            }
        }
        assert!(search.sees(b"anything", &marks));
    }

    #[test]
    fn a_search_that_knows_other_marks_is_seen_to_be_blind() {
        let (mut marks, mut others) = (Marks::default(), Marks::default());
        marks.make().unwrap();
        others.make().unwrap();
        assert!(!Search::new(&others).unwrap().sees(b"", &marks));
    }
}
