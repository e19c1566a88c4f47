//! The whole way: the fixtures, read by the host under Wine, end as the same rows in the lake as those of this system's host.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use labrelay_tests::site::{Programs, SERIAL, Site, fixture_inputs, repository};
use serde_json::Value;

use super::accepting;
use crate::check::python_reader;
use crate::demo::process::output_of;

/// What the rows of each table say, in order, without what tells two runs apart.
type Rows = BTreeMap<String, Vec<String>>;

/// Three runs: all of this system, the host of Windows, host and receiver of Windows. Their lakes have to agree.
pub(super) fn run(windows: &Programs) -> anyhow::Result<()> {
    let linux = Programs::of_this_system();
    let here = rows_of_a_run(&linux, "")?;
    ensure!(!here.is_empty(), "nothing reached the lake");
    let host = Programs { receiver: linux.receiver, ..windows.clone() };
    for (what, programs) in [("host", &host), ("host and receiver", windows)] {
        let there = rows_of_a_run(programs, &accepting())?;
        for table in here.keys().chain(there.keys()) {
            ensure!(here.get(table) == there.get(table), "{table}: other rows with {what} of Windows");
        }
        println!("{what} under Wine: the same rows in {} tables as on Linux", here.len());
    }
    Ok(())
}

fn rows_of_a_run(programs: &Programs, configuration: &str) -> anyhow::Result<Rows> {
    let mut site = Site::of(programs);
    site.host.config.more = configuration.to_owned();
    site.receiver.add_manifests();
    site.enrol(&[SERIAL]);
    let mut files = 0;
    for (family, _) in &programs.plugins {
        for (case, input) in fixture_inputs(family) {
            let name = input.file_name().context("a fixture without a name")?.to_string_lossy().into_owned();
            site.put(family, &input, &format!("{case}-{name}"));
            files += 1;
        }
    }
    site.start();
    site.wait_for_units(files);
    site.host.kill();
    let rows = rows(&site.receiver.lake(), site.receiver.rows())?;
    site.receiver.kill();
    Ok(rows)
}

/// Read by a reader that is not ours; where it is missing, only counted.
fn rows(lake: &Path, counted: u64) -> anyhow::Result<Rows> {
    let python = match python_reader()? {
        Ok(python) => python,
        Err(missing) => {
            println!("what the rows say: SKIPPED, they are only counted: {missing}");
            return Ok(Rows::from([("all".to_owned(), vec![counted.to_string()])]));
        }
    };
    let printed = output_of(Command::new(python).arg(repository().join("tests/lake_rows.py")).arg(lake))?;
    let mut rows = Rows::new();
    let mut table = String::new();
    for line in printed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).context("tests/lake_rows.py printed no JSON")?;
        match line.get("fields") {
            Some(fields) => rows.entry(table.clone()).or_default().push(fields.to_string()),
            None => table = line.to_string(),
        }
    }
    rows.values_mut().for_each(|rows| rows.sort());
    ensure!(
        rows.values().map(Vec::len).sum::<usize>() as u64 == counted,
        "the reader sees other rows than the receiver"
    );
    Ok(rows)
}
