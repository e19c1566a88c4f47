//! What a site's lines mean at that site: accounts and the zone of the clock.

use std::cmp::Ordering;
use std::fmt;

use labrelay_model::ROLES;

use crate::Zone;

/// What values mean at one site.
#[derive(Clone)]
pub struct SiteWords {
    /// Accounts with their roles, in the order of their letters without regard to case.
    accounts: Vec<(Box<str>, u16)>,
    zone: Zone,
}

impl SiteWords {
    /// `accounts` with the index of each one's role in [`ROLES`]; `zone` holds for times that name none.
    pub fn new<'a>(accounts: impl IntoIterator<Item = (&'a str, u16)>, zone: Zone) -> Self {
        let mut accounts: Vec<_> =
            accounts.into_iter().map(|(account, role)| (account.into(), role)).collect();
        accounts.sort_by(|(one, _): &(Box<str>, u16), (other, _)| order(one.as_bytes(), other.as_bytes()));
        Self { accounts, zone }
    }

    /// The zone in which the instrument's clock stands.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The role of an account, with or without the domain before its backslash; `other` for an unknown one.
    pub fn role(&self, account: &[u8]) -> Option<u16> {
        let name = account.rsplit(|byte| *byte == b'\\').next().unwrap_or(account);
        let known = self.known(account).or_else(|| self.known(name));
        known.or_else(|| u16::try_from(ROLES.len().checked_sub(1)?).ok())
    }

    fn known(&self, account: &[u8]) -> Option<u16> {
        let at = self.accounts.binary_search_by(|(known, _)| order(known.as_bytes(), account)).ok()?;
        self.accounts.get(at).map(|(_, role)| *role)
    }
}

/// Windows compares accounts without regard to case.
fn order(one: &[u8], other: &[u8]) -> Ordering {
    one.iter().map(u8::to_ascii_lowercase).cmp(other.iter().map(u8::to_ascii_lowercase))
}

/// Accounts are names of people.
impl fmt::Debug for SiteWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteWords({} accounts, {})", self.accounts.len(), self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_with_and_without_domain_in_any_case() {
        let site = SiteWords::new([("JDoe", 0), ("LAB\\admin", 2), ("admin", 3)], Zone::UTC);
        for (account, role) in
            [("jdoe", 0), ("LAB\\JDOE", 0), ("lab\\admin", 2), ("Other\\Admin", 3), ("nobody", 5), ("", 5)]
        {
            assert_eq!(site.role(account.as_bytes()), Some(role), "{account}");
        }
        assert!(!format!("{site:?}").contains("Doe"));
    }
}
