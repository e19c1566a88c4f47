//! `quarantine`: whether refused units are kept, sealed to whom, and within which bounds.

use std::fmt;
use std::num::NonZeroU32;

use labrelay_spool::Recipient;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, de};

/// The word for keeping nothing.
const COUNTS_ONLY: &str = "counts_only";
/// Bytes of a megabyte, as disks are sold.
const MB: u64 = 1_000_000;

/// What happens to refused units.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    /// The site's age key; without one nothing is kept but counts.
    pub recipient: Option<Recipient>,
    /// Bounds of what is kept. They also hold for what an earlier configuration has kept.
    pub keep: Keep,
}

/// Bounds; beyond them the oldest go first, and are counted as purged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Keep {
    max_mb: NonZeroU32,
    /// Days kept, today among them.
    pub max_days: NonZeroU32,
}

impl Default for Keep {
    /// 256 MB: at 64 KiB a refused file, some 4,000 of them. 90 days: a release cycle of plugin and manifest, so
    /// that what one refused the next may requeue.
    fn default() -> Self {
        const DEFAULT: (NonZeroU32, NonZeroU32) =
            (NonZeroU32::new(256).unwrap(), NonZeroU32::new(90).unwrap());
        Self { max_mb: DEFAULT.0, max_days: DEFAULT.1 }
    }
}

impl Keep {
    /// The bound in bytes.
    pub(crate) fn max_bytes(&self) -> u64 {
        u64::from(self.max_mb.get()) * MB
    }
}

/// `quarantine` written as a map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    #[serde(deserialize_with = "recipient")]
    recipient: Recipient,
    #[serde(default)]
    keep: Keep,
}

fn recipient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Recipient, D::Error> {
    let text = String::deserialize(deserializer)?;
    let not_one = "is no age recipient: it begins with `age1`, and `age-keygen -y KEYFILE` prints it";
    text.parse().map_err(|_| D::Error::custom(format_args!("quarantine.recipient {not_one}")))
}

impl<'de> Deserialize<'de> for Quarantine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrMap)
    }
}

/// Reads `counts_only` or the map.
struct WordOrMap;

impl<'de> Visitor<'de> for WordOrMap {
    type Value = Quarantine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`counts_only`, or `recipient: age1…` with or without `keep: {max_mb, max_days}`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Quarantine, E> {
        if word == COUNTS_ONLY {
            return Ok(Quarantine::default());
        }
        Err(E::invalid_value(de::Unexpected::Str(word), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Quarantine, A::Error> {
        let Kept { recipient, keep } = Kept::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Quarantine { recipient: Some(recipient), keep })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[derive(Debug, Deserialize)]
    struct File {
        quarantine: Quarantine,
    }

    fn read(value: &str) -> Result<Quarantine, String> {
        let text = format!("\nquarantine: {}\n", value.replace("KEY", RECIPIENT));
        let file: Result<File, _> = labrelay_manifest::yaml::read(text.as_bytes());
        file.map(|file| file.quarantine).map_err(|error| error.to_string())
    }

    #[test]
    fn counts_only_keeps_nothing_and_a_recipient_keeps_within_bounds() {
        assert!(read("counts_only").unwrap().recipient.is_none());
        let kept = read("{recipient: KEY}").unwrap();
        assert_eq!(kept.recipient.unwrap().to_string(), RECIPIENT);
        assert_eq!((kept.keep.max_bytes(), kept.keep.max_days.get()), (256_000_000, 90));
        let kept = read("\n  keep: {max_mb: 5, max_days: 7}\n  recipient: KEY").unwrap().keep;
        assert_eq!((kept.max_bytes(), kept.max_days.get()), (5_000_000, 7));
    }

    #[test]
    fn what_is_neither_is_an_error_with_its_line() {
        for (value, says) in [
            ("count_only", "counts_only"),
            ("7", "counts_only"),
            ("{keep: {max_mb: 5}}", "missing key `recipient`"),
            ("{keep: {max_mb: 0}, recipient: KEY}", "nonzero"),
            ("{keep: {max_mbs: 1}, recipient: KEY}", "max_mbs"),
            ("{recipient: AGE-SECRET-KEY-1}", "age-keygen -y"),
            ("{recipient: KEY, max_bytes: 1}", "max_bytes"),
        ] {
            let error = read(value).unwrap_err();
            assert!(error.contains(says) && error.starts_with("2:"), "{value}: {error}");
            assert!(!error.contains("SECRET"), "the error repeats a secret key");
        }
    }
}
