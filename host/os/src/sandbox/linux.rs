//! Linux: limits, a group and an empty network, an account of its own, Landlock and two seccomp filters, in this order.
//!
//! Each later part takes away what the earlier ones needed. What a part can't have is noted, and the next is tried.

mod account;
mod calls;
mod files;
mod group;
mod libraries;
mod limits;
mod network;

use std::fs::File;
use std::io;

use super::{Confinement, Hold, Part};

/// Confines this process, in which `library` is the only file that can still be opened. To be called before anything of
/// the library runs, and while the process has one thread: most parts bind a thread, not a process.
pub fn confine(library: &File) -> Confinement {
    let mut confinement = Confinement::none();
    if !is_alone() {
        return confinement;
    }
    libraries::load_ahead();
    confinement.set(Part::Group, group::enter()); // before files can't be written any more
    confinement.set(Part::Limits, held(limits::set()));
    confinement.set(Part::Network, network::leave());
    confinement.set(Part::Account, account::leave());
    confinement.set(Part::NoNewPrivileges, held(rustix::thread::set_no_new_privs(true)));
    confinement.set(Part::Files, held(files::forbid(library)));
    confinement.set(Part::SystemCalls, held(calls::allow_loading()));
    confinement
}

/// Once the library is loaded: nothing is opened any more, and no memory becomes executable.
pub fn confine_further(confinement: &Confinement) -> io::Result<()> {
    match confinement.hold(Part::SystemCalls) {
        Hold::InForce => calls::allow_running(),
        Hold::NotPermitted | Hold::Missing => Ok(()),
    }
}

fn held<E>(done: Result<(), E>) -> Hold {
    if done.is_ok() { Hold::InForce } else { Hold::Missing }
}

/// Whether this process has one thread.
fn is_alone() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1)
}
