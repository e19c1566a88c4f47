//! What an unbound text is put to after its declared rule: does it hide something, name someone, or have the shape
//! of an identifier? No record passes because nothing was found here; it was declared before.

use labrelay_model::Reason;

use crate::detect::{self, Found};
use crate::local_names::LocalNames;
use crate::verdict::Fault;

/// Layers 4 and 5 of the gate, and the names of the place where it stands.
#[derive(Debug)]
pub(crate) struct Screen {
    local_names: LocalNames,
}

impl Screen {
    pub(crate) fn new(local_names: &[String]) -> Self {
        Self { local_names: LocalNames::new(local_names) }
    }

    /// Passes `text`, or says what it may be.
    pub(crate) fn check(&self, text: &str) -> Result<(), Fault> {
        if self.local_names.stand_in(text) {
            return Err(Reason::LocalName.into());
        }
        match detect::look(text) {
            Some(Found::Disguise) => Err(Reason::Disguised.into()),
            Some(Found::Identifier(detector)) => Err(Fault::found(Reason::Identifier, detector)),
            None => Ok(()),
        }
    }
}
