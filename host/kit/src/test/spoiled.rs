//! Spoiled inputs: whatever is in a file, the plugin says something of it, in time and within its memory.

use std::collections::HashSet;

use super::Options;
use super::goldens::Tried;
use super::samples::{Maker, Sample, keep, of_each_source};
use crate::mutants::{self, Huge};
use crate::reading::{Disturbance, Reader, Room};
use crate::{Check, Subject};

/// Samples of one source: the first tell what the rest would.
const SAMPLES_A_SOURCE: usize = 6;
/// Most memory that a worker may hold: several plugins share an old PC of 4 GB with the instrument's own program. Reading piece
/// by piece takes a tenth of it, with the largest reply in it.
pub(super) const MAX_MEMORY_BYTES: u64 = 128 << 20;
const MIB: u64 = 1 << 20;

const WHAT: &str = "spoiled inputs crash, hang and bloat nothing";
const ADVICE: &str =
    "refuse the unit with a reason and go on; read in pieces, and never as much as a file says of itself";

pub(super) fn check(subject: &Subject, tried: &Tried<'_>, options: &Options) -> Check {
    match spoil_all(subject, tried, options) {
        Ok(Spoiled { mutants: 0, .. }) => Check::skipped("spoiled", WHAT, "there is no sample to spoil"),
        Ok(Spoiled { mutants, slowest_ms, peak_bytes, mut notes }) => {
            if let Some(bytes) = peak_bytes.filter(|bytes| *bytes > MAX_MEMORY_BYTES) {
                notes.push(format!(
                    "a worker held {} MiB; {} are the most",
                    bytes / MIB,
                    MAX_MEMORY_BYTES / MIB
                ));
            }
            let memory = peak_bytes.map_or("memory not told by this system".to_owned(), |bytes| {
                format!("{:.1} MiB at most", bytes as f64 / MIB as f64)
            });
            let figure = format!("{mutants} inputs, slowest poll {slowest_ms} ms, {memory}");
            Check::of("spoiled", WHAT, figure, notes, ADVICE)
        }
        Err(why) => Check::of(
            "spoiled",
            WHAT,
            String::new(),
            vec![why.to_string()],
            "make room in the temporary folder",
        ),
    }
}

#[derive(Default)]
struct Spoiled {
    mutants: usize,
    slowest_ms: u128,
    peak_bytes: Option<u64>,
    notes: Vec<String>,
}

fn spoil_all(subject: &Subject, tried: &Tried<'_>, options: &Options) -> std::io::Result<Spoiled> {
    let mut spoiled = Spoiled::default();
    let mut maker = Maker::new()?;
    let mut with_huge = HashSet::new();
    for sample in of_each_source(subject, tried, SAMPLES_A_SOURCE)? {
        let huge = if with_huge.insert(sample.index) { Huge::With } else { Huge::Without };
        spoiled.add(subject, &sample, huge, &mut maker, options)?;
    }
    Ok(spoiled)
}

impl Spoiled {
    fn add(
        &mut self,
        subject: &Subject,
        sample: &Sample<'_>,
        huge: Huge,
        maker: &mut Maker,
        options: &Options,
    ) -> std::io::Result<()> {
        let mut reader = match Reader::new(subject, sample.case) {
            Ok(reader) => reader,
            Err(error) => return Err(std::io::Error::other(error.to_string())),
        };
        for mutant in mutants::of(&sample.bytes, huge) {
            let input = maker.make(sample, &mutant.bytes)?;
            if let Err(error) = reader.read(&[input], Room::FULL, Disturbance::None) {
                let mut note =
                    format!("{}/{}, {}: {error}", sample.case.name(), sample.name.display(), mutant.how);
                if let Some(folder) = &options.keep {
                    let kept = keep(folder, self.notes.len(), sample, &mutant.bytes)?;
                    note.push_str(&format!("; it lies at {}", kept.display()));
                }
                self.notes.push(note);
            }
            self.mutants += 1;
        }
        reader.stop();
        self.slowest_ms = self.slowest_ms.max(reader.slowest.as_millis());
        self.peak_bytes = self.peak_bytes.max(reader.peak_bytes);
        Ok(())
    }
}
