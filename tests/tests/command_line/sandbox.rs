//! How a plugin is held shows in `status`, and in the audit log what the site lets be missing.

use std::fs;
use std::path::{Path, PathBuf};

use labrelay_tests::site::{SOON, Site, fixture, text_of, wait_until};

#[test]
fn status_says_which_parts_hold_each_plugin() {
    let site = Site::running();
    let status = site
        .host
        .wait_for("the plugin was asked", |status| status.0["families"]["navios"]["sandbox"].is_object());
    let sandbox = &status.0["families"]["navios"]["sandbox"];
    assert!(sandbox["in_force"].as_array().is_some_and(|parts| parts.len() > 3), "{sandbox}");
    let said = text_of(&site.host.run(&["status"]));
    assert!(said.contains("sandbox"), "{said}");
}

/// A control group that is delegated as systemd does it, with the controllers that the system still has for it.
struct Group(PathBuf);

impl Group {
    /// `None`, said aloud, where the test may not make one, or where all controllers are bound to groups of version 1.
    fn delegated() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let root =
            mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4));
        let root = root.map(Path::new).filter(|root| {
            let there = fs::read_to_string(root.join("cgroup.controllers")).unwrap_or_default();
            there.split_whitespace().any(|name| name == "pids")
        });
        let made = root.and_then(|root| {
            fs::write(root.join("cgroup.subtree_control"), "+pids").ok()?;
            let _ = fs::write(root.join("cgroup.subtree_control"), "+cpu");
            let _ = fs::write(root.join("cgroup.subtree_control"), "+memory");
            let group = root.join(format!("labrelay-test-{}", std::process::id()));
            fs::create_dir(&group).ok()?;
            rustix::fs::setxattr(&group, "user.delegate", b"1", rustix::fs::XattrFlags::empty()).ok()?;
            Some(Self(group))
        });
        if made.is_none() {
            labrelay_tests::skipped(
                "no control group of version 2 can be made here: workers' groups not looked at",
            );
        }
        made
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let inner = fs::read_dir(&self.0).into_iter().flatten().flatten();
        inner.filter(|entry| entry.path().is_dir()).for_each(|group| drop(fs::remove_dir(group.path())));
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn under_a_delegated_group_each_worker_has_its_own() {
    let Some(group) = Group::delegated() else { return };
    let mut site = Site::new();
    site.host.config.group = Some(group.0.clone());
    site.start();
    site.put("navios", &fixture("navios/bead-qc"), "one.lmd");
    site.wait_for_units(1);
    let worker = wait_until("a worker is in a group of its own", SOON, || {
        let groups = fs::read_dir(&group.0).unwrap().flatten().map(|entry| entry.path());
        let mut workers =
            groups.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("worker-"));
        workers.find(|worker| !fs::read_to_string(worker.join("cgroup.procs")).unwrap_or_default().is_empty())
    });
    let limit = |file: &str| fs::read_to_string(worker.join(file)).map(|limit| limit.trim().to_owned());
    assert_eq!(limit("pids.max").unwrap(), "1");
    for (file, expected) in [("cpu.weight", "10"), ("memory.max", "536870912")] {
        match limit(file) {
            Ok(limit) => assert_eq!(limit, expected, "{file}"),
            Err(_) => labrelay_tests::skipped(&format!("{file} can't be had here")),
        }
    }
    let host = fs::read_to_string(format!("/proc/{}/cgroup", site.host.pid())).unwrap();
    assert!(host.contains("/host\n"), "{host}");
    site.host.stop();
}
