//! Programs and plugins for Windows: which there are, and where cargo says it put them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::cargo::repository;

/// The programs, each the only one of its package that ships. The receiver's last: it is not installed at a site.
const PROGRAMS: [&str; 3] = ["labrelay", "labrelay-worker", "labrelay-receiver"];

/// How the names of the families' libraries begin, and those of all of ours.
const PLUGIN: &str = "labrelay_plugin_";
const OURS: &str = "labrelay_";

/// What was built.
pub(crate) struct Built {
    /// The host's program and that of its workers.
    pub(crate) programs: Vec<PathBuf>,
    /// The receiver's program.
    pub(crate) receiver: PathBuf,
    /// The families' plugins.
    pub(crate) plugins: Vec<PathBuf>,
    /// Further plugins that were asked for.
    pub(crate) others: Vec<PathBuf>,
}

impl Built {
    /// The packages of programs and plugins.
    pub(super) fn packages() -> anyhow::Result<Vec<String>> {
        Ok(PROGRAMS.map(str::to_owned).into_iter().chain(plugin_packages()?).collect())
    }

    /// Runs a `cargo build` and listens to where it puts things.
    pub(super) fn by(command: &mut Command) -> anyhow::Result<Self> {
        Self::of_messages(&messages(command)?)
    }

    fn of_messages(messages: &[Value]) -> anyhow::Result<Self> {
        let files = |ending| messages.iter().filter_map(move |message| file(message, ending));
        let [host, worker, receiver] = PROGRAMS.map(|name| {
            let Some((_, path)) = files(".exe").find(|(target, _)| *target == name) else {
                bail!("cargo build made no program {name}");
            };
            Ok(path)
        });
        let (plugins, others): (Vec<_>, Vec<_>) = files(".dll")
            .filter(|(target, _)| target.starts_with(OURS))
            .partition(|(target, _)| target.starts_with(PLUGIN));
        let paths = |found: Vec<(&str, PathBuf)>| found.into_iter().map(|(_, path)| path).collect();
        let built = Self {
            programs: vec![host?, worker?],
            receiver: receiver?,
            plugins: paths(plugins),
            others: paths(others),
        };
        ensure!(!built.plugins.is_empty(), "cargo build made no plugin");
        Ok(built)
    }

    /// What ships.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = &Path> {
        self.programs.iter().chain([&self.receiver]).chain(&self.plugins).map(PathBuf::as_path)
    }
}

/// The packages of the families' plugins.
pub(super) fn plugin_packages() -> anyhow::Result<Vec<String>> {
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(repository().join("plugins"))? {
        packages.push(format!("labrelay-plugin-{}", entry?.file_name().to_string_lossy()));
    }
    packages.sort();
    Ok(packages)
}

/// Runs a `cargo build` of plugins alone.
pub(super) fn plugins_by(command: &mut Command) -> anyhow::Result<Vec<PathBuf>> {
    let messages = messages(command)?;
    let plugins = messages.iter().filter_map(|message| file(message, ".dll"));
    let plugins: Vec<PathBuf> =
        plugins.filter(|(target, _)| target.starts_with(PLUGIN)).map(|(_, path)| path).collect();
    ensure!(!plugins.is_empty(), "cargo build made no plugin");
    Ok(plugins)
}

fn messages(command: &mut Command) -> anyhow::Result<Vec<Value>> {
    command.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = command.output().context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo build for Windows ended with {}", output.status);
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).context("cargo printed something else than JSON")).collect()
}

/// What a target is called, and its file of this kind.
fn file<'a>(message: &'a Value, ending: &str) -> Option<(&'a str, PathBuf)> {
    let name = message.pointer("/target/name")?.as_str()?;
    let mut files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
    Some((name, files.find(|file| file.ends_with(ending))?.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn programs_and_plugins_are_told_from_all_else_that_is_built() {
        let made = |name: &str, file: &str| json!({"target": {"name": name}, "filenames": [file, "a.pdb"]});
        let mut messages = vec![
            made("labrelay-worker", "w.exe"),
            made("labrelay-forging-worker", "f.exe"),
            made("labrelay_plugin_a", "a.dll"),
            made("labrelay_bench_lines", "b.dll"),
            made("serde", "libserde.rlib"),
            json!({"reason": "build-finished"}),
            made("labrelay", "l.exe"),
        ];
        assert!(
            Built::of_messages(&messages).is_err_and(|why| why.to_string().contains("labrelay-receiver"))
        );
        messages.push(made("labrelay-receiver", "r.exe"));
        let built = Built::of_messages(&messages).unwrap();
        assert_eq!(built.shipped().collect::<Vec<_>>(), ["l.exe", "w.exe", "r.exe", "a.dll"].map(Path::new));
        assert_eq!(built.others, [PathBuf::from("b.dll")]);
    }
}
