//! Work that waits for better-paid work: lowers the priority of a thread. Sets nothing for the whole process.

/// A thread at this nice value gets about a tenth of a core that others want as well, and all of an idle one:
/// it falls behind under load, but never stands still.
const NICE: i32 = 10;

/// Lowers the priority of the calling thread, and of the threads that it starts from now on.
///
/// On Linux nice belongs to a thread and no id means the calling one. Where it can't be lowered, work goes on
/// as before: the system has no reason to refuse, and slower answers are no reason to stop.
pub(crate) fn yield_to_others() {
    if let Err(why) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%why, "a background thread keeps its full priority");
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn the_thread_and_those_it_starts_yield_and_no_other() {
        let nice = || getpriority_process(None).unwrap();
        let before = nice();
        let yielding = std::thread::spawn(move || {
            yield_to_others();
            (nice(), std::thread::spawn(nice).join().unwrap())
        });
        assert_eq!(yielding.join().unwrap(), (NICE, NICE));
        assert_eq!(nice(), before);
    }
}
