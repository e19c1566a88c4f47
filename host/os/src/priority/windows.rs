//! The priority of a thread, which those that it starts do not inherit.

#![allow(unsafe_code)]

use std::io;

use windows_sys::Win32::System::Threading::{
    GetCurrentThread, SetThreadPriority, THREAD_PRIORITY_BELOW_NORMAL,
};

use crate::windows::succeeded;

/// One step below the others is enough: Windows gives a core to the highest priority that wants it, and lifts a thread that
/// has waited for seconds.
const BELOW_OTHERS: i32 = THREAD_PRIORITY_BELOW_NORMAL;

/// Lowers the priority of the calling thread.
pub fn lower() -> io::Result<()> {
    // SAFETY: the handle stands for the calling thread and needs no closing.
    succeeded(unsafe { SetThreadPriority(GetCurrentThread(), BELOW_OTHERS) })
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::System::Threading::GetThreadPriority;

    use super::*;

    fn priority() -> i32 {
        // SAFETY: as above.
        unsafe { GetThreadPriority(GetCurrentThread()) }
    }

    #[test]
    fn the_thread_yields_and_no_other() {
        let before = priority();
        let yielding = std::thread::spawn(|| lower().map(|()| priority()));
        assert_eq!(yielding.join().unwrap().unwrap(), BELOW_OTHERS);
        assert_eq!(priority(), before);
    }
}
