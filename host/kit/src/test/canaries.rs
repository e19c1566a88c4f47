//! Marks planted in samples, in every place of them: none may be in a record that would leave.

use labrelay_manifest::{Encoding, Format, Manifest, SourceKind};

use super::goldens::Tried;
use super::samples::{Maker, Sample, of_each_source};
use crate::canary::{self, CanaryError, Marks, Search};
use crate::outcome;
use crate::reading::{Disturbance, Reader, ReadingError, Room};
use crate::{Check, Subject};

/// Samples of one source that marks are put into: the first tell what the rest would.
const SAMPLES_A_SOURCE: usize = 2;
/// Marks that are shown of those that came out.
const MARKS_SHOWN: usize = 5;

const WHAT: &str = "no planted identifier comes out";
const ADVICE: &str =
    "let no text of an input into a code, version or enum field but what its own grammar proves";

/// Why nothing could be shown.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Canary(#[from] CanaryError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

/// What came out of marked inputs.
#[derive(Default)]
struct Planted {
    marks: Marks,
    inputs: usize,
    records: u64,
    ndjson: String,
}

pub(super) fn check(subject: &Subject, tried: &Tried<'_>) -> Check {
    let mut planted = Planted::default();
    match planted.plant(subject, tried).and_then(|()| planted.search()) {
        Ok(_) if planted.records == 0 => {
            let why = "no record of a marked input passed the gate, so nothing could be shown; add a fixture whose records pass";
            Check::skipped("canaries", WHAT, why)
        }
        Ok(notes) => {
            let Planted { marks, inputs, records, .. } = &planted;
            let figure =
                format!("{} marks in {inputs} inputs, {records} records searched", marks.all().len());
            Check::of("canaries", WHAT, figure, notes, ADVICE)
        }
        Err(trouble) => Check::of(
            "canaries",
            WHAT,
            String::new(),
            vec![trouble.to_string()],
            "see the other checks first",
        ),
    }
}

impl Planted {
    fn plant(&mut self, subject: &Subject, tried: &Tried<'_>) -> Result<(), Trouble> {
        let mut maker = Maker::new()?;
        for sample in of_each_source(subject, tried, SAMPLES_A_SOURCE)? {
            let mut reader = Reader::new(subject, sample.case).map_err(ReadingError::from)?;
            for bytes in marked(&subject.manifest, &sample, &mut self.marks)? {
                let inputs = [maker.make(&sample, &bytes)?];
                let reading = reader.read(&inputs, Room::FULL, Disturbance::None)?;
                let outcome = outcome::judge(&subject.manifest, &sample.case.about, &reading.units);
                self.ndjson.push_str(&outcome.ndjson);
                self.records += outcome.records;
                self.inputs += 1;
            }
            reader.stop();
        }
        Ok(())
    }

    /// Marks that came out; or that the search would not have seen one.
    fn search(&self) -> Result<Vec<String>, Trouble> {
        let search = Search::new(&self.marks)?;
        if !search.sees(self.ndjson.as_bytes(), &self.marks) {
            return Ok(vec![
                "the search is blind: it does not find marks that were added to the output".to_owned(),
            ]);
        }
        let mut notes = Vec::new();
        for line in self.ndjson.lines() {
            let found = search.found_in(line.as_bytes());
            let found = found.into_iter().filter_map(|number| self.marks.all().get(number));
            notes.extend(found.map(|mark| format!("{mark} came out: {line}")));
        }
        notes.truncate(MARKS_SHOWN);
        Ok(notes)
    }
}

/// Files like the sample, with a mark in one place after the other.
fn marked(manifest: &Manifest, sample: &Sample<'_>, marks: &mut Marks) -> Result<Vec<Vec<u8>>, CanaryError> {
    if let SourceKind::Folder { format: Format::Fcs, .. } = sample.source.kind {
        return match canary::Sample::of(&sample.bytes) {
            Some(taken_apart) => taken_apart.marked(marks),
            None => canary::overwritten(&sample.bytes, marks),
        };
    }
    match text_of(&sample.bytes, sample.source.encoding) {
        Some(text) => {
            let files = [canary::marked(&text, marks)?, canary::text(manifest, marks)?];
            Ok(files.map(|file| written(&file, sample.source.encoding)).into())
        }
        None => canary::overwritten(&sample.bytes, marks),
    }
}

/// The sample as text, if it is one.
fn text_of(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let (text, malformed) = encoding_of(encoding).decode_with_bom_removal(bytes);
    (!malformed && !text.contains('\0')).then(|| text.into_owned())
}

/// Marks are ASCII, so nothing of them is lost in any encoding.
fn written(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16 | Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::CodePage(page) => page.encode(&text).0.into_owned(),
    }
}

fn encoding_of(encoding: Encoding) -> &'static encoding_rs::Encoding {
    match encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Utf16 | Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::CodePage(page) => page,
    }
}
