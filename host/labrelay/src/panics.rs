//! What a panic says: where, never what. Its message may quote the value that caused it, and standard error is
//! an exit like any other.

use std::panic::{self, PanicHookInfo};

/// From now on a panic in this process prints its place alone.
pub(crate) fn tell_no_content() {
    panic::set_hook(Box::new(tell_place));
}

#[allow(clippy::print_stderr)] // may come before logging, and in the worker, where nobody reads it
fn tell_place(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    match panic.location() {
        Some(place) => eprintln!("a mistake in labrelay at {place}, thread {thread}; please report it"),
        None => eprintln!("a mistake in labrelay, thread {thread}; please report it"),
    }
}
