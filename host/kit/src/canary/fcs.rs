//! Marks in FCS and LMD files: a sample of the family is taken apart, and put together again with a mark in the
//! place of one value after the other.

use std::path::Path;

use labrelay_collector::fcs::{DataSet, DataSets, Version};
use labrelay_collector::testing::fcs::{FcsMaker, Place, chain};

use super::{CanaryError, Marks};

/// Keywords that hold an offset: without the right one it is no file. They are made anew.
const OFFSETS: [(&str, Place); 4] = [
    ("$BEGINDATA", Place::DataBegin),
    ("$ENDDATA", Place::DataEnd),
    ("$NEXTDATA", Place::Next),
    ("@Acquisition Protocol Offset", Place::Tail),
];
const OFFSET_DIGITS: usize = 8;

/// A sample file of a family.
pub struct Sample {
    sets: Vec<Vec<(String, Vec<u8>)>>,
    versions: Vec<Version>,
    delimiters: Vec<u8>,
}

impl Sample {
    /// Takes a file apart; `None` for one that is no sound FCS file.
    pub fn read(file: &Path) -> Option<Self> {
        Self::of(&std::fs::read(file).ok()?)
    }

    /// Takes a file's bytes apart; `None` for what is no sound FCS file.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes;
        let sets = DataSets::of(&mut bytes).collect::<Result<Vec<DataSet>, _>>().ok()?;
        let keywords = |set: &DataSet| {
            let all = set.text.iter();
            all.map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.into_owned()))
                .collect()
        };
        Some(Self {
            versions: sets.iter().map(|set| set.version).collect(),
            delimiters: sets.iter().map(|set| set.text.delimiter()).collect(),
            sets: sets.iter().map(keywords).collect(),
        })
    }

    /// A file without any value of a family: read by none, refused by all.
    pub fn bare() -> Self {
        let keyword = |name: &str| (name.to_owned(), b"x".to_vec());
        let names = ["$CYT", "$FIL", "$OP", "$SRC", "$SMNO", "@SAMPLEID1", "TBNM"];
        let sets = vec![[("$PAR".to_owned(), b"1".to_vec())].into_iter().chain(names.map(keyword)).collect()];
        Self { sets, versions: vec![Version::V3_0], delimiters: vec![b'|'] }
    }

    /// The sample as it is, one file for each value with a mark instead of it, the same with a disguised mark, and
    /// one with marks in all places that do not hold the file together.
    pub fn marked(&self, marks: &mut Marks) -> Result<Vec<Vec<u8>>, CanaryError> {
        let mut files = vec![self.build(|_, value| value.to_vec())];
        for name in self.names() {
            for mark in [marks.make()?.into_bytes(), marks.make_disguised()?] {
                files
                    .push(self.build(|each, value| if each == name { mark.clone() } else { value.to_vec() }));
            }
        }
        let everywhere = marks.make()?;
        files.push(self.filled_with(&everywhere));
        Ok(files)
    }

    /// The sample with `mark` in all places that do not hold the file together.
    pub fn filled_with(&self, mark: &str) -> Vec<u8> {
        self.build(|name, value| if name.starts_with("$P") { value.to_vec() } else { mark.into() })
    }

    fn names(&self) -> Vec<&String> {
        let mut names: Vec<&String> = self.sets.iter().flatten().map(|(name, _)| name).collect();
        names.retain(|name| OFFSETS.iter().all(|(offset, _)| offset != name));
        names.sort();
        names.dedup();
        names
    }

    fn build(&self, value: impl Fn(&str, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let sets = self.sets.iter().zip(&self.versions).zip(&self.delimiters);
        let made: Vec<FcsMaker> = sets
            .map(|((keywords, version), delimiter)| {
                let maker = FcsMaker::new()
                    .version(word(*version))
                    .delimiter(*delimiter)
                    .events(&[0x5A; 64])
                    .tail(b"tail");
                keywords.iter().fold(maker, |maker, (name, given)| {
                    match OFFSETS.iter().find(|(offset, _)| offset == name) {
                        Some((_, place)) => maker.offset(name, *place, OFFSET_DIGITS),
                        None => maker.with_bytes(name.as_bytes(), &value(name, given)),
                    }
                })
            })
            .collect();
        chain(&made)
    }
}

fn word(version: Version) -> &'static str {
    match version {
        Version::V2_0 => "FCS2.0",
        Version::V3_0 => "FCS3.0",
        Version::V3_1 => "FCS3.1",
        Version::V3_2 => "FCS3.2",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_turn() {
        let fixture =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/navios/bead-qc/input/acquisition.LMD");
        let sample = Sample::read(Path::new(fixture)).unwrap();
        let mut marks = Marks::default();
        let files = sample.marked(&mut marks).unwrap();
        assert_eq!(files.len(), 2 + 2 * sample.names().len());
        assert_eq!(marks.all().len(), files.len() - 1);
        for file in &files {
            let sets = DataSets::of(&mut file.as_slice()).map(|set| set.map(drop)).collect::<Vec<_>>();
            assert!(!sets.is_empty());
        }
        let search = super::super::search::Search::new(&marks).unwrap();
        let found: usize = files.iter().map(|file| search.found_in(file).len()).sum();
        assert_eq!(found, marks.all().len(), "each file but the first holds its mark");
    }
}
