//! What ships for Linux, built by the Rust that runs this.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Built, System, release};
use crate::cargo::{cargo, repository};

/// Builds programs and plugins as a release has them, of this repository.
pub(crate) fn build() -> anyhow::Result<Built> {
    build_in(repository(), &folder())
}

/// Where that is built.
pub(crate) fn folder() -> PathBuf {
    repository().join("target/linux")
}

/// The same of a copy of the repository in `root`, into `target`.
pub(crate) fn build_in(root: &Path, target: &Path) -> anyhow::Result<Built> {
    let mut commands = Built::groups()?.map(|packages| command(root, target, &packages));
    Built::by(&mut commands, System::Linux)
}

/// Has cargo build a group of packages.
pub(crate) fn command(root: &Path, target: &Path, packages: &[String]) -> Command {
    let mut command = cargo(&["build", "--target", System::Linux.triple()]);
    command.current_dir(root).env("CARGO_TARGET_DIR", target);
    packages.iter().for_each(|package| _ = command.args(["--package", package]));
    release(&mut command, System::Linux, target, None);
    command
}
