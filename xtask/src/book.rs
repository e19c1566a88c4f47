//! `cargo xtask book`: writes the manifest reference of the plugin authors' book from the schema, and checks that every link
//! of the book leads somewhere.
//!
//! The other chapters are written by hand. Pages are made by mdBook, which only a reader needs.

mod links;
mod reference;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::cargo::{repository, run as succeed};
use crate::check::Outcome;

fn folder() -> PathBuf {
    repository().join("docs/plugin-authors")
}

fn reference_file() -> PathBuf {
    folder().join("src/manifest-reference.md")
}

/// Writes the reference anew.
pub(crate) fn run() -> anyhow::Result<()> {
    let file = reference_file();
    std::fs::write(&file, reference::of(&labrelay_manifest::schema())?)
        .with_context(|| format!("can't write {}", file.display()))?;
    links::check(&folder().join("src"))?;
    println!("{} written; all links of the book lead somewhere", file.display());
    Ok(())
}

/// The reference says what the schema says, links lead somewhere, and mdBook, where it is, makes pages of it.
pub(crate) fn check() -> anyhow::Result<Outcome> {
    let file = reference_file();
    let written = std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let up_to_date = written == reference::of(&labrelay_manifest::schema())?;
    ensure!(up_to_date, "{} is not what the schema says: run `cargo xtask book`", file.display());
    links::check(&folder().join("src"))?;
    if Command::new("mdbook").arg("--version").output().is_err() {
        return Ok(Outcome::Skipped(
            "pages: no `mdbook` (cargo install mdbook --locked); the rest passed".into(),
        ));
    }
    let out = repository().join("target/book");
    succeed(Command::new("mdbook").arg("build").arg(folder()).arg("--dest-dir").arg(out))?;
    Ok(Outcome::Passed)
}
