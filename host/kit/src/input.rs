//! Inputs as a host hands them out: which source a file belongs to, and in which parts. Nothing of what is in them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use labrelay_collector::LineReader;
use labrelay_manifest::{Manifest, Source, SourceKind};
use labrelay_model::InputId;
use labrelay_os::file::open_shared;
use labrelay_source::Pattern;

use crate::files;

/// Greatest input that is tried. A fixture is some kilobytes; real acquisitions are some megabytes.
pub(crate) const MAX_INPUT_BYTES: u64 = 64 << 20;
/// Lines of a log that grows which a host hands out at once, at most.
const LINES_AT_ONCE: usize = 4000;

/// How logs that grow are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    /// As much at once as a host gives.
    Large,
    /// Line by line, as if each were read before the next one is written.
    Lines,
}

/// An opened input.
#[derive(Debug)]
pub(crate) struct Input {
    /// How the plugin knows it.
    pub(crate) id: InputId,
    /// Index of its source in the manifest.
    pub(crate) source: u16,
    /// Below the case's `input/`: for messages, and for the order of what comes out.
    pub(crate) name: PathBuf,
    pub(crate) file: File,
    pub(crate) size: u64,
    /// Where the parts end that are handed out one after the other; of a file that has settled there is one.
    pub(crate) ends: Vec<u64>,
}

impl Input {
    /// Opens the file at `path` as an input of the source with this index.
    pub(crate) fn open(
        path: &Path,
        (index, source): (u16, &Source),
        id: InputId,
        parts: Parts,
    ) -> io::Result<Self> {
        let file = open_shared(path)?;
        let size = file.metadata()?.len();
        let ends = match source.kind {
            SourceKind::Tail { .. } => ends_of_lines(&files::read(path, MAX_INPUT_BYTES)?, source, parts)?,
            _ => vec![size],
        };
        Ok(Self {
            id,
            source: index,
            name: path.file_name().map(PathBuf::from).unwrap_or_default(),
            file,
            size,
            ends,
        })
    }
}

/// Every file below `folder`, once for each source that takes it, in the order of their paths.
pub(crate) fn all_in(folder: &Path, manifest: &Manifest, parts: Parts) -> io::Result<Vec<Input>> {
    let mut paths = Vec::new();
    walk(folder, &mut paths)?;
    paths.sort();
    let mut inputs: Vec<Input> = Vec::new();
    for path in paths {
        for source in sources_of(&path, manifest) {
            let id = number(inputs.len() as u64);
            let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
            inputs.push(Input { name, ..Input::open(&path, source, id, parts)? });
        }
    }
    Ok(inputs)
}

/// The sources whose pattern fits the file's name.
pub(crate) fn sources_of<'m>(
    path: &Path,
    manifest: &'m Manifest,
) -> impl Iterator<Item = (u16, &'m Source)> + use<'m> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let fits = move |source: &Source| {
        Pattern::new(source.kind.pattern()).is_ok_and(|pattern| pattern.matches(&name))
    };
    (0..).zip(manifest.sources()).filter(move |(_, source)| fits(source))
}

/// An identity that stands for a number: the same number is the same input.
pub(crate) fn number(number: u64) -> InputId {
    InputId((u128::from(number) + 1).to_be_bytes())
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => walk(&path, paths)?,
            false => paths.push(path),
        }
    }
    Ok(())
}

fn ends_of_lines(bytes: &[u8], source: &Source, parts: Parts) -> io::Result<Vec<u64>> {
    let mut lines = LineReader::new(source.encoding, 0);
    let mut ends = Vec::new();
    let mut bytes = bytes;
    while lines.next(&mut bytes)?.is_some() {
        ends.push(lines.position());
    }
    let at_once = match parts {
        Parts::Large => LINES_AT_ONCE,
        Parts::Lines => 1,
    };
    Ok(ends.chunks(at_once).filter_map(|chunk| chunk.last().copied()).collect())
}
