//! Exit codes, as `docs/exit-codes.md` lists them. An error's own words go to standard error.

use std::fmt;
use std::process::ExitCode;

/// What kind of failure it was, for a script. 2 is a mistake on the command line, reported by `clap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 1: the command ran, and found something wrong: a difference, a failed check, a refused file.
    Found = 1,
    /// 3: the configuration, a manifest or an inventory is wrong.
    Configuration = 3,
    /// 4: the state folder can't be used: in use by another process, no rights, damaged.
    State = 4,
    /// 5: a plugin can't be used.
    Plugin = 5,
    /// 6: the service has ended itself, since a thread of it stood still.
    Watchdog = 6,
    /// 7: the service manager did not do what it was asked.
    ServiceManager = 7,
}

impl Failure {
    /// That of an error; 1 where nothing more is known.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        error.downcast_ref::<Marked>().map_or(Failure::Found, |marked| marked.0)
    }

    /// As the process's exit code.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Marks an error with the exit code it leads to.
#[derive(Debug)]
struct Marked(Failure);

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Failure::Found => "the command found something wrong",
            Failure::Configuration => "wrong configuration",
            Failure::State => "the state folder can't be used",
            Failure::Plugin => "a plugin can't be used",
            Failure::Watchdog => "a thread stood still",
            Failure::ServiceManager => "the service manager did not do it",
        })
    }
}

/// Gives a failure its exit code.
pub(crate) trait FailAs<T> {
    /// The same result; an error leads to `failure`'s exit code.
    fn fail_as(self, failure: Failure) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> FailAs<T> for Result<T, E> {
    fn fail_as(self, failure: Failure) -> anyhow::Result<T> {
        self.map_err(|error| error.into().context(Marked(failure)))
    }
}

/// Tells the person what went wrong, and the script by the exit code; 1 where nothing more is known.
#[allow(clippy::print_stderr)] // the last word of a command-line program
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  {cause}");
    }
    Failure::of(error).code()
}
