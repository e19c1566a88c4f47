//! Manifests by digest, read from the registry once and kept parsed, each with its lake columns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use labrelay_manifest::Manifest;
use labrelay_model::{Digest, StreamName};

use crate::lake::{Columns, ReservedName};
use crate::registry::{Registry, RegistryError};

/// A registered manifest.
#[derive(Debug)]
pub struct Known {
    /// The manifest.
    pub manifest: Arc<Manifest>,
    columns: HashMap<StreamName, Arc<Columns>>,
}

impl Known {
    /// Reads a manifest file and lays out its lake columns.
    pub fn read(yaml: &[u8]) -> Result<Self, UnusableManifest> {
        let manifest = Manifest::parse(yaml).map_err(|why| UnusableManifest::Invalid(why.to_string()))?;
        let columns = manifest
            .streams()
            .iter()
            .map(|stream| Ok((stream.name.clone(), Arc::new(Columns::of(&manifest, stream)?))));
        Ok(Self { columns: columns.collect::<Result<_, ReservedName>>()?, manifest: Arc::new(manifest) })
    }

    /// The lake columns of a stream that the manifest declares.
    pub fn columns(&self, stream: &StreamName) -> Option<Arc<Columns>> {
        self.columns.get(stream).cloned()
    }
}

/// A manifest file that can't be registered.
#[derive(Debug, thiserror::Error)]
pub enum UnusableManifest {
    /// Its text is no manifest.
    #[error("{0}")]
    Invalid(String),
    /// Its fields can't be laid out as columns.
    #[error(transparent)]
    Reserved(#[from] ReservedName),
}

/// The registry's manifests, parsed at first use. They never change under a digest, and there are as many as
/// an administrator registered, so none is ever dropped.
#[derive(Debug)]
pub struct Manifests {
    registry: Arc<Registry>,
    known: Mutex<HashMap<Digest, Arc<Known>>>,
}

impl Manifests {
    /// Over this registry.
    pub fn new(registry: Arc<Registry>) -> Self {
        Self { registry, known: Mutex::default() }
    }

    /// The manifest with this digest, if it is registered.
    pub fn get(&self, sha256: Digest) -> Result<Option<Arc<Known>>, RegistryError> {
        if let Some(known) = self.known().get(&sha256) {
            return Ok(Some(known.clone()));
        }
        let Some(yaml) = self.registry.manifest(sha256)? else { return Ok(None) };
        match Known::read(&yaml) {
            Ok(known) => Ok(Some(self.known().entry(sha256).or_insert(Arc::new(known)).clone())),
            Err(why) => {
                // Registered by another version of this program: as good as unknown, but not silently.
                tracing::error!(%sha256, %why, "a registered manifest can't be read by this version");
                Ok(None)
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Known>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
