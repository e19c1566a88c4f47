//! Which crate is linked into which, for Windows and with the features of a package's build, as `cargo tree` tells.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};

use crate::cargo::cargo;
use crate::shipped::System;

/// A crate: its name and version.
pub(super) type Crate = (String, String);
/// Each crate with those that it is linked with.
pub(super) type Linked = BTreeMap<Crate, BTreeSet<Crate>>;

/// All that is linked into some packages.
pub(super) struct Tree(Linked);

impl Tree {
    /// Asks cargo about all packages at once, as they are built: features are those that any of them asks for.
    pub(super) fn of(packages: &[String]) -> anyhow::Result<Self> {
        let mut command = cargo(&[
            "tree",
            "--locked",
            "--target",
            System::Windows.triple(),
            "--edges",
            "normal,no-proc-macro",
        ]);
        command.args(["--prefix", "depth", "--format", " {p}"]);
        for package in packages {
            command.args(["--package", package]);
        }
        let output =
            command.stderr(std::process::Stdio::inherit()).output().context("cargo could not be started")?;
        ensure!(output.status.success(), "cargo tree ended with {}", output.status);
        Self::read(&String::from_utf8(output.stdout)?)
    }

    /// Reads lines such as `2 serde v1.0.0`; what stands below a crate is shown the first time alone.
    fn read(text: &str) -> anyhow::Result<Self> {
        let mut linked = Linked::new();
        let mut above: Vec<Crate> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split(' ');
            let depth = words.next().and_then(|depth| depth.parse::<usize>().ok());
            let (depth, name) =
                depth.zip(words.next()).with_context(|| format!("cargo tree says {line:?}"))?;
            let version = words.next().and_then(|version| version.strip_prefix('v'));
            let found =
                (name.to_owned(), version.with_context(|| format!("no version in {line:?}"))?.to_owned());
            ensure!(depth <= above.len(), "cargo tree skips a level before {line:?}");
            above.truncate(depth);
            if let Some(parent) = above.last() {
                linked.entry(parent.clone()).or_default().insert(found.clone());
            }
            linked.entry(found.clone()).or_default();
            above.push(found);
        }
        Ok(Self(linked))
    }

    /// What is linked into `package`, itself among it. `None` if there is no such package.
    pub(super) fn below(&self, package: &str) -> Option<Linked> {
        let root = self.0.keys().find(|(name, _)| name == package)?;
        let (mut below, mut waiting) = (Linked::new(), vec![root]);
        while let Some(next) = waiting.pop() {
            let inner = self.0.get(next)?;
            if below.insert(next.clone(), inner.clone()).is_none() {
                waiting.extend(inner);
            }
        }
        Some(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_has_what_is_below_it_and_no_more() {
        let text = "0 a v0.1.0 (/home/x/a)\n1 b v1.0.0\n2 c v2.0.0\n1 d v1.0.0\n\n0 e v0.1.0 (/home/x/e)\n1 b v1.0.0 (*)\n";
        let tree = Tree::read(text).unwrap();
        let names =
            |package| tree.below(package).unwrap().into_keys().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names("a"), ["a", "b", "c", "d"]);
        assert_eq!(names("e"), ["b", "c", "e"], "what is shown once belongs to both");
        assert!(tree.below("f").is_none());
        assert!(Tree::read("1 b v1.0.0").is_err() && Tree::read("words").is_err());
    }
}
