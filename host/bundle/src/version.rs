//! The version of a plugin: numbers that can be compared, and nothing that would need a rule for comparing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const FEWEST_PARTS: usize = 2;
const MOST_PARTS: usize = 4;
/// As the gate takes versions in a batch's header.
const MOST_DIGITS: usize = 6;

/// Two to four numbers with dots between, such as `1.4.0`. A number that is left out counts as 0, but is not the same version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginVersion {
    numbers: [u32; MOST_PARTS],
    text: Box<str>,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a plugin's version is two to four numbers with dots between, such as 1.4.0")]
pub struct VersionError;

impl FromStr for PluginVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut numbers = [0; MOST_PARTS];
        let mut count = 0;
        for part in text.split('.') {
            let is_number =
                (1..=MOST_DIGITS).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            let has_one_form = part == "0" || !part.starts_with('0');
            let number = part.parse().ok().filter(|_| is_number && has_one_form).ok_or(VersionError)?;
            *numbers.get_mut(count).ok_or(VersionError)? = number;
            count += 1;
        }
        if count < FEWEST_PARTS {
            return Err(VersionError);
        }
        Ok(Self { numbers, text: text.into() })
    }
}

impl fmt::Display for PluginVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PluginVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PluginVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> PluginVersion {
        text.parse().unwrap()
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("1.10.0") > version("1.9.9"));
        assert!(version("2.0") > version("1.99.99.99"));
        assert!(version("1.2.0.1") > version("1.2"));
    }

    #[test]
    fn what_could_be_a_path_or_has_two_forms_is_no_version() {
        for text in [
            "",
            "1",
            "..",
            "1..2",
            "1.2.3.4.5",
            "../1.2",
            "1.2/3",
            "1.02",
            "1.2-rc1",
            "v1.2",
            "1.2 ",
            "1.1234567",
        ] {
            assert_eq!(text.parse::<PluginVersion>(), Err(VersionError), "{text}");
        }
    }
}
