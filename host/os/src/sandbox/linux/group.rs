//! A control group of the worker's own: what it takes of memory and processors counts together, and the instrument comes first.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::Hold;
use crate::group;

/// Most memory in bytes, with what the system keeps for the worker: as much as its address space.
const MEMORY_BYTES: &str = "536870912";
/// Share of the processors while others want them too: a tenth of what an ordinary process gets (100).
const PROCESSOR_SHARE: &str = "10";
/// Processes and threads: itself.
const PROCESSES: &str = "1";

/// Enters a group of its own, where systemd has delegated one to the service.
pub(super) fn enter() -> Hold {
    match group::make_own() {
        Ok(None) => Hold::NotPermitted,
        Ok(Some(group)) => match limit(&group).and_then(|limited| group::enter(&group).map(|()| limited)) {
            Ok(hold) => hold,
            Err(_) => Hold::Missing,
        },
        Err(_) => Hold::Missing,
    }
}

/// Sets what can be limited; not permitted counts what was not delegated.
fn limit(group: &Path) -> io::Result<Hold> {
    let limits = [("memory.max", MEMORY_BYTES), ("cpu.weight", PROCESSOR_SHARE), ("pids.max", PROCESSES)];
    let mut hold = Hold::InForce;
    for (file, limit) in limits {
        match OpenOptions::new().write(true).open(group.join(file)) {
            Ok(mut file) => file.write_all(limit.as_bytes())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => hold = Hold::NotPermitted,
            Err(error) => return Err(error),
        }
    }
    Ok(hold)
}
