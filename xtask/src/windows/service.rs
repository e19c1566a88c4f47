//! The Windows service under Wine: installed, started, stopped, failing, killed and removed, by the commands that a lab's IT uses.
//!
//! Wine has no delayed start, no service accounts and no recovery: what it can't show is listed in `docs/windows-checks.md`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::session::Session;
use super::staged::Site;
use super::wine::Prefix;

/// Settings that Wine 8 does not have, as the command names them.
const MISSING_IN_WINE: [&str; 4] = [
    "delayed automatic start",
    "recovery after it ends with an error",
    "security identifier of its own",
    "required privileges",
];
/// Where the Event Viewer looks for the texts of events.
const SOURCE: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\Labrelay";
/// A cold start, from the command to *Running*, both processes included.
const START_WITHIN: Duration = Duration::from_secs(2);
/// Starts that are measured; the best counts, since other programs run on this PC too.
const STARTS: u32 = 3;
/// `docs/exit-codes.md`.
const BAD_CONFIGURATION: i64 = 3;
const SERVICE_MANAGER: i32 = 7;

/// The service's whole life.
pub(super) fn check(prefix: &Prefix<'_>, site: &Site) -> anyhow::Result<()> {
    let _session = Session::begin(prefix)?;
    let it = Service { prefix, site };
    ensure!(it.state()? == json!({"state": "not_installed"}), "there is a service already");
    it.is_installed_twice()?;
    it.runs_soon_and_stops()?;
    it.fails_with_its_code_on_a_bad_configuration()?;
    it.starts_again_when_it_was_killed()?;
    it.is_removed()
}

struct Service<'a> {
    prefix: &'a Prefix<'a>,
    site: &'a Site,
}

/// What a command printed, and its exit code.
struct Said {
    text: String,
    code: Option<i32>,
}

impl Service<'_> {
    /// The second time is an update. Both name what Wine lacks, and nothing else.
    fn is_installed_twice(&self) -> anyhow::Result<()> {
        for _ in 0..2 {
            let said = self.command(&["install"], Some(&self.site.configuration()))?.done()?;
            let lines: Vec<&str> =
                said.lines().filter(|line| line.contains("does not have the setting")).collect();
            let named = |setting: &&str| lines.iter().any(|line| line.contains(*setting));
            ensure!(MISSING_IN_WINE.iter().all(named), "not all that Wine lacks is named: {said}");
            ensure!(lines.len() == MISSING_IN_WINE.len(), "Wine has what is named as missing: {said}");
            ensure!(!said.contains("holds no texts"), "the program has no message table: {said}");
        }
        ensure!(self.state()? == json!({"state": "stopped"}), "it runs though nobody has started it");
        let source = self.registry()?;
        ensure!(source.text.contains("labrelay.exe"), "the event source is not registered: {}", source.text);
        println!(
            "service: installed, and once more; event source registered, texts of events found in the program"
        );
        Ok(())
    }

    fn runs_soon_and_stops(&self) -> anyhow::Result<()> {
        let mut best = Duration::MAX;
        for _ in 0..STARTS {
            let begun = Instant::now();
            self.command(&["start"], None)?.done()?;
            best = best.min(begun.elapsed());
            ensure!(self.state()? == json!({"state": "running"}), "it has started and does not run");
            self.answers()?;
            self.command(&["stop"], None)?.done()?;
            ensure!(self.state()? == json!({"state": "stopped"}), "it was stopped, and is not");
        }
        println!(
            "service: cold start to Running in {:.2} s, the best of {STARTS}; stopped with exit code 0",
            best.as_secs_f32()
        );
        ensure!(best <= START_WITHIN, "a cold start takes longer than {} s", START_WITHIN.as_secs());
        Ok(())
    }

    /// *Running* is no word alone: it answers.
    fn answers(&self) -> anyhow::Result<()> {
        let status = self.status()?;
        ensure!(status.get("running") == Some(&json!(true)), "nobody answers: {status}");
        Ok(())
    }

    fn fails_with_its_code_on_a_bad_configuration(&self) -> anyhow::Result<()> {
        let good = fs::read(self.site.configuration())?;
        fs::write(self.site.configuration(), "labrelay: 1\nno_such_key: 1\n")?;
        let started = self.command(&["start"], None);
        fs::write(self.site.configuration(), good)?;
        let started = started?;
        ensure!(started.code == Some(SERVICE_MANAGER), "a start that failed gave {:?}", started.code);
        ensure!(started.text.contains("exit code 3"), "the code is not told: {}", started.text);
        let state = self.state()?;
        ensure!(state == json!({"state": "failed", "exit_code": BAD_CONFIGURATION}), "the state is {state}");
        println!("service: a bad configuration ends the start with the service's own exit code 3");
        Ok(())
    }

    /// Whatever the service manager says then (Wine's does not look), it starts again over the same state.
    fn starts_again_when_it_was_killed(&self) -> anyhow::Result<()> {
        self.command(&["start"], None)?.done()?;
        let mut kill = self.prefix.program("taskkill");
        kill.args(["/f", "/im", "labrelay.exe"]);
        said(kill)?.done()?;
        ensure!(self.status()?.get("running") == Some(&json!(false)), "it was killed, and answers");
        let state = self.state()?;
        self.command(&["start"], None)?.done()?;
        self.answers()?;
        println!("service: killed (the manager then says {state}), it starts again");
        Ok(())
    }

    /// Also while it runs.
    fn is_removed(&self) -> anyhow::Result<()> {
        self.command(&["uninstall"], None)?.done()?;
        ensure!(self.state()? == json!({"state": "not_installed"}), "it was removed and is there");
        ensure!(self.registry()?.code != Some(0), "its event source is still registered");
        let again = self.command(&["start"], None)?;
        ensure!(again.text.contains("no service Labrelay is installed"), "{}", again.text);
        println!("service: removed with its event source");
        Ok(())
    }

    fn status(&self) -> anyhow::Result<Value> {
        let mut status = self.prefix.program(self.site.program());
        status.args(["status", "--json", "--config"]).arg(self.site.configuration());
        let said = said(status)?.done()?;
        serde_json::from_str(&said).with_context(|| format!("no status: {said}"))
    }

    fn state(&self) -> anyhow::Result<Value> {
        let said = self.command(&["status", "--json"], None)?;
        serde_json::from_str(&said.text).with_context(|| format!("no state: {}", said.text))
    }

    fn registry(&self) -> anyhow::Result<Said> {
        let mut query = self.prefix.program("reg");
        query.args(["query", SOURCE, "/v", "EventMessageFile"]);
        said(query)
    }

    fn command(&self, verb: &[&str], configuration: Option<&Path>) -> anyhow::Result<Said> {
        let mut command = self.prefix.program(self.site.program());
        command.arg("service").args(verb);
        if let Some(configuration) = configuration {
            command.arg("--config").arg(configuration);
        }
        said(command)
    }
}

fn said(mut command: Command) -> anyhow::Result<Said> {
    let output = command.output().context("Wine could not be started")?;
    let text = [output.stdout, output.stderr].concat();
    Ok(Said { text: String::from_utf8_lossy(&text).into_owned(), code: output.status.code() })
}

impl Said {
    /// What it printed, if it did what it was asked.
    fn done(self) -> anyhow::Result<String> {
        ensure!(self.code == Some(0), "exit code {:?}: {}", self.code, self.text);
        Ok(self.text)
    }
}
