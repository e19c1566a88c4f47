//! The signal to stop, shared by all threads of the service.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Tells threads to stop, and lets them sleep until then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Tells everyone to stop.
    pub(crate) fn set(&self) {
        let (flag, bell) = &*self.0;
        *flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
    }

    /// Whether to stop.
    pub(crate) fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps for `time`, or shorter when told to stop. Returns whether to stop.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let (flag, bell) = &*self.0;
        let guard = flag.lock().unwrap_or_else(PoisonError::into_inner);
        match bell.wait_timeout_while(guard, time, |stop| !*stop) {
            Ok((stop, _)) => *stop,
            Err(poisoned) => *poisoned.into_inner().0,
        }
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
}
