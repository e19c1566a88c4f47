//! What a site declares about itself: the serial numbers it owns, its QC panels, its time zone.

use std::collections::BTreeSet;

/// A site's declarations, from the `inventory` section of the host's configuration, or the file that
/// `replay`, `gate` and a fixture carry. Stays at the site, but for `serials` that equal an accepted field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Serial numbers of the site's instruments.
    pub serials: BTreeSet<Box<str>>,
    /// Names of panels and tubes that are QC. Matched by the plugin; they never leave.
    pub qc: Vec<Box<str>>,
    /// Where the instruments' clocks stand; UTC if not given.
    pub zone: chrono_tz::Tz,
}
