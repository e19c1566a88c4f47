//! `cargo xtask reproducible`: builds the same sources in two folders, and compares byte by byte what ships of them.
//!
//! Before anything is signed: a signature holds a time.

mod compare;
mod elsewhere;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use elsewhere::Elsewhere;

use crate::cargo::{repository, run as succeed};
use crate::shipped::{Built, linux, repeatably};
use crate::windows::FURTHER_PLUGINS;
use crate::windows::toolchain::{Profile, Toolchain};

/// Removes debug information, which names folders, and which what ships has not.
const STRIP: &str = "x86_64-w64-mingw32-strip";

/// What to compare.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The build for Windows that is tested, with its dependencies built once, as CI has the time for, instead of what ships
    #[arg(long)]
    quick: bool,
}

/// Compares; an error that names each file which differs, and where.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options.quick {
        if let Err(missing) = quick()? {
            println!("reproducible: SKIPPED: {missing}");
        }
        return Ok(());
    }
    let elsewhere = Elsewhere::make(repository())?;
    let built = linux::build()?;
    same(&built, &linux::build_in(elsewhere.root(), &elsewhere.target("linux"))?)?;
    match Toolchain::find() {
        Ok(toolchain) => {
            let built = toolchain.build(Profile::Shipped, &[])?;
            let target = toolchain.folder(elsewhere.root());
            same(&built, &toolchain.build_in(elsewhere.root(), &target, Profile::Shipped, &[])?)
        }
        Err(missing) => {
            println!("reproducible: for Windows SKIPPED: {missing}");
            Ok(())
        }
    }
}

/// Compares builds for tests under Wine; inside, what is missing.
///
/// The copy has the dependencies of the first build, so both come from the same ones: that these are the same each time, and
/// how a folder with all of them is named, is for the long comparison.
pub(crate) fn quick() -> anyhow::Result<Result<(), String>> {
    let toolchain = match Toolchain::find() {
        Ok(toolchain) => toolchain,
        Err(missing) => return Ok(Err(missing)),
    };
    let built = toolchain.build(Profile::Test, &FURTHER_PLUGINS)?;
    let elsewhere = Elsewhere::make(repository())?;
    let target = toolchain.folder(elsewhere.root());
    elsewhere.take_dependencies(&toolchain.folder(repository()), &target)?;
    let again = toolchain.build_in(elsewhere.root(), &target, Profile::Test, &FURTHER_PLUGINS)?;
    for file in again.shipped() {
        ensure!(file.starts_with(elsewhere.root()), "{} was not built in the copy", file.display());
    }
    same(
        &stripped(&built, &elsewhere.root().join("first"))?,
        &stripped(&again, &elsewhere.root().join("second"))?,
    )?;
    Ok(Ok(()))
}

fn stripped(built: &Built, folder: &Path) -> anyhow::Result<Built> {
    std::fs::create_dir_all(folder)?;
    built.moved(|file| {
        let to = folder.join(file.file_name().context("a file without a name")?);
        let mut strip = Command::new(STRIP);
        repeatably(&mut strip); // or it writes the time into what it makes
        succeed(strip.arg("-o").arg(&to).arg(file))?;
        Ok(to)
    })
}

fn same(first: &Built, second: &Built) -> anyhow::Result<()> {
    let mut different = Vec::new();
    let pairs: Vec<(&Path, &Path)> = first.shipped().zip(second.shipped()).collect();
    ensure!(first.shipped().count() == second.shipped().count(), "one build made more files than the other");
    for (first, second) in &pairs {
        let name = PathBuf::from(first.file_name().context("a file without a name")?);
        ensure!(Some(name.as_os_str()) == second.file_name(), "one build has no {}", name.display());
        match compare::difference(&std::fs::read(first)?, &std::fs::read(second)?) {
            Some(difference) => different.push(format!("{}: {difference}", name.display())),
            None => println!("{:<28} the same from both folders", name.display()),
        }
    }
    ensure!(different.is_empty(), "two builds of the same sources differ: {}", different.join("; "));
    Ok(())
}
