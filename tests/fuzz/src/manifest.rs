//! A manifest that someone wrote: it is read or refused with places, and what is read can be enforced.

use std::sync::Arc;

use labrelay_gate::{Gate, Site};
use labrelay_manifest::Manifest;

pub(crate) fn run(bytes: &[u8]) {
    match Manifest::parse(bytes) {
        Ok(manifest) => {
            assert_eq!(manifest.shapes().len(), manifest.streams().len(), "every stream has a shape");
            drop(Gate::new(Arc::new(manifest), Site::default()));
        }
        Err(errors) => assert!(!errors.to_string().is_empty(), "an error says something"),
    }
}
