//! Core dumps off: the memory of this process holds lines that may name patients, and a dump would leave them on
//! the disk in the clear, where no key and no bound of ours reaches.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_forbidden_it_stays_so() {
        assert!(!is_forbidden(), "or this test shows nothing");
        forbid().unwrap();
        assert!(is_forbidden());
        let more = Rlimit { current: Some(1), maximum: Some(0) };
        assert!(setrlimit(Resource::Core, more).is_err(), "nothing above the hard limit");
    }
}
