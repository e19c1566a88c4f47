//! The nice value of a thread.

use std::io;

/// A thread at this nice value gets about a tenth of a core that others want as well, and all of an idle one:
/// it falls behind under load, but never stands still.
const NICE: i32 = 10;

/// Lowers the priority of the calling thread.
///
/// On Linux nice belongs to a thread and no id means the calling one; threads that it starts have the same.
pub fn lower() -> io::Result<()> {
    Ok(rustix::process::setpriority_process(None, NICE)?)
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
            lower().unwrap();
            (nice(), std::thread::spawn(nice).join().unwrap())
        });
        assert_eq!(yielding.join().unwrap(), (NICE, NICE));
        assert_eq!(nice(), before);
    }
}
