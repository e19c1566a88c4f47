//! `labrelay canary`: plants marked identifiers at every input of a site of its own, lets the real service run over
//! them, and searches every exit for them.
//!
//! Judges nothing by itself: an exit is clean if the search finds no mark there, and would have found one.

mod capture;
mod exits;
mod service;
mod site;
mod tables;

use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, bail};
pub(crate) use capture::run as service;
use labrelay_kit::canary::{Marks, Search};
use labrelay_model::FamilyName;

use self::exits::Exit;
use self::service::Service;
use self::site::Site;
use crate::cli::CanaryArgs;
use crate::exit::Failure;
use crate::families::Installation;
use crate::status::Status;

/// Marks that are named for each exit: to be looked for below the folder of `--keep`.
const MARKS_SHOWN: usize = 5;

/// Runs `labrelay canary`.
pub(crate) fn canary(args: &CanaryArgs) -> anyhow::Result<ExitCode> {
    let installation = Installation::locate(&args.install)?;
    let families = match &args.family {
        Some(family) => vec![family.clone()],
        None => installation.families()?,
    };
    let temporary = tempfile::tempdir().context("no temporary folder")?;
    let folder = std::path::absolute(args.keep.as_deref().unwrap_or(temporary.path()))?;
    let samples = args.samples.clone().unwrap_or_else(|| beside(&installation));
    let (mut site, mut marks) = (Site::new(&folder, &samples)?, Marks::default());
    for family in &families {
        site.add(&installation.family(family)?, &mut marks)?;
    }
    site.configure()?;
    let own_words = site.own_words()?;
    marks.adopt(site.local_names().iter().filter(|name| !own_words.contains(name.as_str())).cloned());
    let exits = run(&site, &families)?;
    report(&exits, &marks)
}

/// Samples lie beside the manifests, as in a development tree.
fn beside(installation: &Installation) -> PathBuf {
    installation.manifests.with_file_name("fixtures")
}

/// Lets the service run over everything, and collects what comes out of it.
fn run(site: &Site, families: &[FamilyName]) -> anyhow::Result<Vec<Exit>> {
    let mut service = Service::start(site)?;
    let status = service.wait(site, "reads its inputs", |status| {
        status.families.values().all(|family| family.idle) && units(status) >= site.files()
    })?;
    if status.spool.records == 0 {
        bail!("no record passed the gate, so nothing was shown; samples are needed: --samples DIR");
    }
    let mut exits = exits::commands(site, "running", &[&["spool", "peek", "--batches", "1000000"]])?;
    File::create(site.captured().join(capture::OPEN))?;
    service.wait(site, "sends what it has read", |status| status.spool.batches == 0)?;
    exits.extend(exits::uploads(site)?);
    exits.extend(exits::commands(
        site,
        "running",
        &[&["status"], &["status", "--json"], &["quarantine", "list"], &["check"]],
    )?);
    service.stop();
    exits.push(Exit::new("service log at trace level", std::fs::read(site.log())?));
    exits.push(exits::state(site)?);
    let export = site.captured().join("sent.ndjson");
    let into = export.to_str().context("the temporary folder has no plain name")?;
    exits.extend(exits::commands(
        site,
        "at rest",
        &[
            &["sent", "export", "--out", into],
            &["sent", "list"],
            &["status", "--json"],
            &["quarantine", "list", "--json"],
        ],
    )?);
    exits.push(Exit::new("sent export: the journal", std::fs::read(&export)?));
    for family in families {
        exits.extend([replay(site, family)?, gate(site, family)?]);
    }
    Ok(exits)
}

fn units(status: &Status) -> u64 {
    status.families.values().flat_map(|family| &family.ledger).map(|line| line.units).sum()
}

fn replay(site: &Site, family: &FamilyName) -> anyhow::Result<Exit> {
    let mut command = exits::this_program()?;
    command.args(["replay", "--as", "qc", "--family", family.as_str(), "--input"]).arg(site.input(family));
    command.arg("--inventory").arg(site.inventory());
    command.arg("--plugins").arg(site.plugins()).arg("--manifests").arg(site.manifests());
    command.env("LABRELAY_LOG", "trace");
    Ok(Exit::new(format!("replay --family {family}"), exits::printed(&mut command, Stdio::null())?))
}

fn gate(site: &Site, family: &FamilyName) -> anyhow::Result<Exit> {
    let mut command = exits::this_program()?;
    command.args(["gate", "--manifest"]).arg(site.manifests().join(format!("{family}.yaml")));
    command.arg("--inventory").arg(site.inventory());
    let records = File::open(site.records(family))?;
    Ok(Exit::new(format!("gate: verdicts on {family}"), exits::printed(&mut command, records.into())?))
}

/// One line for each exit, and the verdict.
#[allow(clippy::print_stdout)]
fn report(exits: &[Exit], marks: &Marks) -> anyhow::Result<ExitCode> {
    let search = Search::new(marks)?;
    let mut clean = true;
    for Exit { name, bytes } in exits {
        let (found, sees) = (search.found_in(bytes), search.sees(bytes, marks));
        let ok = found.is_empty() && sees;
        clean &= ok;
        println!(
            "{} {name}: {} lines, {} bytes, {} of {} marks; control: {} found",
            if ok { "ok  " } else { "FAIL" },
            bytes.iter().filter(|byte| **byte == b'\n').count(),
            bytes.len(),
            found.len(),
            search.total(),
            if sees { "all" } else { "NOT all" },
        );
        let found = found.into_iter().filter_map(|number| marks.all().get(number));
        found.take(MARKS_SHOWN).for_each(|mark| println!("     {mark}"));
    }
    println!("{}", if clean { "PASS: no planted identifier came out" } else { "FAIL: see the lines above" });
    Ok(if clean { ExitCode::SUCCESS } else { Failure::Found.code() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_at_one_exit_is_a_failure() {
        let mut marks = Marks::default();
        let (first, _) = (marks.make().unwrap(), marks.make().unwrap());
        let verdict = |text: String| {
            let exits = [Exit::new("clean", b"nothing".to_vec()), Exit::new("other", text.into_bytes())];
            format!("{:?}", report(&exits, &marks).unwrap())
        };
        assert_eq!(verdict("laser 12.5 mW".into()), format!("{:?}", ExitCode::SUCCESS));
        let reversed: String = first.chars().rev().collect();
        for leak in [first.clone(), format!("x{}x", first.to_uppercase()), reversed] {
            assert_eq!(verdict(leak), format!("{:?}", Failure::Found.code()));
        }
    }
}
