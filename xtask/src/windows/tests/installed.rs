//! The installed host under Wine: it refuses what is not accepted, replays the fixtures, and tells what is missing.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::super::staged::{MISSING_IN_WINE, Site, cases, families};
use super::super::wine::Prefix;
use crate::cargo::run as succeed;

/// The part of the sandbox that Wine has and can tell of.
const IN_FORCE_IN_WINE: &str = "restricted_token";
/// Until a service under Wine has started its workers.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// All of it; an error at the first that fails.
pub(super) fn run(prefix: &Prefix<'_>, site: &Site) -> anyhow::Result<()> {
    nothing_runs_unaccepted(prefix, site)?;
    for family in families()? {
        replays_give_the_same_bytes(prefix, site, &family)?;
    }
    status_and_audit_log_tell_what_is_missing(prefix, site)
}

/// The sandbox fails closed: each part that Wine lacks keeps the plugin from being loaded, by its name.
fn nothing_runs_unaccepted(prefix: &Prefix<'_>, site: &Site) -> anyhow::Result<()> {
    let case = cases("navios")?.into_iter().next().context("no case of navios")?;
    let output = replay(prefix.program(site.program()), &case, &site.strict_configuration()).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success(), "a plugin ran although parts of the sandbox are missing");
    let unnamed: Vec<&str> = MISSING_IN_WINE.into_iter().filter(|part| !said.contains(part)).collect();
    ensure!(unnamed.is_empty(), "refused without naming {}: {said}", unnamed.join(", "));
    ensure!(!said.contains(IN_FORCE_IN_WINE), "{IN_FORCE_IN_WINE} is missing: {said}");
    println!("a plugin is refused while the site accepts nothing as missing");
    Ok(())
}

/// To the byte what the goldens say, with which `cargo xtask test fixtures` compares elsewhere.
pub(super) fn replays_give_the_same_bytes(
    prefix: &Prefix<'_>,
    site: &Site,
    family: &str,
) -> anyhow::Result<()> {
    let cases = cases(family)?;
    ensure!(!cases.is_empty(), "there is no case of {family}");
    let output = site.output();
    for case in &cases {
        let program = prefix.program(site.program());
        succeed(replay(program, case, &site.configuration()).arg("--out").arg(&output))?;
        let golden = std::fs::read(case.join("expected.ndjson"))?;
        ensure!(std::fs::read(&output)? == golden, "{}: other bytes than the golden", case.display());
    }
    println!("{family}: {} cases give the bytes of their goldens", cases.len());
    Ok(())
}

fn replay(mut program: Command, case: &Path, configuration: &Path) -> Command {
    program.args(["replay", "--case"]).arg(case).arg("--config").arg(configuration);
    program
}

/// The running service says which parts its plugins do without, and has noted it.
fn status_and_audit_log_tell_what_is_missing(prefix: &Prefix<'_>, site: &Site) -> anyhow::Result<()> {
    let mut service = prefix.program(site.program());
    service.arg("run").arg("--config").arg(site.configuration()).stderr(Stdio::null());
    let _service = Ending(service.spawn()?);
    let begun = Instant::now();
    let sandbox = loop {
        let mut status = prefix.program(site.program());
        let output = status.args(["status", "--json", "--config"]).arg(site.configuration()).output()?;
        let status: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        match status.pointer("/families/navios/sandbox") {
            Some(sandbox) if !sandbox.is_null() => break sandbox.clone(),
            _ if begun.elapsed() > PATIENCE => bail!("the service told nothing of its sandbox: {status}"),
            _ => std::thread::sleep(LOOK_AGAIN),
        }
    };
    let expected = serde_json::json!({"in_force": [IN_FORCE_IN_WINE], "accepted_missing": MISSING_IN_WINE});
    ensure!(sandbox == expected, "the status tells {sandbox}");
    let noted = site.audit_log()?;
    ensure!(MISSING_IN_WINE.iter().all(|part| noted.contains(part)), "the audit log tells {noted}");
    println!("status and audit log name what is missing");
    Ok(())
}

/// A process that ends with its owner.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
