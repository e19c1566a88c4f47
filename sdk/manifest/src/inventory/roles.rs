//! Accounts and the roles they have. An account never leaves; what leaves is the role's word.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use labrelay_model::ROLES;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::nearest::nearest;
use crate::yaml::Parsed;

/// The word for an account that no role names; the last of [`ROLES`].
const OTHER: &str = "other";

/// Which account has which role, without regard to case. `Debug` shows no account.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Roles {
    /// Lower-case accounts, each with an index into [`ROLES`].
    accounts: BTreeMap<Box<str>, u16>,
}

impl Roles {
    /// The role of `account` as an index into [`ROLES`]; `other` for one that is not declared.
    pub fn role_of(&self, account: &str) -> u16 {
        let declared = self.accounts.get(account.to_lowercase().as_str()).copied();
        declared.or_else(|| role_index(OTHER)).unwrap_or_default()
    }

    /// The accounts in lower case, each with its index into [`ROLES`].
    pub fn accounts(&self) -> impl Iterator<Item = (&str, u16)> {
        self.accounts.iter().map(|(account, role)| (&**account, *role))
    }
}

fn role_index(word: &str) -> Option<u16> {
    ROLES.iter().position(|role| *role == word).and_then(|at| u16::try_from(at).ok())
}

struct Role(u16);

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        role_index(text).map(Self).ok_or_else(|| match nearest(text, ROLES.iter().copied()) {
            Some(near) => format!("no role; did you mean `{near}`?"),
            None => format!("no role; known here: {}", ROLES.join(", ")),
        })
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        de.deserialize_map(AccountsByRole)
    }
}

struct AccountsByRole;

impl<'de> Visitor<'de> for AccountsByRole {
    type Value = Roles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("roles, each with its list of accounts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Roles, A::Error> {
        let mut roles = Roles::default();
        while let Some((Parsed(Role(role)), accounts)) = entries.next_entry::<_, Vec<String>>()? {
            for account in accounts {
                if roles.accounts.insert(account.to_lowercase().into(), role).is_some() {
                    return Err(A::Error::custom("an account is listed twice"));
                }
            }
        }
        Ok(roles)
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roles({} accounts)", self.accounts.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::Inventory;

    #[test]
    fn an_account_has_the_role_that_lists_it_and_any_other_is_other() {
        let inventory = Inventory::parse(b"roles: {operator: [jdoe, 'LAB\\mary'], service: [fse]}").unwrap();
        let word = |account| labrelay_model::ROLES[usize::from(inventory.roles.role_of(account))];
        assert_eq!(word("JDoe"), "operator");
        assert_eq!(word("lab\\Mary"), "operator");
        assert_eq!(word("fse"), "service");
        assert_eq!(word("jane"), "other");
        assert!(!format!("{inventory:?}").contains("jdoe"));
    }

    #[test]
    fn a_role_is_known_and_an_account_has_one() {
        let error = |text: &str| Inventory::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error("roles: {operater: [x]}"),
            "1:9: roles: `operater`: no role; did you mean `operator`?"
        );
        assert_eq!(
            error("roles:\n  operator: [x]\n  service: [X]\n"),
            "2:3: roles: an account is listed twice"
        );
    }
}
