//! The host under Wine is killed again and again in the middle of its work: afterwards its spool is sound, and the lake holds
//! each row once.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use labrelay_tests::site::{Family, Programs, SERIAL, Site, repository, text_of};

use super::accepting;
use crate::check::python_reader;
use crate::shipped::Built;
use crate::soak::{self, FAMILY, Overwriting, Random, Struck, Writer};

/// Each costs some seconds to start anew.
const KILLS: u32 = 8;
/// What is written before each, as the soak's writer does it: files, logs that grow, renames.
const STEPS: u32 = 12;
/// After its first commit, the host is somewhere else in its work each time.
const LATER_EACH_TIME: Duration = Duration::from_millis(130);
/// Until the host has read and delivered all, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Chooses what is written: the same each time, so that a failure can be repeated.
const SEED: u64 = 6;

/// Skipped by name where the lake can't be read.
pub(super) fn run(windows: &Programs, built: &Built) -> anyhow::Result<()> {
    let python = match python_reader()? {
        Ok(python) => python,
        Err(missing) => {
            println!("the spool of a killed host: SKIPPED, the lake can't be read: {missing}");
            return Ok(());
        }
    };
    let mut site = site(windows, built)?;
    let mut writer = Writer::new(site.host.input(FAMILY), Random::new(SEED), Struck::default());
    site.receiver.start();
    site.host.config.url = site.receiver.url();
    let (mut half_done, mut before) = (0, 0);
    for kill in 1..=KILLS {
        site.host.start();
        for _ in 0..STEPS {
            writer.step(Overwriting::Forbidden)?;
        }
        site.host.wait_for("it reads", |status| status.units() > before);
        sleep(LATER_EACH_TIME * (kill - 1));
        site.host.kill();
        ensure_sound(&site)?;
        let read = site.host.status().units();
        half_done += u32::from(read > before && read < writer.oracle.units().all());
        before = read;
    }
    ensure!(half_done > 0, "the host never was in the middle of its work: this proves nothing");
    site.host.start();
    wait(&site, writer.oracle.units().all())?;
    let (rows, differences) = soak::settled(&python, &site.receiver.lake(), &site.host, &writer.oracle)?;
    ensure!(differences.is_none(), "killed {KILLS} times: {}", differences.line());
    site.host.kill();
    ensure_sound(&site)?;
    println!(
        "killed {KILLS} times, {half_done} of them with work half done, {rows} rows in the lake: {}",
        differences.line()
    );
    Ok(())
}

fn site(windows: &Programs, built: &Built) -> anyhow::Result<Site> {
    let mut site = Site::of(&Programs {
        receiver: Programs::of_this_system().receiver,
        plugins: Vec::new(),
        ..windows.clone()
    });
    let manifest = repository().join("tests/bench/lines/manifest.yaml");
    site.host.add_plugin(FAMILY, built.others.first().context("the soak's plugin was not built")?, &manifest);
    site.receiver.add_manifest_file(&manifest);
    let also = vec![("growing".to_owned(), "1h".to_owned())];
    site.host.config.families = vec![Family { settle: "300ms".into(), also, ..Family::new(FAMILY, "log") }];
    site.host.config.more = accepting();
    site.enrol(&[SERIAL]);
    Ok(site)
}

fn ensure_sound(site: &Site) -> anyhow::Result<()> {
    let output = site.host.run(&["spool", "verify"]);
    ensure!(output.status.success(), "the spool of a killed host: {}", text_of(&output));
    Ok(())
}

fn wait(site: &Site, units: u64) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let status = site.host.status();
        if status.units() >= units && status.waiting_batches() == 0 {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{units} units were written; after {PATIENCE:?} the host has {}",
            status.units()
        );
        sleep(LOOK_AGAIN);
    }
}
