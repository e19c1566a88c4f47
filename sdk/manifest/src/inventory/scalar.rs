//! The scalars of an inventory, each read with its own error.

use std::collections::BTreeSet;
use std::str::FromStr;

use labrelay_model::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::Zone;
use crate::yaml::Parsed;

/// Longest serial number or lot in bytes; the makers' have up to 12.
const MAX_NUMBER_BYTES: usize = 32;

pub(super) struct Serial(Box<str>);

impl FromStr for Serial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        makers_number(text, "serial number").map(Self)
    }
}

struct Lot(Box<str>);

impl FromStr for Lot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        makers_number(text, "lot").map(Self)
    }
}

fn makers_number(text: &str, what: &str) -> Result<Box<str>, String> {
    let fits =
        (1..=MAX_NUMBER_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        return Ok(text.into());
    }
    Err(format!("a {what} is 1 to {MAX_NUMBER_BYTES} characters of printable ASCII without spaces"))
}

pub(super) fn serials<'de, D: Deserializer<'de>>(de: D) -> Result<BTreeSet<Box<str>>, D::Error> {
    let serials = Vec::<Parsed<Serial>>::deserialize(de)?;
    Ok(serials.into_iter().map(|Parsed(Serial(text))| text).collect())
}

pub(super) fn lots<'de, D: Deserializer<'de>>(de: D) -> Result<BTreeSet<Box<str>>, D::Error> {
    let lots = Vec::<Parsed<Lot>>::deserialize(de)?;
    Ok(lots.into_iter().map(|Parsed(Lot(text))| text).collect())
}

pub(super) fn zone<'de, D: Deserializer<'de>>(de: D) -> Result<Zone, D::Error> {
    Parsed::deserialize(de).map(|Parsed(zone)| zone)
}

struct Since(Timestamp);

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Timestamp::parse(text)
            .or_else(|_| Timestamp::parse(&format!("{text}T00:00:00Z")))
            .map(Self)
            .map_err(|_| "no date; write one such as `2026-03-01` or `2026-03-01T08:00:00+01:00`")
    }
}

pub(super) fn collect_since<'de, D: Deserializer<'de>>(de: D) -> Result<Option<Timestamp>, D::Error> {
    Parsed::deserialize(de).map(|Parsed(Since(instant))| Some(instant))
}
