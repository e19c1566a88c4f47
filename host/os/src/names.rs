//! What this PC and the people who use it are called: names that must not leave. Reads, decides nothing.

use std::collections::BTreeSet;
use std::path::Path;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

/// The host's name, with and without its domain, and the accounts of people: those that are declared here and
/// those, also of a domain, that have a home folder here. What can't be read is left out.
pub fn local_names() -> BTreeSet<String> {
    let mut names = host_names(&system::host_name());
    names.extend(system::accounts_here());
    names.extend(folders_in(&system::homes()).filter(|name| !system::is_nobodys(name)));
    names
}

fn host_names(full: &str) -> BTreeSet<String> {
    let short = full.split('.').next().unwrap_or(full);
    [full, short].into_iter().filter(|name| !matches!(*name, "" | "localhost")).map(str::to_owned).collect()
}

fn folders_in(homes: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(homes).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_with_and_without_its_domain() {
        assert_eq!(
            host_names("flow-7.lab.example"),
            ["flow-7", "flow-7.lab.example"].map(str::to_owned).into()
        );
        assert!(host_names("localhost").is_empty());
    }

    #[test]
    fn this_pc_has_no_empty_names() {
        assert!(local_names().iter().all(|name| !name.is_empty()));
    }
}
