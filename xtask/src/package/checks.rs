//! `cargo xtask package --check`: a package of a development build with a throw-away signature, and whatever of it can be tried
//! here: its tables, its signatures, its other files, and under Wine its installation.

mod contents;
mod documents;
mod installation;
mod signatures;
mod table;

use anyhow::ensure;

use super::identity::{Moment, Version};
use super::tools::Tools;
use super::{Made, Options, code, make, msi, throw_away};
use crate::cargo::repository;
use crate::check::Outcome;
use crate::windows::toolchain::{Profile, Toolchain};
use crate::windows::wine::Wine;

/// Makes a package beside a release's, and tries it; an error at the first thing that is wrong.
pub(super) fn run(options: &Options, toolchain: &Toolchain, tools: &Tools) -> anyhow::Result<Outcome> {
    let code = code(options, toolchain, Profile::Test)?;
    let folder = repository().join("target/package-check");
    let signer = throw_away::signer(&folder.with_extension("authority"))?;
    let made = make(tools, &signer, &code, &folder)?;
    contents::check(tools, &made)?;
    signatures::check(tools, &signer, &made)?;
    documents::check(&made)?;
    the_same_again(tools, &made)?;
    match Wine::find() {
        Ok(wine) => installation::check(tools, toolchain, &wine, &made).map(|()| Outcome::Passed),
        Err(missing) => Ok(Outcome::Skipped(format!("nothing was installed: {missing}"))),
    }
}

/// Two makings of the MSI from the same files give the same bytes.
fn the_same_again(tools: &Tools, made: &Made) -> anyhow::Result<()> {
    let (version, moment) = (Version::of_workspace()?, Moment::of_commit()?);
    let unsigned = ["first.msi", "second.msi"].map(|name| made.folder.join(name));
    for to in &unsigned {
        msi::build(tools, &made.staged, &version, moment, to)?;
    }
    let [first, second] = unsigned.each_ref().map(std::fs::read);
    ensure!(first? == second?, "two makings of the MSI from the same files differ");
    unsigned.iter().try_for_each(std::fs::remove_file)?;
    println!("two makings of the MSI give the same bytes");
    Ok(())
}
