//! `cargo xtask windows`: builds host and plugins for Windows on another system, looks at what they import, and with
//! `--test` runs under Wine what Wine can run.
//!
//! Skipped with what is missing where the tools are. The receiver isn't built: it is a region's server, and runs on Linux.

mod imports;
pub(crate) mod staged;
mod tests;
pub(crate) mod toolchain;
pub(crate) mod wine;

use std::path::{Path, PathBuf};

use clap::Args;
use toolchain::Toolchain;
use wine::Wine;

use crate::cargo::repository;

/// What to do.
#[derive(Args)]
pub(crate) struct Options {
    /// Run the tests of a development build under Wine, instead of building a release
    #[arg(long)]
    test: bool,
}

/// Builds, reports, and tests if it was asked for.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    match (Toolchain::find(), options.test.then(Wine::find).transpose()) {
        (Ok(toolchain), Ok(wine)) => build_and_test(&toolchain, wine),
        (Err(missing), _) | (_, Err(missing)) => {
            println!("windows: SKIPPED, nothing was built or run: {missing}");
            Ok(())
        }
    }
}

fn build_and_test(toolchain: &Toolchain, wine: Option<Wine>) -> anyhow::Result<()> {
    let built = toolchain.build(wine.is_none())?;
    report(toolchain, &built)?;
    match wine {
        Some(wine) => tests::run(toolchain, &wine, &built),
        None => Ok(()),
    }
}

/// Sizes, and that nothing is imported which is not part of Windows.
fn report(toolchain: &Toolchain, built: &[PathBuf]) -> anyhow::Result<()> {
    for file in built {
        let imported = imports::of(&toolchain.objdump(), file)?;
        let mebibytes = std::fs::metadata(file)?.len() as f64 / f64::from(1 << 20);
        println!("{:<28} {mebibytes:>6.1} MiB  imports {}", name(file), imported.join(", "));
        imports::check(file, &imported)?;
    }
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Families that have a plugin here.
fn plugin_packages() -> anyhow::Result<Vec<String>> {
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(repository().join("plugins"))? {
        packages.push(format!("labrelay-plugin-{}", entry?.file_name().to_string_lossy()));
    }
    packages.sort();
    Ok(packages)
}
