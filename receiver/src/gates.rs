//! The gate again, with what the region knows: the registered manifest and the device's own serials.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use labrelay_gate::Gate;
use labrelay_model::{DeviceName, Digest};

use crate::manifests::Manifests;
use crate::registry::{Device, RegistryError};

/// Compiled gates kept. A device uses one or two manifests; beyond this all are compiled anew, which costs
/// milliseconds each.
const MAX_GATES: usize = 4096;

/// A gate with the serials that it was compiled for.
type Compiled = (BTreeSet<Box<str>>, Arc<Gate>);

/// Compiled gates by device and manifest.
#[derive(Debug)]
pub struct Gates {
    manifests: Arc<Manifests>,
    compiled: Mutex<HashMap<(DeviceName, Digest), Compiled>>,
}

impl Gates {
    /// Over these manifests.
    pub fn new(manifests: Arc<Manifests>) -> Self {
        Self { manifests, compiled: Mutex::default() }
    }

    /// The gate for what `device` sends under this manifest; `None` if the manifest is not registered.
    pub fn get(&self, device: &Device, manifest: Digest) -> Result<Option<Arc<Gate>>, RegistryError> {
        let key = (device.name.clone(), manifest);
        if let Some((serials, gate)) = self.lock().get(&key)
            && *serials == device.serials
        {
            return Ok(Some(gate.clone()));
        }
        let Some(known) = self.manifests.get(manifest)? else { return Ok(None) };
        let gate = Arc::new(Gate::in_region(known.manifest.clone(), device.serials.clone()));
        let mut compiled = self.lock();
        if compiled.len() >= MAX_GATES {
            compiled.clear();
        }
        compiled.insert(key, (device.serials.clone(), gate.clone()));
        Ok(Some(gate))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(DeviceName, Digest), Compiled>> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
