//! What ships names no folder of the machine that built it: neither bytes nor secrets may depend on whose machine that was.

use std::path::Path;

use anyhow::ensure;

use super::{Built, cargo_home};
use crate::cargo::repository;

/// An error that names each file in which a folder's name stands.
pub(crate) fn check(built: &Built) -> anyhow::Result<()> {
    let folders: Vec<_> = [Some(repository().to_owned()), cargo_home()].into_iter().flatten().collect();
    let mut traces = Vec::new();
    for file in built.shipped() {
        let bytes = std::fs::read(file)?;
        let found = folders.iter().filter(|folder| holds(&bytes, folder));
        traces.extend(found.map(|folder| format!("{} holds {}", file.display(), folder.display())));
    }
    ensure!(traces.is_empty(), "a folder of this machine stands in what ships: {}", traces.join("; "));
    Ok(())
}

fn holds(bytes: &[u8], folder: &Path) -> bool {
    memchr::memmem::find(bytes, folder.as_os_str().as_encoded_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_names_its_folder_is_found_out() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(holds(&bytes, repository()), "this one has debug information");
        let elsewhere = std::env::temp_dir().join(std::process::id().to_string());
        assert!(!holds(&bytes, &elsewhere));
    }
}
