//! A network of its own, in which there is no interface, not even loopback that is up.

#![allow(unsafe_code)]

use rustix::io::Errno;
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags, set_capabilities, unshare_unsafe};

use crate::sandbox::Hold;

/// Leaves the PC's network. Without root, by way of a user namespace, which some systems forbid.
pub(super) fn leave() -> Hold {
    match unshare(UnshareFlags::NEWNET) {
        Ok(()) => Hold::InForce,
        Err(Errno::PERM) => leave_as_user(),
        Err(_) => Hold::Missing,
    }
}

fn leave_as_user() -> Hold {
    // In a user namespace of its own a process has all capabilities, if over nothing: they are given up at once.
    match unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNET) {
        Ok(()) => give_up_capabilities(),
        Err(_) => Hold::NotPermitted,
    }
}

fn give_up_capabilities() -> Hold {
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    if set_capabilities(None, sets).is_ok() { Hold::InForce } else { Hold::Missing }
}

fn unshare(flags: UnshareFlags) -> Result<(), Errno> {
    // SAFETY: namespaces only; what other threads rely on (`FILES`) stays shared.
    unsafe { unshare_unsafe(flags) }
}
