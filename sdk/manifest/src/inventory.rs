//! What a site declares about itself: the serial numbers it owns, its QC panels, its time zone.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};

use crate::nearest::nearest;
use crate::yaml::Parsed;
use crate::{ManifestErrors, yaml};

/// A site's declarations, from the `inventory` section of the host's configuration, or the file that
/// `replay`, `gate` and a fixture carry. Stays at the site, but for `serials` that equal an accepted field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an inventory: a mapping with serials, qc, zone")]
pub struct Inventory {
    /// Serial numbers of the site's instruments: 1 to 32 characters of printable ASCII without spaces.
    #[serde(deserialize_with = "serials")]
    pub serials: BTreeSet<Box<str>>,
    /// Names of panels and tubes that are QC. Matched by the plugin; they never leave.
    pub qc: Vec<Box<str>>,
    /// Where the instruments' clocks stand; UTC if not given.
    #[serde(deserialize_with = "zone")]
    pub zone: Tz,
}

impl Inventory {
    /// Reads an inventory file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestErrors> {
        yaml::read(bytes)
    }

    /// Whether an inventory takes `text` as a serial number.
    pub fn is_serial(text: &str) -> bool {
        text.parse::<Serial>().is_ok()
    }
}

/// Longest serial number in bytes; the makers' have up to 12.
const MAX_SERIAL_BYTES: usize = 32;

struct Serial(Box<str>);

impl FromStr for Serial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits =
            (1..=MAX_SERIAL_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            return Ok(Self(text.into()));
        }
        Err(format!(
            "a serial number is 1 to {MAX_SERIAL_BYTES} characters of printable ASCII without spaces"
        ))
    }
}

fn serials<'de, D: Deserializer<'de>>(de: D) -> Result<BTreeSet<Box<str>>, D::Error> {
    let serials = Vec::<Parsed<Serial>>::deserialize(de)?;
    Ok(serials.into_iter().map(|Parsed(Serial(text))| text).collect())
}

struct Zone(Tz);

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            match nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
                Some(near) => format!("no time zone; did you mean `{near}`?"),
                None => "no time zone; write an IANA name such as `Europe/Berlin`".into(),
            }
        })
    }
}

fn zone<'de, D: Deserializer<'de>>(de: D) -> Result<Tz, D::Error> {
    Parsed::deserialize(de).map(|Parsed(Zone(zone))| zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Inventory::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn reads_what_a_site_declares() {
        let inventory =
            Inventory::parse(b"serials: [AB12345, 0012]\nqc: [Flow-Check, Daily QC]\nzone: Europe/Berlin\n")
                .unwrap();
        assert!(inventory.serials.contains("0012"), "as written, not as a number");
        assert_eq!(inventory.qc.len(), 2);
        assert_eq!(inventory.zone, Tz::Europe__Berlin);
        assert_eq!(Inventory::parse(b"{}").unwrap(), Inventory::default());
    }

    #[test]
    fn errors_stand_at_what_is_wrong() {
        assert_eq!(error("serial: [A1]\n"), "1:1: unknown key `serial`; did you mean `serials`?");
        assert!(error("serials: [A1,\n  A 2]\n").starts_with("2:3: serials[1]: `A 2`: a serial number is"));
        assert!(error("serials: [\"\"]\n").starts_with("1:11: "));
        assert!(error(&format!("serials: [{}]", "x".repeat(33))).starts_with("1:11: "));
        assert_eq!(
            error("zone: Europe/Pari"),
            "1:7: zone: `Europe/Pari`: no time zone; did you mean `Europe/Paris`?"
        );
    }
}
