//! The wish to stop, shared by all threads and tasks of the service.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Tells threads and tasks to stop, and lets threads sleep until then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    flag: Mutex<bool>,
    bell: Condvar,
    for_tasks: watch::Sender<bool>,
}

/// One thread's reason to wake before its time. Kept until it has been heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call(Arc<AtomicBool>);

impl Stop {
    /// Tells everyone to stop.
    pub(crate) fn set(&self) {
        *self.0.flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.bell.notify_all();
        self.0.for_tasks.send_replace(true);
    }

    /// Whether to stop.
    pub(crate) fn is_set(&self) -> bool {
        *self.0.flag.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps for `time`, or shorter when told to stop. Returns whether to stop.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let guard = self.0.flag.lock().unwrap_or_else(PoisonError::into_inner);
        match self.0.bell.wait_timeout_while(guard, time, |stop| !*stop) {
            Ok((stop, _)) => *stop,
            Err(poisoned) => *poisoned.into_inner().0,
        }
    }

    /// Sleeps for `time`, or shorter when told to stop or called. Returns whether to stop.
    pub(crate) fn wait_for_call(&self, call: &Call, time: Duration) -> bool {
        let guard = self.0.flag.lock().unwrap_or_else(PoisonError::into_inner);
        let sleeps = |stop: &mut bool| !*stop && !call.0.swap(false, Ordering::AcqRel);
        match self.0.bell.wait_timeout_while(guard, time, sleeps) {
            Ok((stop, _)) => *stop,
            Err(poisoned) => *poisoned.into_inner().0,
        }
    }

    /// Wakes the thread that sleeps until `call`, or will the next time.
    pub(crate) fn call(&self, call: &Call) {
        let _guard = self.0.flag.lock().unwrap_or_else(PoisonError::into_inner); // else it might fall asleep just now
        call.0.store(true, Ordering::Release);
        self.0.bell.notify_all();
    }

    /// For tasks: turns true when told to stop.
    pub(crate) fn subscribe(&self) -> watch::Receiver<bool> {
        self.0.for_tasks.subscribe()
    }

    /// Ends when told to stop.
    pub(crate) async fn told(&self) {
        let _ = self.subscribe().wait_for(|&stop| stop).await; // fails only without a sender, which we hold
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn whoever_sleeps_wakes_at_once() {
        let stop = Stop::default();
        let sleeper = std::thread::spawn({
            let stop = stop.clone();
            move || stop.wait(Duration::from_secs(60))
        });
        assert!(!stop.wait(Duration::from_millis(1)));
        let told = Instant::now();
        stop.set();
        assert!(sleeper.join().unwrap());
        assert!(told.elapsed() < Duration::from_secs(30) && stop.is_set());
    }

    #[test]
    fn a_call_wakes_one_sleeper_whether_it_comes_before_or_while_it_sleeps() {
        let (stop, call) = (Stop::default(), Call::default());
        stop.call(&call);
        let long = Duration::from_secs(600);
        assert!(!stop.wait_for_call(&call, long));
        let sleeper = std::thread::spawn({
            let (stop, call) = (stop.clone(), call.clone());
            move || stop.wait_for_call(&call, long)
        });
        stop.call(&call);
        assert!(!sleeper.join().unwrap());
    }

    #[tokio::test]
    async fn a_task_is_told_whether_it_asks_before_or_after() {
        let stop = Stop::default();
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.told().await }
        });
        tokio::task::yield_now().await;
        stop.set();
        waiting.await.unwrap();
        stop.told().await;
        assert!(*stop.subscribe().borrow());
    }
}
