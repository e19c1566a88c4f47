//! The identifying values of a file, as the file itself has them. None is ever printed.

use std::path::Path;

use labrelay_collector::fcs::DataSets;

use crate::name_of;

/// Keywords that identify a patient, a specimen, a person or a place, as ../shared/docs/instruments.md lists them.
const KEYWORDS: &[&str] = &[
    "@SAMPLEID1",
    "@SAMPLEID2",
    "@SAMPLEID3",
    "@SAMPLEID4",
    "@BARCODE",
    "$SMNO",
    "$RUNNUMBER",
    "$FIL",
    "$SRC",
    "$EXP",
    "$PROJ",
    "$CELLS",
    "$OP",
    "$INST",
    "$INSTADDRESS",
    "@LOCATION",
    "@FILEGUID",
    "$COM",
    "@PANEL",
    "@TESTNAME",
    "@TESTFILE",
    "@SETTINGSFILE",
    "TBNM",
    "TBID",
    "CGID",
    "CGNM",
    "PLTNO",
    "FILENAME",
    "GUID",
    "SAMPLEID1",
    "SAMPLEID2",
    "SAMPLEID3",
    "SAMPLEID4",
    "BARCODE",
    "LOCATION",
    "FILEGUID",
    "PANEL",
    "TESTNAME",
    "TESTFILE",
    "SETTINGSFILE",
    "INSTADDRESS",
    "RUNNUMBER",
];

/// Shorter values stand everywhere by chance.
const SHORTEST: usize = 4;

/// A value that must not come out. Its `Debug` would print it: there is none.
pub(crate) struct Identifier {
    /// The file that holds it.
    pub(crate) file: String,
    /// The keyword that holds it.
    pub(crate) keyword: String,
    /// The value, never to be printed.
    pub(crate) value: String,
}

/// The identifying values of `file`, its own name among them.
pub(crate) fn of(file: &Path) -> Vec<Identifier> {
    let name = name_of(file);
    let identifier = |keyword: &str, value: &str| Identifier {
        file: name.clone(),
        keyword: keyword.to_owned(),
        value: value.to_owned(),
    };
    let mut found = vec![identifier("the file's name", &name)];
    let bytes = std::fs::read(file).unwrap();
    for set in DataSets::of(&mut bytes.as_slice()).map_while(Result::ok) {
        for keyword in KEYWORDS {
            let value = set.text.text(keyword).unwrap_or_default();
            if value.chars().count() >= SHORTEST {
                found.push(identifier(keyword, &value));
            }
        }
    }
    found
}
