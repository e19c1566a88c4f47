//! Control groups (cgroup v2) below the one that systemd has delegated to the service: one for the host, one for each worker.
//!
//! Where none is delegated nothing is done: no other group of the system is touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Groups;

/// How systemd marks what it has delegated (systemd.exec, "Control Group API", since 251).
const DELEGATED: [&str; 2] = ["user.delegate", "trusted.delegate"];
/// The group of the host itself: a group with groups below it holds no process.
const HOST: &str = "host";
/// How the groups of workers begin.
const WORKER: &str = "worker-";
/// What a worker is limited in.
const CONTROLLERS: [&str; 3] = ["cpu", "memory", "pids"];

/// Makes room for groups of workers, which enter them by themselves. Moves this process; to be called once, at the start.
pub fn make_room() -> io::Result<Groups> {
    let Some(own) = own_group().filter(|own| is_delegated(own)) else { return Ok(Groups::NotDelegated) };
    let host = own.join(HOST);
    match fs::create_dir(&host) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    enter(&host)?;
    let there = fs::read_to_string(own.join("cgroup.controllers"))?;
    let there = CONTROLLERS.iter().filter(|name| there.split_whitespace().any(|there| there == **name));
    let enabled: Vec<String> = there.map(|name| format!("+{name}")).collect();
    fs::write(own.join("cgroup.subtree_control"), enabled.join(" "))?;
    Ok(Groups::Delegated)
}

/// A new group for this worker, beside the host's; `None` where there is no room for one.
pub(crate) fn make_own() -> io::Result<Option<PathBuf>> {
    let Some(host) = own_group().filter(|own| own.file_name().is_some_and(|name| name == HOST)) else {
        return Ok(None);
    };
    let Some(service) = host.parent().filter(|service| is_delegated(service)) else { return Ok(None) };
    for ended in fs::read_dir(service)?.flatten() {
        if ended.file_name().to_string_lossy().starts_with(WORKER) {
            let _ = fs::remove_dir(ended.path()); // it stays as long as a process is in it
        }
    }
    let group = service.join(format!("{WORKER}{}", std::process::id()));
    fs::create_dir(&group)?;
    Ok(Some(group))
}

/// Moves this process into a group.
pub(crate) fn enter(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), std::process::id().to_string())
}

/// The folder of the group that this process is in.
fn own_group() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(mount_point()?.join(path))
}

/// Where the groups of version 2 are mounted.
fn mount_point() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let of_groups = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
    of_groups.split(' ').nth(4).map(PathBuf::from)
}

fn is_delegated(group: &Path) -> bool {
    let mut value = [0; 1];
    // A value that is longer than the mark is an error.
    let mut is_marked = |name: &str| match rustix::fs::getxattr(group, name, &mut value) {
        Ok(read) => value.get(..read) == Some(b"1".as_slice()),
        Err(_) => false,
    };
    DELEGATED.iter().any(|name| is_marked(name))
}
