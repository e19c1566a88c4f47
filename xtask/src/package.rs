//! `cargo xtask package`: what a laboratory installs on Windows, made on another system: signed programs, the MSI, `setup.exe`,
//! a bill of materials for each program, and checksums. `--check` makes them with a throw-away signature and tries them.
//!
//! Skipped with what is missing where the tools are. Publishes nothing. docs/packaging.md describes what it makes.

mod checks;
mod checksums;
mod identity;
mod msi;
mod sbom;
mod setup;
mod signing;
mod stage;
mod throw_away;
mod tools;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use identity::{Moment, Version};
use signing::Signer;
use stage::{Code, Staged};
use tools::Tools;

use crate::cargo::repository;
use crate::check::Outcome;
use crate::shipped::traces;
use crate::windows::toolchain::{Profile, Toolchain};

/// What to do.
#[derive(Args)]
pub(crate) struct Options {
    /// Package a development build: quicker, larger, for tests alone
    #[arg(long)]
    debug_build: bool,
    /// Package the programs and plugins in this folder instead of building them: who signs need not be who builds
    #[arg(long, value_name = "DIR", conflicts_with = "debug_build")]
    built: Option<PathBuf>,
    /// Sign with an authority that is made for this and trusted nowhere, instead of the certificate in the environment
    #[arg(long)]
    test_signature: bool,
    /// Package a development build with a throw-away signature, and try everything that can be tried here
    #[arg(long)]
    check: bool,
}

/// Makes the package, or checks the making.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let job = if options.check { checks::run } else { release };
    if let Outcome::Skipped(missing) = with_tools(options, job)? {
        println!("package: SKIPPED, not everything was done: {missing}");
    }
    Ok(())
}

/// The check `package` of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Outcome> {
    let options = Options { debug_build: true, built: None, test_signature: true, check: true };
    with_tools(&options, checks::run)
}

/// What is done with the tools, or which are missing.
type Job = fn(&Options, &Toolchain, &Tools) -> anyhow::Result<Outcome>;

fn with_tools(options: &Options, job: Job) -> anyhow::Result<Outcome> {
    match (Toolchain::find(), Tools::find()) {
        (Ok(toolchain), Ok(tools)) => job(options, &toolchain, &tools),
        (Err(missing), _) | (_, Err(missing)) => Ok(Outcome::Skipped(missing)),
    }
}

fn release(options: &Options, toolchain: &Toolchain, tools: &Tools) -> anyhow::Result<Outcome> {
    let folder = repository().join("target/package");
    let signer = match options.test_signature {
        true => throw_away::signer(&folder.with_extension("authority"))?,
        false => Signer::from_environment()?,
    };
    let profile = if options.debug_build { Profile::Test } else { Profile::Shipped };
    let code = code(options, toolchain, profile)?;
    let made = make(tools, &signer, &code, &folder)?;
    if options.test_signature {
        println!(
            "SIGNED FOR TESTS: nobody trusts the authority of these signatures; give them to no laboratory"
        );
    }
    println!("{} is made, with {} files in it", made.msi.display(), made.staged.len());
    Ok(Outcome::Passed)
}

/// Builds, unless that was done before.
fn code(options: &Options, toolchain: &Toolchain, profile: Profile) -> anyhow::Result<Code> {
    if let Some(folder) = &options.built {
        return Code::of_folder(folder);
    }
    let built = toolchain.build(profile, &[])?;
    if profile == Profile::Shipped {
        traces::check(&built)?;
    }
    Ok(built.into())
}

/// A package as it was made.
struct Made {
    folder: PathBuf,
    staged: Vec<Staged>,
    msi: PathBuf,
    setup: PathBuf,
}

/// Makes everything anew in `folder`.
fn make(tools: &Tools, signer: &Signer, code: &Code, folder: &Path) -> anyhow::Result<Made> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    std::fs::create_dir_all(folder)?;
    let (version, moment) = (Version::of_workspace()?, Moment::of_commit()?);
    let staged = stage::fill(&folder.join("files"), code, tools, signer, moment)?;
    let name = |kind: &str| folder.join(format!("Labrelay-{version}-x64{kind}"));
    let (msi, setup) = (name(".msi"), name("-setup.exe"));
    msi::build(tools, &staged, &version, moment, &msi)?;
    signer.sign(tools, &msi)?;
    setup::build(tools, &msi, &version, &setup)?;
    signer.sign(tools, &setup)?;
    sbom::write(&folder.join("sbom"), &staged, moment)?;
    checksums::write(folder)?;
    Ok(Made { folder: folder.to_owned(), staged, msi, setup })
}
