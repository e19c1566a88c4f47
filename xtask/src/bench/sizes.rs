//! Sizes of the programs and plugins, as they are installed.

use std::path::Path;

use anyhow::Context;

use super::Bench;
use super::figure::Figure;

/// One figure for each.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let programs = [&bench.built.labrelay, &bench.built.receiver];
    programs.into_iter().chain(&bench.built.plugins).map(|file| size(file)).collect()
}

fn size(file: &Path) -> anyhow::Result<Figure> {
    let bytes = file.metadata().with_context(|| file.display().to_string())?.len();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(Figure::known(format!("size of `{name}`"), "MB", bytes as f64 / 1e6))
}
