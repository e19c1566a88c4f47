//! The service under systemd. Not there yet: installs and asks nothing, and says so.

use std::time::Duration;

use super::{Definition, ServiceError, State};

/// What is missing.
const NOT_YET: ServiceError =
    ServiceError::NoManager { why: "this version of Labrelay does not manage a systemd unit" };

/// Would install the unit.
pub(super) fn install(_definition: &Definition) -> Result<(), ServiceError> {
    Err(NOT_YET)
}

/// Would remove the unit.
pub fn uninstall() -> Result<(), ServiceError> {
    Err(NOT_YET)
}

/// Would start the unit.
pub fn start() -> Result<(), ServiceError> {
    Err(NOT_YET)
}

/// Would stop the unit.
pub fn stop() -> Result<(), ServiceError> {
    Err(NOT_YET)
}

/// Would ask for the unit's state.
pub fn state() -> Result<State, ServiceError> {
    Err(NOT_YET)
}

/// What a running service tells systemd: nothing yet.
#[derive(Debug, Clone)]
pub struct Manager;

impl Manager {
    /// The manager that has started this process.
    pub fn of_this_process() -> Self {
        Self
    }

    /// The service is on its way, and at this step.
    pub fn starting(&self, _step: &str) {}

    /// The service works.
    pub fn ready(&self) {}

    /// The service still works.
    pub fn alive(&self) {}

    /// The service is at its end's work.
    pub fn stopping(&self) {}

    /// How often systemd wants to hear `alive`.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        None
    }
}
