//! What the demo's site declares: given by a file, or proposed from the input itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow};
use labrelay_manifest::Inventory;

use super::Options;
use super::family::Family;
use super::place::Place;
use super::process::output_of;
use crate::cargo::repository;

/// Where the inventory comes from.
pub(super) enum Source {
    /// A file that somebody has written.
    Given(PathBuf),
    /// Serial numbers found in the input: how many.
    Proposed(usize),
}

/// The demo's inventory.
pub(super) fn of(
    options: &Options,
    families: &[Family],
    labrelay: &Path,
    place: &Place,
) -> anyhow::Result<(Inventory, Source)> {
    let of_fixtures = options.input.is_empty().then(|| repository().join("fixtures/inventory.yaml"));
    if let Some(path) = options.inventory.clone().or(of_fixtures) {
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        return Ok((parse(&text).with_context(|| path.display().to_string())?, Source::Given(path)));
    }
    let mut all = Inventory::default();
    for family in families {
        all.serials.extend(propose(labrelay, family, place)?.serials);
    }
    let serials = all.serials.len();
    Ok((all, Source::Proposed(serials)))
}

fn propose(labrelay: &Path, family: &Family, place: &Place) -> anyhow::Result<Inventory> {
    let mut command = Command::new(labrelay);
    command.args(["inventory", "propose", "--family", &family.name]);
    command.arg("--plugins").arg(place.plugins()).arg("--manifests").arg(repository().join("manifests"));
    for folder in &family.folders {
        command.arg("--input").arg(folder);
    }
    parse(&output_of(&mut command)?).context("`labrelay inventory propose` printed no inventory")
}

fn parse(text: &[u8]) -> anyhow::Result<Inventory> {
    Inventory::parse(text).map_err(|errors| anyhow!("{errors}"))
}
