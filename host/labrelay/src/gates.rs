//! Gates for the second check: of every manifest that waiting batches were made under.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use labrelay_gate::{Gate, Site};
use labrelay_model::Digest;

use crate::config::Config;
use crate::families::read_manifest;
use crate::setup::kept_manifest;

/// Reads manifests from the copies kept in the state folder, since a batch may outlive an update.
pub(crate) struct Gates {
    state: PathBuf,
    site: Site,
    known: Mutex<HashMap<Digest, Arc<Gate>>>,
}

impl Gates {
    /// Gates for what the site declares now.
    pub(crate) fn new(config: &Config) -> Self {
        Self { state: config.state.clone(), site: config.site(), known: Mutex::default() }
    }

    /// The gate of the manifest with this digest; `None` if no copy of it is kept.
    pub(crate) fn find(&self, sha256: &Digest) -> Option<Arc<Gate>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = known.get(sha256) {
            return Some(Arc::clone(gate));
        }
        let manifest = read_manifest(&kept_manifest(&self.state, *sha256)).ok()?;
        let gate = Arc::new(Gate::new(Arc::new(manifest), self.site.clone()));
        known.insert(*sha256, Arc::clone(&gate));
        Some(gate)
    }
}
