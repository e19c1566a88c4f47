//! Accounts on Unix: numbers, with the names that the PC declares.

use super::Account;

/// What the system says where nobody has logged in.
const NO_LOGIN: u32 = u32::MAX;

/// The account that this process runs as.
pub fn account() -> Account {
    account_of(rustix::process::getuid().as_raw())
}

/// Who logged in before a `sudo` or `su` to another account: the system keeps it, and nobody can change it. `None` for
/// a process that came from no login.
pub fn login() -> Option<Account> {
    let id = std::fs::read_to_string("/proc/self/loginuid").ok()?.trim().parse().ok()?;
    (id != NO_LOGIN).then(|| account_of(id))
}

fn account_of(id: u32) -> Account {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Account { id: id.to_string(), name: name_of(id, &passwd) }
}

/// Of lines `name:password:number:…`.
fn name_of(id: u32, passwd: &str) -> Option<String> {
    let found = passwd.lines().find(|line| line.split(':').nth(2).is_some_and(|n| n.parse() == Ok(id)))?;
    found.split(':').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_shown_by_name_and_number() {
        let passwd = "root:x:0:0::/root:/bin/sh\nbroken\njdoe:x:1000:100::/home/jdoe:/bin/sh\n";
        let shown = |id: u32| Account { id: id.to_string(), name: name_of(id, passwd) }.to_string();
        assert_eq!([shown(0), shown(1000), shown(100)], ["root (0)", "jdoe (1000)", "(100)"]);
    }
}
