//! Samples of each source, from the fixtures, and inputs that are made of them in a folder of the kit's own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use labrelay_manifest::Source;
use tempfile::TempDir;

use super::goldens::{Tried, TriedCase};
use crate::input::{self, Input, MAX_INPUT_BYTES, Parts};
use crate::{Case, Subject, files};

/// A file of a fixture.
pub(super) struct Sample<'t> {
    pub(super) case: &'t Case,
    pub(super) index: u16,
    pub(super) source: &'t Source,
    /// Below the case's `input/`.
    pub(super) name: PathBuf,
    pub(super) bytes: Vec<u8>,
}

/// The first files of each source, of as many cases as there are to choose from; those that records came of before others.
pub(super) fn of_each_source<'t>(
    subject: &'t Subject,
    tried: &'t Tried<'_>,
    most: usize,
) -> io::Result<Vec<Sample<'t>>> {
    let mut samples = Vec::new();
    for (index, source) in (0..).zip(subject.manifest.sources()) {
        let mut cases: Vec<&TriedCase<'_>> = tried
            .cases
            .iter()
            .filter(|tried| tried.inputs.iter().any(|input| input.source == index))
            .collect();
        cases.sort_by_key(|tried| tried.outcome.records == 0);
        for tried in cases.into_iter().take(most) {
            let Some(input) = tried.inputs.iter().find(|input| input.source == index) else { continue };
            let bytes = files::read(&tried.case.input().join(&input.name), MAX_INPUT_BYTES)?;
            samples.push(Sample { case: tried.case, index, source, name: input.name.clone(), bytes });
        }
    }
    Ok(samples)
}

/// Makes inputs of bytes.
pub(super) struct Maker {
    folder: TempDir,
    made: u64,
}

impl Maker {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, made: 0 })
    }

    /// An input of the sample's source with other bytes; the last one is gone.
    pub(super) fn make(&mut self, sample: &Sample<'_>, bytes: &[u8]) -> io::Result<Input> {
        let name = sample.name.file_name().unwrap_or_default();
        let path = self.folder.path().join(name);
        if self.made > 0 {
            labrelay_os::file::remove(&path).or_else(ignore_missing)?;
        }
        self.made += 1;
        fs::write(&path, bytes)?;
        let input =
            Input::open(&path, (sample.index, sample.source), input::number(self.made), Parts::Large)?;
        Ok(Input { name: sample.name.clone(), ..input })
    }
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

/// Leaves `bytes` in `folder` for the author; gives the file's name.
pub(super) fn keep(folder: &Path, number: usize, sample: &Sample<'_>, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let name = sample.name.file_name().and_then(|name| name.to_str()).unwrap_or("input");
    let path = folder.join(format!("{number:03}-{}-{name}", sample.case.name()));
    fs::write(&path, bytes)?;
    Ok(path)
}
