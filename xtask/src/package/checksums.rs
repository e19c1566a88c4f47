//! `SHA256SUMS`, as `sha256sum --check` reads it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

/// The file beside what it sums up.
pub(super) const FILE: &str = "SHA256SUMS";
/// Read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Sums up every file below `folder`, in the order of names.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for file in files(folder)? {
        let name = file.strip_prefix(folder)?.display().to_string();
        text += &format!("{}  {name}\n", sha256(&file)?);
    }
    Ok(fs::write(folder.join(FILE), text)?)
}

/// Every file below `folder`, in order.
pub(super) fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

/// The digest of a file, in hexadecimal digits.
pub(super) fn sha256(file: &Path) -> anyhow::Result<String> {
    let mut opened = fs::File::open(file).with_context(|| file.display().to_string())?;
    let (mut digest, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        let length = opened.read(&mut piece)?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else { break };
        digest.update(read);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
