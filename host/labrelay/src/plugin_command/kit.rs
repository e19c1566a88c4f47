//! `labrelay plugin new|test`: prints what the kit (`host/kit`) does and finds. Checks nothing itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use labrelay_kit::scaffold::{self, Sdk};
use labrelay_kit::{Check, Options, Subject, Verdict};

use crate::cli::{PluginNewArgs, PluginTestArgs};
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};

/// Runs `labrelay plugin new`.
#[allow(clippy::print_stdout)]
pub(super) fn begin(args: &PluginNewArgs) -> anyhow::Result<ExitCode> {
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(args.family.as_str()));
    let sdk = match &args.sdk {
        Some(checkout) => Sdk::At(std::path::absolute(checkout)?),
        None => {
            let program = std::env::current_exe().context("can't tell where this program lies")?;
            scaffold::checkout_of(&program).map_or(Sdk::Released, Sdk::At)
        }
    };
    let written = scaffold::write(&args.family, &folder, &sdk)?;
    written.iter().for_each(|file| println!("{}", file.display()));
    let folder = folder.display();
    println!("\nNext:\n  cd {folder}\n  cargo build\n  labrelay plugin test .");
    Ok(ExitCode::SUCCESS)
}

/// Runs `labrelay plugin test`.
#[allow(clippy::print_stdout)]
pub(super) fn test(args: &PluginTestArgs) -> anyhow::Result<ExitCode> {
    let mut subject =
        Subject::locate(&args.plugin, args.library.as_deref()).fail_as(Failure::Configuration)?;
    if let Some(path) = &args.config {
        let config = Config::read(path).fail_as(Failure::Configuration)?;
        subject.accept_missing = config.sandbox.accept_missing;
    }
    println!("{} {} ({})", subject.manifest.family(), subject.manifest.version(), subject.library.display());
    let report = labrelay_kit::test(&subject, &Options { keep: args.keep.clone() }, print);
    if let Some(file) = &args.junit {
        write(file, &report.to_junit()?)?;
    }
    if let Some(file) = &args.report {
        write(file, report.to_json().as_bytes())?;
    }
    println!("{}", if report.passed() { "PASS" } else { "FAIL: see the lines above" });
    Ok(if report.passed() { ExitCode::SUCCESS } else { Failure::Found.code() })
}

/// One line for a check, and its notes below.
#[allow(clippy::print_stdout)]
fn print(check: &Check) {
    let verdict = match check.verdict {
        Verdict::Passed => "ok  ",
        Verdict::Failed => "FAIL",
        Verdict::Skipped => "skip",
    };
    let figure = if check.figure.is_empty() { String::new() } else { format!(": {}", check.figure) };
    println!("{verdict} {:<12} {}{figure}", check.name, check.what);
    let notes = check.notes.iter().flat_map(|note| note.lines());
    notes.for_each(|line| println!("       {line}"));
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("can't write {}", file.display()))
}
