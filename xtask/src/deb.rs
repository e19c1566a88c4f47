//! `cargo xtask deb`: the Debian package of the host, its plugins and its unit, made by `cargo deb`; `--check` also looks into it
//! and installs, upgrades, removes and purges it in a copy of this system that is thrown away.
//!
//! Skipped with what is missing where the tools are. Publishes nothing.

mod contents;
mod life;
mod package;
mod scratch;

use clap::{Args, ValueEnum};
pub(crate) use life::{Life, run as run_life};

use crate::cargo::is_installed;
use crate::check::Outcome;

const NO_CARGO_DEB: &str = "cargo-deb is not installed: `cargo install cargo-deb --locked`";
const NO_DPKG: &str = "dpkg-deb is not installed: this is no Debian";

/// What to do.
#[derive(Args)]
pub(crate) struct Options {
    /// How programs and plugins are compiled
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// Look into the package, and try it in a copy of this system
    #[arg(long)]
    check: bool,
}

/// How programs and plugins are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// As a site gets them.
    Release,
    /// As the tests have them: quicker to build, larger.
    Dev,
}

/// Makes the package, and checks it if that was asked for.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(missing) = missing_tool() {
        println!("deb: SKIPPED, nothing was built: {missing}");
        return Ok(());
    }
    if options.check {
        if let Outcome::Skipped(missing) = check_package(options.profile)? {
            println!("deb: SKIPPED, not installed anywhere: {missing}");
        }
        return Ok(());
    }
    let package = package::make(options.profile, package::FIRST_REVISION)?;
    let mebibytes = std::fs::metadata(&package)?.len() as f64 / f64::from(1 << 20);
    println!("{} ({mebibytes:.1} MiB)", package.display());
    Ok(())
}

/// The check `deb` of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Outcome> {
    match missing_tool() {
        Some(missing) => Ok(Outcome::Skipped(missing.to_owned())),
        None => check_package(Profile::Dev),
    }
}

fn check_package(profile: Profile) -> anyhow::Result<Outcome> {
    let first = package::make(profile, package::FIRST_REVISION)?;
    contents::check(&first)?;
    let next = package::again(package::NEXT_REVISION)?;
    match scratch::missing() {
        Some(missing) => Ok(Outcome::Skipped(missing)),
        None => scratch::live(&first, &next),
    }
}

fn missing_tool() -> Option<&'static str> {
    let has_dpkg = std::process::Command::new("dpkg-deb").arg("--version").output().is_ok();
    match (is_installed("deb"), has_dpkg) {
        (false, _) => Some(NO_CARGO_DEB),
        (_, false) => Some(NO_DPKG),
        (true, true) => None,
    }
}
