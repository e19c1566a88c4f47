//! Runs cargo, and learns from cargo itself where it put what it built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::shipped;

/// The crate of the plugin that `cargo xtask bench` measures with.
const BENCH_PLUGIN: &str = "labrelay-bench-lines";

/// The repository's root, whatever folder the command was called from.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// `cargo ARGUMENTS…` in the repository; its output goes to the terminal.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(repository());
    // What `cargo run` told xtask about xtask: build scripts look at it, and `ring` and all above it would be
    // built anew whenever a command comes from xtask instead of the shell.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end; an error if it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("{program} could not be started"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}

/// Whether cargo knows `subcommand`.
pub(crate) fn is_installed(subcommand: &str) -> bool {
    cargo(&[subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// The programs and plugins of a development build.
pub(crate) struct Built {
    /// The host's program.
    pub(crate) labrelay: PathBuf,
    /// The receiver's program.
    pub(crate) receiver: PathBuf,
    /// Every plugin library.
    pub(crate) plugins: Vec<PathBuf>,
}

/// Builds programs and plugins as the tests do, and says where they are.
///
/// All of the workspace, so that a later `cargo test` finds the same libraries built with the same features.
pub(crate) fn build() -> anyhow::Result<Built> {
    artifacts(&messages(&mut cargo(&["build", "--workspace"]))?)
}

/// Builds programs and plugins as they ship, and the benchmark's own plugin likewise; says where they are.
pub(crate) fn build_release() -> anyhow::Result<(Built, PathBuf)> {
    let [host, mut plugins, receiver] = shipped::Built::groups()?;
    plugins.push(BENCH_PLUGIN.to_owned());
    let messages = shipped_messages(&[host, plugins, receiver])?;
    let is_it = |message: &&Value| text(message, "/target/name") == Some(&BENCH_PLUGIN.replace('-', "_"));
    let plugin =
        messages.iter().filter(is_it).filter_map(|message| text(message, "/filenames/0")).next_back();
    Ok((artifacts(&messages)?, plugin.context("cargo build made no plugin to measure with")?.into()))
}

/// Builds what a laboratory's PC gets, as it ships; says where the host's program and the plugins are. The worker's
/// program lies beside the host's.
pub(crate) fn build_host() -> anyhow::Result<(PathBuf, Vec<PathBuf>)> {
    let [host, plugins, _] = shipped::Built::groups()?;
    let messages = shipped_messages(&[host, plugins])?;
    Ok((program(&messages, "labrelay")?, plugins_of(&messages)?))
}

fn shipped_messages(groups: &[Vec<String>]) -> anyhow::Result<Vec<Value>> {
    let (root, target) = (repository(), shipped::linux::folder());
    let build = |packages: &Vec<String>| messages(&mut shipped::linux::command(root, &target, packages));
    Ok(groups.iter().map(build).collect::<anyhow::Result<Vec<_>>>()?.concat())
}

/// Names of the plugins here, in alphabetical order: of families, and the stock plugin.
pub(crate) fn plugins() -> anyhow::Result<Vec<String>> {
    names(&repository().join("plugins"), "")
}

/// Names of the families that have a manifest here, in alphabetical order.
pub(crate) fn families() -> anyhow::Result<Vec<String>> {
    names(&repository().join("manifests"), ".yaml")
}

fn names(folder: &Path, ending: &str) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(ending).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Runs a `cargo build` and gives what it says, message by message.
pub(crate) fn messages(command: &mut Command) -> anyhow::Result<Vec<Value>> {
    command.arg("--message-format=json-render-diagnostics");
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo build ended with {}", output.status);
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read = |line| serde_json::from_slice(line).context("cargo build printed something else than JSON");
    lines.map(read).collect()
}

fn artifacts(messages: &[Value]) -> anyhow::Result<Built> {
    Ok(Built {
        labrelay: program(messages, "labrelay")?,
        receiver: program(messages, "labrelay-receiver")?,
        plugins: plugins_of(messages)?,
    })
}

/// Where the program of this name was put.
pub(crate) fn program(messages: &[Value], name: &str) -> anyhow::Result<PathBuf> {
    let found = messages.iter().filter(|message| text(message, "/target/name") == Some(name));
    let Some(path) = found.filter_map(|message| text(message, "/executable")).next_back() else {
        bail!("cargo build made no program {name}");
    };
    Ok(path.into())
}

fn plugins_of(messages: &[Value]) -> anyhow::Result<Vec<PathBuf>> {
    let folder = repository().join("plugins");
    let is_plugin = |message: &&Value| {
        text(message, "/manifest_path").is_some_and(|path| Path::new(path).starts_with(&folder))
    };
    let files = messages.iter().filter(is_plugin).filter_map(|message| text(message, "/filenames/0"));
    let plugins: Vec<PathBuf> =
        files.filter(|file| file.ends_with(std::env::consts::DLL_SUFFIX)).map(PathBuf::from).collect();
    ensure!(!plugins.is_empty(), "cargo build made no plugin");
    Ok(plugins)
}

fn text<'a>(message: &'a Value, pointer: &str) -> Option<&'a str> {
    message.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn programs_and_plugins_are_found_among_cargo_s_messages() {
        let library = format!("target/liba{}", std::env::consts::DLL_SUFFIX);
        let manifest = repository().join("plugins/a/Cargo.toml");
        let messages = [
            json!({"target": {"name": "labrelay"}, "executable": "target/labrelay"}),
            json!({"target": {"name": "labrelay-receiver"}, "executable": null}),
            json!({"target": {"name": "labrelay-receiver"}, "executable": "target/receiver"}),
            json!({"target": {"name": "a"}, "manifest_path": manifest, "filenames": [library]}),
            json!({"target": {"name": "b"}, "manifest_path": "tests/b/Cargo.toml", "filenames": ["b.so"]}),
        ];
        let built = artifacts(&messages).unwrap();
        assert_eq!(built.labrelay, PathBuf::from("target/labrelay"));
        assert_eq!(built.receiver, PathBuf::from("target/receiver"));
        assert_eq!(built.plugins, [PathBuf::from(library)]);
    }

    #[test]
    fn a_build_without_plugin_is_an_error() {
        assert!(plugins_of(&[]).is_err_and(|error| error.to_string().contains("no plugin")));
    }
}
