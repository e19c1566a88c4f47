//! A bill of materials (CycloneDX 1.5, JSON) for each program and plugin: every crate that is linked into it.
//!
//! Made from what cargo says, not by `cargo-cyclonedx`: that writes a file beside every `Cargo.toml`, and the folders of the
//! machine that it ran on into each. Lists crates; neither Rust's own library nor the C library of Windows.

mod document;
mod tree;

use std::path::Path;

use anyhow::Context as _;
use document::{Crates, document};
use tree::Tree;

use super::identity::Moment;
use super::stage::Staged;

/// Writes one for each file that is code.
pub(super) fn write(folder: &Path, staged: &[Staged], moment: Moment) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let code: Vec<&Staged> = staged.iter().filter(|file| file.is_code()).collect();
    let packages: Vec<String> = code.iter().map(|file| package(file)).collect();
    let (tree, crates) = (Tree::of(&packages)?, Crates::known()?);
    for (file, package) in code.iter().zip(&packages) {
        let linked = tree.below(package).with_context(|| format!("cargo knows no package {package}"))?;
        let document = document(file, &linked, &crates, moment)?;
        let to = folder.join(format!("{}.cdx.json", last(&file.name)));
        std::fs::write(to, serde_json::to_string_pretty(&document)? + "\n")?;
    }
    Ok(())
}

/// The package that a program or plugin is built from.
fn package(file: &Staged) -> String {
    let name = last(&file.name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace('_', "-")
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
