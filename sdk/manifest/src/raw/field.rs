//! One field, or one slot of an event, as it is written.

use std::fmt;

use labrelay_model::FieldName;
use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::yaml::Named;

/// One value of a record, or one variable part of an event's templates.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a field: a mapping such as {type: bool}")]
#[schemars(rename = "Field")]
pub(crate) struct RawField {
    /// What it contains.
    #[serde(rename = "type")]
    pub(crate) ty: TypeWord,
    /// UCUM code of the unit, such as `mW`, `V`, `%`, `Cel`; for int and float.
    pub(crate) unit: Option<String>,
    /// Smallest and greatest value, both allowed; required for int, float and duration (`[0s, 24h]`).
    #[schemars(length(equal = 2))]
    pub(crate) range: Option<Vec<Bound>>,
    /// Decimal places that are kept; required for float (0 to 9). A duration keeps whole seconds without it, and at
    /// most 6.
    #[schemars(range(min = 0, max = 9))]
    pub(crate) decimals: Option<u8>,
    /// For an int that never gets less on one instrument, such as a counter: it may have more than 7 digits.
    #[serde(default)]
    pub(crate) monotone: bool,
    /// Regular expression for the whole value, without `^` and `$`; required for code. A lot without it must be
    /// in the site's inventory.
    pub(crate) pattern: Option<String>,
    /// Longest code or lot in characters; without it the pattern must have an end.
    #[schemars(range(min = 1, max = 64))]
    pub(crate) max_length: Option<u16>,
    /// The words of an enum.
    #[serde(default)]
    pub(crate) values: Option<Vec<String>>,
    /// The folders of a path, as the instrument writes them, each under the word that leaves instead.
    pub(crate) roots: Option<Named<FieldName, String>>,
    /// What an ignored slot looks like.
    pub(crate) shape: Option<RawShape>,
    /// How a timestamp slot is written, such as `%d.%m.%Y %H:%M:%S`; without it as ISO 8601.
    pub(crate) format: Option<String>,
    /// Whether a float or duration slot is written with a comma before its decimals.
    #[serde(default)]
    pub(crate) comma: bool,
    /// Whether a record may lack it; slots always may, since each event has its own.
    #[serde(default)]
    pub(crate) optional: bool,
    /// For the privacy officer and the lake: what it says.
    pub(crate) description: Option<String>,
    /// Figures that an aggregate gives of it; in streams about specimens only.
    #[serde(rename = "as")]
    pub(crate) figures: Option<Vec<RawFigure>>,
}

/// What a field contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Type")]
pub(crate) enum TypeWord {
    /// Whole number within `range`.
    Int,
    /// Number within `range`, rounded to `decimals`.
    Float,
    /// Yes or no.
    Bool,
    /// Instant, in UTC.
    Timestamp,
    /// Length of time within `range`.
    Duration,
    /// One of `values`.
    Enum,
    /// Software or firmware version: digits and dots.
    Version,
    /// Short code that fits `pattern`.
    Code,
    /// Serial number of an instrument; it must be in the site's inventory.
    Serial,
    /// Reagent or control lot: fits `pattern`, or is in the site's inventory.
    Lot,
    /// What a user is at the site, never who.
    Role,
    /// Under which of `roots` a path lies; the rest is dropped.
    Path,
    /// Slots only: must look like `shape`, and is dropped at once.
    Ignored,
}

/// What an ignored slot looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Shape")]
pub(crate) enum RawShape {
    /// Digits with an optional sign and decimals.
    Number,
    /// Hexadecimal digits and dashes.
    Hex,
    /// A date, a time of day, or both.
    Time,
    /// Anything without a space, up to the text that follows.
    Token,
    /// A Windows or Unix path, up to the text that follows.
    Path,
}

/// A figure that an aggregate gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Figure")]
pub(crate) enum RawFigure {
    /// Arithmetic mean.
    Mean,
    /// Smallest value.
    Min,
    /// Greatest value.
    Max,
    /// Standard deviation.
    Sd,
    /// Share of yes, of a bool.
    Share,
    /// Count per word of an enum, or per answer of a bool.
    Count,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Bound {
    /// Whole number.
    Int(i64),
    /// Number with decimals.
    Float(f64),
    /// Length of time such as `24h`.
    Text(String),
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        de.deserialize_any(BoundVisitor)
    }
}

struct BoundVisitor;

impl Visitor<'_> for BoundVisitor {
    type Value = Bound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a length of time such as 24h")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Bound, E> {
        Ok(Bound::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Bound, E> {
        i64::try_from(number).map(Bound::Int).map_err(|_| E::custom("number too large: at most 2^53"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Bound, E> {
        Ok(Bound::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bound, E> {
        Ok(Bound::Text(text.to_owned()))
    }
}
