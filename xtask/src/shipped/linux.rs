//! What ships for Linux, built by the Rust that runs this.

use std::path::Path;

use super::{Built, System, release};
use crate::cargo::{cargo, repository};

/// Builds programs and plugins as a release has them, of this repository.
pub(crate) fn build() -> anyhow::Result<Built> {
    build_in(repository(), &repository().join("target/linux"))
}

/// The same of a copy of the repository in `root`, into `target`.
pub(crate) fn build_in(root: &Path, target: &Path) -> anyhow::Result<Built> {
    let mut command = cargo(&["build", "--target", System::Linux.triple()]);
    command.current_dir(root).env("CARGO_TARGET_DIR", target);
    for package in Built::packages()? {
        command.args(["--package", &package]);
    }
    release(&mut command, System::Linux, target, None);
    Built::by(&mut command, System::Linux)
}
