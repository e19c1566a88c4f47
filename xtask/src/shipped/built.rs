//! Programs and plugins: which there are, and where cargo says it put them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use serde_json::Value;

use super::System;
use crate::cargo::{messages, plugins, program};

/// The programs, each the only one of its package that ships. The receiver's last: it is not installed at a site.
const PROGRAMS: [&str; 3] = ["labrelay", "labrelay-worker", "labrelay-receiver"];
/// How the names of plugin libraries begin, and those of all of ours.
const PLUGIN: &str = "labrelay_plugin_";
const OURS: &str = "labrelay_";

/// What was built.
pub(crate) struct Built {
    /// The host's program and that of its workers.
    pub(crate) programs: Vec<PathBuf>,
    /// The receiver's program.
    pub(crate) receiver: PathBuf,
    /// The plugins: of families, and the stock plugin.
    pub(crate) plugins: Vec<PathBuf>,
    /// Further plugins that were asked for.
    pub(crate) others: Vec<PathBuf>,
}

impl Built {
    /// The packages of programs and plugins, by who gets them. What ships is built group by group: cargo gives a library that
    /// two packages share all that either asks of it, and plugins have to be small.
    pub(crate) fn groups() -> anyhow::Result<[Vec<String>; 3]> {
        let [host, worker, receiver] = PROGRAMS.map(str::to_owned);
        Ok([vec![host, worker], plugin_packages()?, vec![receiver]])
    }

    /// Runs `cargo build`s for `system` and listens to where they put things.
    pub(crate) fn by(commands: &mut [Command], system: System) -> anyhow::Result<Self> {
        let messages = commands.iter_mut().map(messages).collect::<anyhow::Result<Vec<_>>>()?.concat();
        Self::of_messages(&messages, system)
    }

    fn of_messages(messages: &[Value], system: System) -> anyhow::Result<Self> {
        let [host, worker, receiver] = PROGRAMS.map(|name| program(messages, name));
        let mut ours: Vec<_> =
            libraries(messages, system).filter(|(target, _)| target.starts_with(OURS)).collect();
        ours.sort(); // cargo tells of them in the order in which they were done
        let (plugins, others): (Vec<_>, Vec<_>) =
            ours.into_iter().partition(|(target, _)| target.starts_with(PLUGIN));
        let [plugins, others] =
            [plugins, others].map(|found| found.into_iter().map(|(_, path)| path).collect::<Vec<_>>());
        ensure!(!plugins.is_empty(), "cargo build made no plugin");
        Ok(Self { programs: vec![host?, worker?], receiver: receiver?, plugins, others })
    }

    /// The same files elsewhere, where `to_where` has put them.
    pub(crate) fn moved(
        &self,
        mut to_where: impl FnMut(&Path) -> anyhow::Result<PathBuf>,
    ) -> anyhow::Result<Self> {
        let mut all =
            |files: &[PathBuf]| files.iter().map(|file| to_where(file)).collect::<anyhow::Result<Vec<_>>>();
        let (programs, plugins, others) = (all(&self.programs)?, all(&self.plugins)?, all(&self.others)?);
        Ok(Self { programs, receiver: to_where(&self.receiver)?, plugins, others })
    }

    /// What ships.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = &Path> {
        self.programs.iter().chain([&self.receiver]).chain(&self.plugins).map(PathBuf::as_path)
    }
}

/// The packages of the plugins.
pub(crate) fn plugin_packages() -> anyhow::Result<Vec<String>> {
    Ok(plugins()?.iter().map(|plugin| format!("labrelay-plugin-{plugin}")).collect())
}

/// Runs a `cargo build` of plugins alone.
pub(crate) fn plugins_by(command: &mut Command, system: System) -> anyhow::Result<Vec<PathBuf>> {
    let messages = messages(command)?;
    let plugins = libraries(&messages, system).filter(|(target, _)| target.starts_with(PLUGIN));
    let plugins: Vec<PathBuf> = plugins.map(|(_, path)| path).collect();
    ensure!(!plugins.is_empty(), "cargo build made no plugin");
    Ok(plugins)
}

/// Libraries that a program can load, with the names of their targets.
fn libraries(messages: &[Value], system: System) -> impl Iterator<Item = (&str, PathBuf)> {
    messages.iter().filter_map(move |message| {
        let name = message.pointer("/target/name")?.as_str()?;
        let mut files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
        Some((name, files.find(|file| file.ends_with(system.library_ending()))?.into()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn programs_and_plugins_are_told_from_all_else_that_is_built() {
        let program = |name: &str, file: &str| json!({"target": {"name": name}, "executable": file});
        let library =
            |name: &str, file: &str| json!({"target": {"name": name}, "filenames": ["a.pdb", file]});
        let mut messages = vec![
            program("labrelay-worker", "w.exe"),
            program("labrelay-forging-worker", "f.exe"),
            library("labrelay_plugin_a", "a.dll"),
            library("labrelay_bench_lines", "b.dll"),
            library("serde", "libserde.rlib"),
            library("std", "std.dll"),
            json!({"reason": "build-finished"}),
            json!({"target": {"name": "labrelay"}, "executable": null}),
            program("labrelay", "l.exe"),
        ];
        let missing = Built::of_messages(&messages, System::Windows);
        assert!(missing.is_err_and(|why| why.to_string().contains("labrelay-receiver")));
        messages.push(program("labrelay-receiver", "r.exe"));
        let built = Built::of_messages(&messages, System::Windows).unwrap();
        assert_eq!(built.shipped().collect::<Vec<_>>(), ["l.exe", "w.exe", "r.exe", "a.dll"].map(Path::new));
        assert_eq!(built.others, [PathBuf::from("b.dll")]);
    }
}
