//! A state folder as a backup program treats it: copied, emptied, put back. The folder itself may be a mount.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::cargo::run;

/// All that is in `from`, with its rights, into `to`, which is made anew.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    empty(to)?;
    run(Command::new("cp").arg("-a").arg(from.join(".")).arg(to))
}

/// Takes everything out of a folder.
pub(super) fn empty(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}
