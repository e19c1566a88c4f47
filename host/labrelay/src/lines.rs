//! Lines of bounded length, from standard input or from the files of a folder.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Reads one line with its line feed; of one longer than `most` bytes only the start, with the rest skipped.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, most: usize) -> std::io::Result<bool> {
    line.clear();
    if input.by_ref().take(most as u64).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    while !line.ends_with(b"\n") {
        let rest = input.fill_buf()?;
        let (used, done) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (rest.len(), rest.is_empty()),
        };
        input.consume(used);
        if done {
            break;
        }
    }
    Ok(true)
}

/// Every file at `path`, which is a file or a folder that is read with all its subfolders, in order of their names.
pub(crate) fn files_at(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("can't read {}", path.display());
    if !std::fs::metadata(path).with_context(context)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).with_context(context)?;
    let mut entries = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    let below = entries.iter().map(|entry| files_at(entry)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(below.concat())
}

/// Shows every line of the files to `see`, without its line feed; of a line longer than `most` bytes `most` and one
/// more, so that it can be told from one that is not.
pub(crate) fn each_line(files: &[PathBuf], most: usize, mut see: impl FnMut(&[u8])) -> anyhow::Result<()> {
    let mut line = Vec::new();
    for file in files {
        let context = || format!("can't read {}", file.display());
        let mut input = BufReader::new(File::open(file).with_context(context)?);
        while read_line(&mut input, &mut line, most + 2).with_context(context)? {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            see(text.strip_suffix(b"\r").unwrap_or(text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_read() {
        let mut text = vec![b'x'; 300_000];
        text.extend_from_slice(b"\nnext\n");
        let (mut input, mut line) = (text.as_slice(), Vec::new());
        assert!(read_line(&mut input, &mut line, 1000).unwrap());
        assert!(line.len() <= 1000);
        assert!(read_line(&mut input, &mut line, 1000).unwrap());
        assert_eq!(line, b"next\n");
        assert!(!read_line(&mut input, &mut line, 1000).unwrap());
    }
}
