//! What the gate knows of the place where it stands: what the site declares, and the names of its PC.

use labrelay_manifest::Inventory;

/// A site, as the gate binds values to it.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// What the site declares. Without it every record with a serial number is refused.
    pub inventory: Option<Inventory>,
    /// Names of this PC and of the accounts on it: no text that holds one leaves.
    pub local_names: Vec<String>,
}
