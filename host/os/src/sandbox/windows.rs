//! Windows: a job, a restricted token at low integrity, an AppContainer without a capability, mitigation policies.
//!
//! The host starts a worker with all of it that the system gives ([`crate::process::start_worker`]); the worker then
//! measures what it runs in, before it loads anything. So a part that the system only seems to give counts as missing.

pub(crate) mod container;
pub(crate) mod job;
pub(crate) mod mitigations;
pub(crate) mod token;

use std::fs::File;
use std::io;

use super::{Confinement, Hold, Part};

/// Measures how this process is confined. The library's handle is not needed: nothing is opened up for it.
pub fn confine(_library: &File) -> Confinement {
    let mut confinement = Confinement::none();
    let measured = [
        (Part::Job, job::ends_with_host_and_alone()),
        (Part::Limits, job::is_limited()),
        (Part::RestrictedToken, token::is_restricted()),
        (Part::LowIntegrity, token::is_low()),
        (Part::AppContainer, token::is_in_container()),
        (Part::Mitigations, mitigations::are_in_force()),
    ];
    for (part, in_force) in measured {
        let in_force = in_force.unwrap_or(false); // what can't be measured is not relied on
        confinement.set(part, if in_force { Hold::InForce } else { Hold::Missing });
    }
    confinement
}

/// Once the library is loaded: nothing but the system's own libraries can be loaded any more.
pub fn confine_further(confinement: &Confinement) -> io::Result<()> {
    match confinement.hold(Part::Mitigations) {
        Hold::InForce => mitigations::take_system_libraries_alone(),
        Hold::NotPermitted | Hold::Missing => Ok(()),
    }
}
