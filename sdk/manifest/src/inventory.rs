//! What a site declares about itself: serial numbers, lots, QC panels, roles, time zone, first day of collection.
//!
//! Types and reading; judging a record by them is the gate's.

mod roles;
mod scalar;

use std::collections::BTreeSet;

use labrelay_model::Timestamp;
use serde::Deserialize;

use crate::{ManifestErrors, Zone, yaml};

pub use roles::Roles;

/// A site's declarations, from the `inventory` section of the host's configuration, or the file that
/// `replay`, `gate` and a fixture carry. Stays at the site, but for `serials` and `lots` that equal an accepted
/// field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an inventory: a mapping with serials, lots, qc, roles, zone, collect_since"
)]
pub struct Inventory {
    /// Serial numbers of the site's instruments: 1 to 32 characters of printable ASCII without spaces.
    #[serde(deserialize_with = "scalar::serials")]
    pub serials: BTreeSet<Box<str>>,
    /// Lots of reagents and controls that no manifest's grammar covers, written like serial numbers.
    #[serde(deserialize_with = "scalar::lots")]
    pub lots: BTreeSet<Box<str>>,
    /// Names of panels and tubes that are QC. Matched by the plugin; they never leave.
    pub qc: Vec<Box<str>>,
    /// Which account has which role. Only the role leaves.
    pub roles: Roles,
    /// Where the instruments' clocks stand; UTC if not given.
    #[serde(deserialize_with = "scalar::zone")]
    pub zone: Zone,
    /// What happened before this instant never leaves. A bare date begins at midnight UTC.
    #[serde(deserialize_with = "scalar::collect_since")]
    pub collect_since: Option<Timestamp>,
}

impl Inventory {
    /// Reads an inventory file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestErrors> {
        yaml::read(bytes)
    }

    /// Whether an inventory takes `text` as a serial number.
    pub fn is_serial(text: &str) -> bool {
        text.parse::<scalar::Serial>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Inventory::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn reads_what_a_site_declares() {
        let inventory = Inventory::parse(
            b"serials: [AB12345, 0012]\nlots: [7741-K]\nqc: [Flow-Check, Daily QC]\nzone: Europe/Berlin\n\
              collect_since: 2026-03-01\n",
        )
        .unwrap();
        assert!(inventory.serials.contains("0012"), "as written, not as a number");
        assert!(inventory.lots.contains("7741-K"));
        assert_eq!(inventory.qc.len(), 2);
        assert_eq!(inventory.zone, "Europe/Berlin".parse().unwrap());
        assert_eq!(inventory.collect_since, Some(Timestamp::parse("2026-03-01T00:00:00Z").unwrap()));
        assert_eq!(Inventory::parse(b"{}").unwrap(), Inventory::default());
    }

    #[test]
    fn collecting_may_begin_at_any_instant_with_a_zone() {
        let inventory = Inventory::parse(b"collect_since: 2026-03-01T08:00:00+01:00").unwrap();
        assert_eq!(inventory.collect_since, Some(Timestamp::parse("2026-03-01T07:00:00Z").unwrap()));
    }

    #[test]
    fn errors_stand_at_what_is_wrong() {
        assert_eq!(error("serial: [A1]\n"), "1:1: unknown key `serial`; did you mean `serials`?");
        assert!(error("serials: [A1,\n  A 2]\n").starts_with("2:3: serials[1]: `A 2`: a serial number is"));
        assert!(error("serials: [\"\"]\n").starts_with("1:11: "));
        assert!(error(&format!("serials: [{}]", "x".repeat(33))).starts_with("1:11: "));
        assert!(error("lots: [A 2]").starts_with("1:8: lots[0]: `A 2`: a lot is"));
        assert_eq!(
            error("zone: Europe/Pari"),
            "1:7: zone: `Europe/Pari`: no time zone; did you mean `Europe/Paris`?"
        );
        assert_eq!(
            error("collect_since: 1.3.2026"),
            "1:16: collect_since: `1.3.2026`: no date; write one such as `2026-03-01` or \
             `2026-03-01T08:00:00+01:00`"
        );
    }
}
