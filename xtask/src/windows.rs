//! `cargo xtask windows`: builds programs and plugins for Windows on another system, looks at their sizes and at what they
//! import, and with `--test` runs under Wine what Wine can run.
//!
//! Skipped with what is missing where the tools are.

mod imports;
pub(crate) mod older;
mod service;
pub(crate) mod session;
mod sizes;
pub(crate) mod staged;
mod tests;
pub(crate) mod toolchain;
pub(crate) mod wine;

use std::path::Path;

use clap::Args;
pub(crate) use tests::FURTHER_PLUGINS;
use toolchain::{Profile, Toolchain};
use wine::Wine;

use crate::shipped::{Built, traces};

/// What to do.
#[derive(Args)]
pub(crate) struct Options {
    /// Run tests under Wine, of a build for that, instead of building what ships
    #[arg(long)]
    test: bool,
}

/// Builds, reports, and tests if it was asked for.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let done = if options.test { test()? } else { release()? };
    if let Err(missing) = done {
        println!("windows: SKIPPED, nothing was built or run: {missing}");
    }
    Ok(())
}

/// Builds what ships and holds it against its bounds; inside, what is missing.
fn release() -> anyhow::Result<Result<(), String>> {
    let toolchain = match Toolchain::find() {
        Ok(toolchain) => toolchain,
        Err(missing) => return Ok(Err(missing)),
    };
    let built = toolchain.build(Profile::Shipped, &[])?;
    report(&toolchain, &built)?;
    traces::check(&built)?;
    sizes::check(&built)?;
    Ok(Ok(()))
}

/// Builds for tests and runs them under Wine; inside, what is missing.
pub(crate) fn test() -> anyhow::Result<Result<(), String>> {
    let (toolchain, wine) = match (Toolchain::find(), Wine::find()) {
        (Ok(toolchain), Ok(wine)) => (toolchain, wine),
        (Err(missing), _) | (_, Err(missing)) => return Ok(Err(missing)),
    };
    let built = toolchain.build(Profile::Test, &FURTHER_PLUGINS)?;
    report(&toolchain, &built)?;
    tests::run(&toolchain, &wine, &built)?;
    Ok(Ok(()))
}

/// Sizes, and that nothing is imported which is not part of Windows.
fn report(toolchain: &Toolchain, built: &Built) -> anyhow::Result<()> {
    for file in built.shipped() {
        let imported = imports::of(&toolchain.objdump(), file)?;
        println!("{:<28} {:>6.1} MB  imports {}", name(file), sizes::megabytes(file)?, imported.join(", "));
        imports::check(file, &imported)?;
    }
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
