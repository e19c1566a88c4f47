//! `cargo xtask fixtures`: writes the synthetic instrument files of `fixtures/` and what each case is about.
//!
//! The files follow the structure of real ones, and nothing in them is real. Goldens (`expected.ndjson`) are not
//! written here: they are what a person has read and found right, and a generator would only repeat a mistake.

mod beads;
mod case;
mod dxflex;
mod navios;

use case::Case;
pub(crate) use case::SERIAL;
pub(crate) use navios::lmd;

/// Writes `input/` and `case.yaml` of every case anew.
pub(crate) fn run() -> anyhow::Result<()> {
    let cases: Vec<Case> = navios::cases().into_iter().chain(dxflex::cases()).collect();
    for case in &cases {
        case.write()?;
    }
    println!("{} cases written; `cargo xtask test` compares them with their goldens", cases.len());
    Ok(())
}
