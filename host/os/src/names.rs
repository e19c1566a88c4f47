//! What this PC and the people who use it are called: names that must not leave. Reads, decides nothing.

use std::collections::BTreeSet;
use std::path::Path;

/// Accounts below this number are the system's own, as Linux distributions count.
const FIRST_PERSON: u32 = 1000;
/// The account that stands for nobody.
const NOBODY: u32 = 65534;

/// The host's name, with and without its domain, and the accounts of people: those that are declared here and
/// those, also of a domain, that have a home folder here. What can't be read is left out.
pub fn local_names() -> BTreeSet<String> {
    let mut names = host_names(&rustix::system::uname().nodename().to_string_lossy());
    names.extend(accounts(&std::fs::read_to_string("/etc/passwd").unwrap_or_default()));
    names.extend(folders_in(Path::new("/home")));
    names
}

fn host_names(full: &str) -> BTreeSet<String> {
    let short = full.split('.').next().unwrap_or(full);
    [full, short].into_iter().filter(|name| !matches!(*name, "" | "localhost")).map(str::to_owned).collect()
}

/// Of lines `name:password:number:…`.
fn accounts(passwd: &str) -> impl Iterator<Item = String> {
    passwd.lines().filter_map(|line| {
        let mut parts = line.split(':');
        let (name, number) = (parts.next()?, parts.nth(1)?.parse::<u32>().ok()?);
        (number >= FIRST_PERSON && number != NOBODY).then(|| name.to_owned())
    })
}

fn folders_in(homes: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(homes).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_those_of_people() {
        let passwd = "root:x:0:0::/root:/bin/sh\njdoe:x:1000:1000::/home/jdoe:/bin/sh\n\
                      nobody:x:65534:65534::/:/bin/false\nbroken\n";
        assert_eq!(accounts(passwd).collect::<Vec<_>>(), ["jdoe"]);
    }

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
