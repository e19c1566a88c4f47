//! An account of its own: one that owns nothing, may enter nothing, and is nobody's.

use std::io;

use rustix::process::{Signal, geteuid, set_parent_process_death_signal};
use rustix::thread::{Gid, Uid, set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use crate::core_dump;
use crate::sandbox::Hold;

/// Number of the workers' user and group. From the range that Debian's policy (9.2.2) reserves and systemd leaves alone (its
/// `DynamicUser` ends at 65519), and not 65534, which file servers and containers use for "nobody".
const WORKER: u32 = 65_533;

/// Leaves root. A service that does not run as root has no other account to go to.
pub(super) fn leave() -> Hold {
    if !geteuid().is_root() {
        return Hold::NotPermitted;
    }
    if change().is_ok() { Hold::InForce } else { Hold::Missing }
}

fn change() -> io::Result<()> {
    let (user, group) = (Uid::from_raw(WORKER), Gid::from_raw(WORKER));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    // The change of account has taken both back.
    core_dump::forbid()?;
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}
