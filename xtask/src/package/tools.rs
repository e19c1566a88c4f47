//! The tools that packages are made with, all of them in Debian, and how they are called.

use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::windows::toolchain::starts;

/// Program, an argument that makes it only say something, and the Debian package that brings it.
const TOOLS: [(&str, &str, &str); 4] = [
    ("wixl", "--version", "wixl"),
    ("msiinfo", "--version", "msitools"), // and msibuild
    ("makensis", "-VERSION", "nsis"),
    ("osslsigncode", "--version", "osslsigncode"),
];

/// All of them are there.
pub(super) struct Tools(());

impl Tools {
    /// Looks for them; which Debian packages are missing if not all are there.
    pub(super) fn find() -> Result<Self, String> {
        let is_missing =
            |(program, argument, _): &&(&str, &str, _)| !starts(Command::new(program).arg(argument));
        let mut packages: Vec<&str> =
            TOOLS.iter().filter(is_missing).map(|(_, _, package)| *package).collect();
        packages.dedup();
        if packages.is_empty() {
            return Ok(Self(()));
        }
        Err(format!("missing tools: `apt-get install {}`", packages.join(" ")))
    }

    /// One of them, which shows no time zone of this machine.
    pub(super) fn command(&self, program: &'static str) -> Command {
        let mut command = Command::new(program);
        command.env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        command
    }

    /// Runs a tool to its end and gives what it prints; its complaints only if it fails.
    pub(super) fn run(&self, command: &mut Command) -> anyhow::Result<String> {
        let program = command.get_program().display().to_string();
        let output = command.output().with_context(|| format!("{program} could not be started"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaints = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} ended with {}: {complaints}{said}", output.status);
        Ok(said)
    }
}
