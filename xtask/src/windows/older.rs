//! A second compiler, older than the one that builds everything else: a plugin that it builds has to be loaded all the same.
//!
//! Debian 12 has two of its browsers' Rust. The older one can't be installed beside the newer; its packages are unpacked below
//! `target`, and nothing of the system is touched.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::toolchain::{FromSource, distribution, starts};
use crate::cargo::{repository, run};
use crate::shipped::System;

/// What it is called in reports.
pub(super) const NAME: &str = "rustc 1.85";
/// Compiler, its own libraries, the standard library with its sources, and LLVM; cargo is the newer one.
const PACKAGES: [&str; 5] = [
    "rustc-web=1.85*",
    "libstd-rust-web-1.85=1.85*",
    "libstd-rust-web-dev=1.85*",
    "rust-web-src=1.85*",
    "libllvm19",
];
/// Within the unpacked packages.
const LIBRARIES: [&str; 2] = ["usr/lib", "usr/lib/x86_64-linux-gnu"];
const STARTUP_OBJECTS: [&str; 2] = ["rsbegin.o", "rsend.o"];
const NO_CARGO: &str = "no cargo that builds the standard library: `apt-get install cargo-web`";
const MISSING: &str = "no second compiler: `apt-get download` does not give Rust 1.85 of Debian 12";

/// The older compiler, unpacked if it is not yet; what is missing where there is none.
pub(crate) fn toolchain() -> anyhow::Result<Result<FromSource, String>> {
    if !distribution("cargo").is_file() {
        return Ok(Err(NO_CARGO.to_owned()));
    }
    let folder = repository().join("target/rust-older");
    let rustc = folder.join("usr/bin/rustc");
    let libraries = std::env::join_paths(LIBRARIES.map(|inner| folder.join(inner)))?;
    let works = |rustc: &PathBuf, libraries: &OsString| {
        starts(Command::new(rustc).arg("--version").env("LD_LIBRARY_PATH", libraries))
    };
    if !works(&rustc, &libraries) {
        if !fetch(&folder)? {
            return Ok(Err(MISSING.to_owned()));
        }
        anyhow::ensure!(works(&rustc, &libraries), "{} was unpacked and can't be run", rustc.display());
    }
    make_startup_objects(&rustc, &libraries)?;
    Ok(Ok(FromSource { rustc, libraries: Some(libraries), folder: "windows-older" }))
}

/// What this version links at both ends of whatever it makes for Windows. They belong to its library for Windows, which nobody
/// packs, and cargo does not build them.
fn make_startup_objects(rustc: &Path, libraries: &OsStr) -> anyhow::Result<()> {
    let root = rustc.ancestors().nth(2).context("a compiler without a folder")?.join("lib/rustlib");
    let folder = root.join(System::Windows.triple()).join("lib");
    std::fs::create_dir_all(&folder)?;
    for name in STARTUP_OBJECTS {
        let source = root.join("src/rust/library/rtstartup").join(name).with_extension("rs");
        let mut command = Command::new(rustc);
        command.args(["--target", System::Windows.triple(), "--emit=obj", "-o"]).arg(folder.join(name));
        run(command.arg(source).env("LD_LIBRARY_PATH", libraries).env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

/// Whether the packages could be had.
fn fetch(folder: &Path) -> anyhow::Result<bool> {
    let packages = folder.join("packages");
    std::fs::create_dir_all(&packages)?;
    if !starts(Command::new("apt-get").arg("download").args(PACKAGES).current_dir(&packages)) {
        return Ok(false);
    }
    for entry in std::fs::read_dir(&packages).with_context(|| packages.display().to_string())? {
        run(Command::new("dpkg").arg("--extract").arg(entry?.path()).arg(folder))?;
    }
    std::fs::remove_dir_all(packages)?; // a hundred megabytes that nobody needs again
    Ok(true)
}
