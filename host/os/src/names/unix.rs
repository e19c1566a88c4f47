//! Names on Unix.

use std::path::PathBuf;

/// Accounts below this number are the system's own, as Linux distributions count.
const FIRST_PERSON: u32 = 1000;
/// The account that stands for nobody.
const NOBODY: u32 = 65534;

pub(super) fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

pub(super) fn accounts_here() -> Vec<String> {
    accounts(&std::fs::read_to_string("/etc/passwd").unwrap_or_default()).collect()
}

pub(super) fn homes() -> PathBuf {
    "/home".into()
}

/// Every folder there is somebody's.
pub(super) fn is_nobodys(_folder: &str) -> bool {
    false
}

/// Of lines `name:password:number:…`.
fn accounts(passwd: &str) -> impl Iterator<Item = String> {
    passwd.lines().filter_map(|line| {
        let mut parts = line.split(':');
        let (name, number) = (parts.next()?, parts.nth(1)?.parse::<u32>().ok()?);
        (number >= FIRST_PERSON && number != NOBODY).then(|| name.to_owned())
    })
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
}
