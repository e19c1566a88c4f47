//! Makes "running" mean running: each thread and task of the service says which step it begins, and when one has been at a
//! step for longer than that can take, the process ends, so that the service manager starts it again.
//!
//! Mends nothing, and judges no result: a step that fails has ended too.

mod step;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use labrelay_os::service::{self, Manager};

pub(crate) use step::Step;

use crate::event::{self, Event};
use crate::exit::Failure;

/// How often is looked. Bounds are minutes, so this adds little; and it costs nothing to speak of.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Whom it watches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watchdog(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    /// Time that has passed while this watched: neither a suspended PC nor a debugger makes anyone late.
    now: Duration,
    last_id: u64,
    tasks: BTreeMap<u64, Task>,
    stopping: bool,
}

#[derive(Debug)]
struct Task {
    who: String,
    step: Step,
    until: Duration,
}

/// Who is late, with what.
#[derive(Debug, PartialEq, Eq)]
struct Late {
    who: String,
    step: Step,
}

impl Watchdog {
    /// Watches `who`, which begins with `step`.
    pub(crate) fn watch(&self, who: impl Into<String>, step: Step) -> Pulse {
        let mut watched = self.watched();
        watched.last_id += 1;
        let (id, until) = (watched.last_id, watched.now + step.bound());
        if !watched.stopping {
            watched.tasks.insert(id, Task { who: who.into(), step, until });
        }
        Pulse { id, watchdog: self.clone() }
    }

    /// From now on only the end itself is watched: whoever is at work may finish, and is not waited for.
    pub(crate) fn stopping(&self) {
        let mut watched = self.watched();
        let until = watched.now + Step::Stop.bound();
        watched.tasks.clear();
        watched.tasks.insert(0, Task { who: "its end".into(), step: Step::Stop, until });
        watched.stopping = true;
    }

    /// Begins to look, and to tell `manager` that the service is alive. The thread ends with the process.
    pub(crate) fn start(&self, manager: Manager) {
        let every = manager.watchdog_interval().map_or(LOOK_EVERY, |wanted| LOOK_EVERY.min(wanted / 2));
        let watchdog = self.clone();
        std::thread::spawn(move || {
            loop {
                let slept = Instant::now();
                std::thread::sleep(every);
                match watchdog.look(slept.elapsed().min(2 * every)) {
                    None => manager.alive(),
                    Some(late) => end(&late),
                }
            }
        });
    }

    /// Who is late, now that more time has passed.
    fn look(&self, passed: Duration) -> Option<Late> {
        let mut watched = self.watched();
        watched.now += passed;
        let late = watched.tasks.values().find(|task| task.until < watched.now)?;
        Some(Late { who: late.who.clone(), step: late.step })
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the process, without waiting for whoever is stuck.
fn end(late: &Late) -> ! {
    let Late { who, step } = late;
    let bound = step.bound().as_secs();
    event::tell(Event::Watchdog, who, &format_args!("It was to {step}, which takes {bound} s at most."));
    // An end that was asked for stays one, however long it takes; nothing is lost by ending it.
    service::end_now(if *step == Step::Stop { 0 } else { Failure::Watchdog as u8 })
}

/// What one thread or task says of itself. It is watched until this is dropped.
#[derive(Debug)]
pub(crate) struct Pulse {
    id: u64,
    watchdog: Watchdog,
}

impl Pulse {
    /// What it was at has ended, and this begins.
    pub(crate) fn begin(&self, step: Step) {
        let mut watched = self.watchdog.watched();
        let until = watched.now + step.bound();
        if let Some(task) = watched.tasks.get_mut(&self.id) {
            (task.step, task.until) = (step, until);
        }
    }

    /// There is nothing more to do, and nothing to watch.
    pub(crate) fn end(&self) {
        self.watchdog.watched().tasks.remove(&self.id);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        } else if let Some(task) = self.watchdog.watched().tasks.get_mut(&self.id) {
            task.until = Duration::ZERO; // nobody does its work any more
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn whoever_is_longer_at_a_step_than_it_can_take_is_late_and_not_before() {
        let watchdog = Watchdog::default();
        let (slow, quick) = (watchdog.watch("slow", Step::Spool), watchdog.watch("quick", Step::Spool));
        assert_eq!(watchdog.look(Step::Spool.bound()), None);
        quick.begin(Step::Spool);
        assert_eq!(watchdog.look(SECOND), Some(Late { who: "slow".into(), step: Step::Spool }));
        slow.begin(Step::Pause(SECOND));
        assert_eq!(watchdog.look(SECOND), None);
        drop((slow, quick));
        assert_eq!(watchdog.look(24 * 3600 * SECOND), None, "nobody is left");
    }

    #[test]
    fn a_thread_that_panics_is_late_at_once() {
        let watchdog = Watchdog::default();
        let pulse = watchdog.watch("a family", Step::Spool);
        let panicked = std::thread::spawn(move || {
            let _pulse = pulse;
            panic!("a mistake");
        });
        panicked.join().unwrap_err();
        assert_eq!(watchdog.look(SECOND).unwrap().who, "a family");
    }

    #[test]
    fn at_the_end_nobody_is_watched_but_the_end() {
        let watchdog = Watchdog::default();
        let pulse = watchdog.watch("a family", Step::Spool);
        watchdog.stopping();
        pulse.begin(Step::Spool);
        let late = watchdog.watch("a latecomer", Step::Spool);
        assert_eq!(watchdog.look(Step::Stop.bound()), None);
        assert_eq!(watchdog.look(SECOND).unwrap().step, Step::Stop);
        drop((pulse, late));
    }

    const IN_A_PROCESS_OF_ITS_OWN: &str = "LABRELAY_TEST_WATCHDOG";
    const SELF: &str = "watchdog::tests::a_process_with_a_thread_that_stands_still_ends_with_its_own_code";

    /// The thread that stands still holds the lock of standard output, so that an orderly end would wait for it.
    #[test]
    fn a_process_with_a_thread_that_stands_still_ends_with_its_own_code() {
        if std::env::var_os(IN_A_PROCESS_OF_ITS_OWN).is_some() {
            let watchdog = Watchdog::default();
            watchdog.start(Manager::of_this_process());
            let _held = std::io::stdout().lock();
            let _pulse = watchdog.watch("a family", Step::Test);
            loop {
                std::thread::park();
            }
        }
        let begun = Instant::now();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", SELF, "--nocapture"])
            .env(IN_A_PROCESS_OF_ITS_OWN, "1")
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(Failure::Watchdog as i32), "{status}");
        assert!(begun.elapsed() < 12 * LOOK_EVERY, "it took {:?}", begun.elapsed());
    }
}
