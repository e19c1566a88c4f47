//! A small file system in memory that a test can fill to the last byte. Needs root; who may not mount does without.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Mounted over a folder until it is dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts `megabytes` over the folder, which is emptied; `None` where that is not permitted.
    pub fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        let _ = std::fs::remove_dir_all(at);
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={megabytes}m,mode=0700");
        let mount = ["-t", "tmpfs", "-o", &size, "labrelay-test"];
        let mounted = Command::new("mount").args(mount).arg(at).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    /// Until not a byte is left.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        for block in [vec![1; 64 * 1024], vec![1; 1]] {
            while filler.write_all(&block).is_ok() {}
        }
    }

    /// Takes away what filled it.
    pub fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
