//! What a process and its children use, from `/proc`: proportional memory, processor time, wake-ups.

use std::fs::{read_dir, read_to_string};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// How often memory is looked at; one look costs some tens of microseconds.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Length of a tick in `/proc/PID/stat`, the same on every Linux that we know.
const TICKS_A_SECOND: f64 = 100.0;

/// A process and all below it: the host with its workers.
#[derive(Clone, Copy)]
pub(super) struct Tree(pub(super) u32);

impl Tree {
    /// Proportional memory of all processes together in MB (10^6 bytes). What vanishes meanwhile counts nothing.
    pub(super) fn memory_mb(self) -> f64 {
        self.processes().into_iter().map(proportional_kib).sum::<u64>() as f64 * 1024.0 / 1e6
    }

    /// Processor time since their start in seconds, to a hundredth of one.
    pub(super) fn processor_s(self) -> f64 {
        self.processes().into_iter().filter_map(ticks).sum::<u64>() as f64 / TICKS_A_SECOND
    }

    /// Processor time of the threads that still live, in seconds, exactly.
    pub(super) fn threads_s(self) -> f64 {
        let spent = |task: PathBuf| read_to_string(task.join("schedstat")).ok();
        let spent =
            self.tasks().filter_map(spent).filter_map(|text| text.split(' ').next()?.parse::<u64>().ok());
        spent.sum::<u64>() as f64 / 1e9
    }

    /// How often their threads have gone to sleep, and so have been woken.
    pub(super) fn wakeups(self) -> u64 {
        let sleeps = |task: PathBuf| {
            let status = read_to_string(task.join("status")).ok()?;
            status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?
                .trim()
                .parse::<u64>()
                .ok()
        };
        self.tasks().filter_map(sleeps).sum::<u64>()
    }

    fn processes(self) -> Vec<u32> {
        let mut all = vec![self.0];
        for task in tasks(self.0) {
            let children = read_to_string(task.join("children")).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|id| id.parse().ok());
            all.extend(children.flat_map(|child| Tree(child).processes()));
        }
        all
    }

    fn tasks(self) -> impl Iterator<Item = PathBuf> {
        self.processes().into_iter().flat_map(tasks)
    }
}

fn tasks(process: u32) -> Vec<PathBuf> {
    let entries = read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn proportional_kib(process: u32) -> u64 {
    let text = read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let size = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    size.and_then(|size| size.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// In user and in system mode: the 14th and 15th word, of which the second is a name in brackets.
fn ticks(process: u32) -> Option<u64> {
    let text = read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    Some(words.next()?.parse::<u64>().ok()? + words.next()?.parse::<u64>().ok()?)
}

/// Watches the memory of a tree until it is asked for the peak.
pub(super) struct MemoryWatch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<f64>,
}

impl MemoryWatch {
    /// Begins to watch.
    pub(super) fn start(tree: Tree) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = spawn(move || {
            let mut peak = 0.0_f64;
            while !told.load(Ordering::Relaxed) {
                peak = peak.max(tree.memory_mb());
                sleep(LOOK_EVERY);
            }
            peak
        });
        Self { stop, thread }
    }

    /// The most that was seen, in MB.
    pub(super) fn peak_mb(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_uses_memory_and_time() {
        let this = Tree(std::process::id());
        let watch = MemoryWatch::start(this);
        while this.processor_s() == 0.0 {
            std::hint::black_box(vec![1; 1000]);
        }
        assert!((0.1..10_000.0).contains(&this.memory_mb()));
        assert!(this.threads_s() > 0.0);
        assert!(watch.peak_mb() > 0.1);
    }

    #[test]
    fn a_child_belongs_to_the_tree_of_its_parent() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert!(Tree(std::process::id()).processes().contains(&child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
