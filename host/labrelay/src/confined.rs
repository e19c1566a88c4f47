//! How a family's plugin is confined, in the words of `status`, `check` and the audit log.

use labrelay_os::sandbox::{Confinement, Hold, Part, words};
use serde::{Deserialize, Serialize};

use crate::audit::AuditLog;
use crate::config::Config;
use crate::event::{self, Event};
use labrelay_model::FamilyName;

/// The parts of the sandbox, by how it stands with them; `docs/sandbox.md` explains each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SandboxStatus {
    /// In force.
    pub in_force: Vec<String>,
    /// Not for a service that was started with so few rights; the other parts do without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_permitted: Vec<String>,
    /// Missing, and accepted as missing by the site's configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_missing: Vec<String>,
}

impl From<&Confinement> for SandboxStatus {
    fn from(confinement: &Confinement) -> Self {
        let words = |hold| confinement.parts(hold).iter().map(ToString::to_string).collect();
        Self {
            in_force: words(Hold::InForce),
            not_permitted: words(Hold::NotPermitted),
            accepted_missing: words(Hold::Missing),
        }
    }
}

impl std::fmt::Display for SandboxStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sandbox: {}", self.in_force.join(", "))?;
        if !self.not_permitted.is_empty() {
            write!(f, "; not permitted: {}", self.not_permitted.join(", "))?;
        }
        if !self.accepted_missing.is_empty() {
            write!(f, "; MISSING, accepted by the configuration: {}", self.accepted_missing.join(", "))?;
        }
        Ok(())
    }
}

/// Tells, and notes in the audit log, that `family` runs without what the site accepts as missing, if anything is.
pub(crate) fn note_missing(
    config: &Config,
    family: &FamilyName,
    confinement: &Confinement,
) -> anyhow::Result<()> {
    let missing = confinement.parts(Hold::Missing);
    if missing.is_empty() {
        return Ok(());
    }
    event::tell(Event::SandboxIncomplete, family, &format_args!("{}.", words(&missing)));
    let counts: Vec<(&'static str, u64)> = missing.iter().map(|part: &Part| (part.word(), 1)).collect();
    AuditLog::open(&config.state)?.note(&format!("run {family} with parts of the sandbox missing"), &counts)
}
