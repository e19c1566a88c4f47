//! Which processes another one has started, and an end for one of them. Linux alone.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// Ends a child of this process without a word; `false` if it has none.
pub(super) fn kill_a_child(parent: u32) -> bool {
    let child = children(parent).into_iter().next().and_then(Pid::from_raw);
    child.is_some_and(|child| kill_process(child, Signal::KILL).is_ok())
}

/// Any thread may have started it.
fn children(parent: u32) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let lists =
        threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_child_is_found_and_ended() {
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let of_ours = children(std::process::id());
        assert!(of_ours.contains(&i32::try_from(child.id()).unwrap()));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }
}
