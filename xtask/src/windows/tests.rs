//! What is run under Wine: the crates that differ between systems, and the installed host with its plugins in confined workers.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::staged::{MISSING_IN_WINE, Site, cases};
use super::toolchain::{TARGET, Toolchain};
use super::wine::{Prefix, Wine};
use crate::cargo::run as succeed;

/// Crates whose tests run there: what differs between systems, and workers with hostile plugins.
const CRATES: [&str; 2] = ["labrelay-os", "labrelay-worker"];
/// Families whose fixtures are replayed.
const FAMILIES: [&str; 2] = ["navios", "dxflex"];
/// The part of the sandbox that Wine has and can tell of.
const IN_FORCE_IN_WINE: &str = "restricted_token";
/// Until a service under Wine has started its workers.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Runs all of it; an error at the first that fails.
pub(super) fn run(toolchain: &Toolchain, wine: &Wine, built: &[PathBuf]) -> anyhow::Result<()> {
    let prefix = wine.begin(toolchain)?;
    unit_tests(toolchain, &prefix)?;
    let site = Site::install(prefix.folder().join("drive_c/labrelay"), built)?;
    nothing_runs_unaccepted(&prefix, &site)?;
    for family in FAMILIES {
        replays_give_the_same_bytes(&prefix, &site, family)?;
    }
    status_and_audit_log_tell_what_is_missing(&prefix, &site)?;
    super::service::check(&prefix, &site)?;
    println!("windows: all passed; not tested, since Wine lacks it: {}", MISSING_IN_WINE.join(", "));
    Ok(())
}

fn unit_tests(toolchain: &Toolchain, prefix: &Prefix<'_>) -> anyhow::Result<()> {
    let mut command = toolchain.cargo("test");
    for name in CRATES {
        command.args(["--package", name]);
    }
    command.args(["--lib", "--tests", "--no-fail-fast"]);
    prefix.put_into(&mut command);
    let runner = format!("CARGO_TARGET_{}_RUNNER", TARGET.to_ascii_uppercase().replace('-', "_"));
    command.env(runner, prefix.runner()).env("LABRELAY_TEST_ACCEPT_MISSING", MISSING_IN_WINE.join(" "));
    succeed(&mut command)
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
fn replays_give_the_same_bytes(prefix: &Prefix<'_>, site: &Site, family: &str) -> anyhow::Result<()> {
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
