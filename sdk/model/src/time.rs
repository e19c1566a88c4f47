//! Instants in UTC, to the microsecond. Never read from a clock here.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is no RFC 3339 time with a zone, or lies outside the years 0 to 9999. Holds no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with a zone, such as 2026-03-01T08:00:00Z")]
pub struct TimestampError;

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: what RFC 3339 can write.
const MIN_US: i64 = -62_167_219_200_000_000;
const MAX_US: i64 = 253_402_300_799_999_999;

impl Timestamp {
    /// From microseconds since 1970; `None` outside the years 0 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (MIN_US..=MAX_US).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError)?;
        Self::from_micros(instant.timestamp_micros()).ok_or(TimestampError)
    }

    /// This instant moved by `micros`, stopping at the ends of the range.
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(MIN_US, MAX_US))
    }

    /// For calendar arithmetic.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros().clamp(MIN_US, MAX_US))
    }
}

/// Canonical: RFC 3339 in UTC with `Z`, and 0, 3 or 6 decimals as the value needs.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timestamp(..)")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, ser: S) -> Result<S::Ok, S::Error> {
        ser.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(de)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_utc_with_as_many_decimals_as_needed() {
        for (text, canonical) in [
            ("2026-03-01T09:00:00+01:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01T08:00:00.500Z", "2026-03-01T08:00:00.500Z"),
            ("2026-03-01T08:00:00.000001Z", "2026-03-01T08:00:00.000001Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), canonical);
        }
        Timestamp::parse("2026-03-01T08:00:00").unwrap_err();
    }

    #[test]
    fn stays_within_what_rfc3339_can_write() {
        assert!(Timestamp::from_micros(i64::MAX).is_none());
        let end = Timestamp::from_micros(MAX_US).unwrap();
        assert_eq!(end.saturating_add_micros(i64::MAX), end);
        assert_eq!(end.to_string(), "9999-12-31T23:59:59.999999Z");
    }
}
