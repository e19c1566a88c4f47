//! What the site says, beside the manifest: its zone, its list of QC names, and values that no file has.

use labrelay_collector::stock::{Filled, Origin, Presence};
use labrelay_collector::{OpenError, Settings, Zone};

/// The site's own words.
pub(crate) struct Site {
    settings: Settings,
}

impl Site {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings }
    }

    pub(crate) fn zone(&self) -> &Zone {
        self.settings.zone()
    }

    /// Whether the site's list has a panel, tube or material of this name.
    pub(crate) fn is_qc(&self, name: &str) -> bool {
        self.settings.is_qc(name)
    }
}

/// What the site's configuration says for a field that is filled from there. Without it no record with a required field could
/// leave, so that the site is told at once.
pub(crate) fn value_of(filled: &Filled, settings: &Settings) -> Result<Option<String>, OpenError> {
    let Origin::Setting(key) = &filled.origin else { return Ok(None) };
    match settings.get::<String>(key)? {
        None if filled.presence == Presence::Required => Err(OpenError::BadSetting {
            key: (**key).into(),
            expected: format!("the value of `{}`", filled.field),
        }),
        value => Ok(value),
    }
}
