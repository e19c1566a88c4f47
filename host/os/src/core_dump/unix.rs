//! Core dumps off on Unix: no size for one, and a process that is not dumpable.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core dumps of this process. To be called first of all, in every process of ours: `exec` takes half of it back.
///
/// The limit alone is not enough: Linux ignores it where dumps go to a program, as to `systemd-coredump`. Being not
/// dumpable holds there as well, and keeps other processes of the same account from reading our memory.
pub fn forbid() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Whether this process is sure to leave no core dump.
pub fn is_forbidden() -> bool {
    let limit = rustix::process::getrlimit(Resource::Core);
    let dumpable = rustix::process::dumpable_behavior();
    limit.current == Some(0) && matches!(dumpable, Ok(DumpableBehavior::NotDumpable))
}
