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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const IN_A_PROCESS_OF_ITS_OWN: &str = "LABRELAY_TEST_PANICS";

    /// Hooks belong to a process, so the panic happens in a second one.
    #[test]
    fn a_panic_tells_its_place_and_not_its_message() {
        if std::env::var_os(IN_A_PROCESS_OF_ITS_OWN).is_some() {
            tell_no_content();
            panic!("the value was Jane Doe");
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "panics::tests::a_panic_tells_its_place_and_not_its_message", "--nocapture"])
            .env(IN_A_PROCESS_OF_ITS_OWN, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(said.contains("a mistake in labrelay at host/labrelay/src/panics.rs:"), "{said}");
        assert!(!said.contains("Jane"), "{said}");
    }
}
