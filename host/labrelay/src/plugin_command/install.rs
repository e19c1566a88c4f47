//! `labrelay plugin install|list|rollback`: which version of a plugin lies in the plugin folder and runs. An administrator's acts;
//! the running service notices them (`exchange.rs`).

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use labrelay_bundle::{Distrust, PluginVersion};
use labrelay_model::FamilyName;

use super::files::{read_bundle, read_envelope};
use crate::cli::ConfigArgs;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::families::Installation;
use crate::plugin_folder::{self, Current, Verified, put, switch, trust_file, trust_list};

/// Runs `labrelay plugin install`.
pub(super) fn install(path: &Path, config: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let plugins = Config::read(&config.config).fail_as(Failure::Configuration)?.plugins.folder;
    let (bundle, trust) = (read_bundle(path)?, trust_list(&plugins)?);
    let envelope = read_envelope(path)?.ok_or(Distrust::Unsigned).fail_as(Failure::Plugin)?;
    let index = bundle.index();
    put(&plugins, &bundle, &envelope, &trust)
        .map_err(|error| {
            error.context(format!(
                "nothing is installed; whom this site trusts stands in {}",
                trust_file(&plugins).display()
            ))
        })
        .fail_as(Failure::Plugin)?;
    let before = Current::read(&plugins, index.family())?;
    let current = switch(&plugins, index.family(), &before, before.forward(index.plugin_version().clone()))?;
    tell(index.family(), &current);
    Ok(ExitCode::SUCCESS)
}

/// Runs `labrelay plugin rollback`.
pub(super) fn rollback(
    family: &FamilyName,
    to: Option<&PluginVersion>,
    config: &ConfigArgs,
) -> anyhow::Result<ExitCode> {
    let plugins = Config::read(&config.config).fail_as(Failure::Configuration)?.plugins.folder;
    let before = Current::read(&plugins, family)?;
    let versions = match to {
        Some(version) => before.forward(version.clone()),
        None if before.versions.is_empty() => {
            bail!(
                "nothing to go back to: no bundle of {family} runs; `labrelay plugin list` shows what is installed"
            )
        }
        None => before.back(),
    };
    if let Some(version) = versions.first() {
        Verified::read(&plugins, family, version, &trust_list(&plugins)?)?;
    }
    tell(family, &switch(&plugins, family, &before, versions)?);
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn tell(family: &FamilyName, current: &Current) {
    println!(
        "{family}: {} runs from now on; a running service takes it over within seconds, and",
        current.choice()
    );
    println!("`labrelay status` shows which version runs, or why it was not taken over");
}

/// Runs `labrelay plugin list`.
#[allow(clippy::print_stdout)]
pub(super) fn list(config: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&config.config).fail_as(Failure::Configuration)?;
    let plugins = &config.plugins.folder;
    let trust = trust_list(plugins)?;
    for family in plugin_folder::families(plugins) {
        let current = Current::read(plugins, &family)?;
        let chosen = current.choice();
        println!(
            "{family}: {chosen}, chosen by {}",
            if current.by.is_empty() { "nobody" } else { &current.by }
        );
        for version in plugin_folder::versions(plugins, &family) {
            let mark = if chosen.version.as_ref() == Some(&version) { "*" } else { " " };
            match Verified::read(plugins, &family, &version, &trust) {
                Ok(Verified { index, by, .. }) => {
                    println!(
                        "{mark} {version}  signed by {} (key {}; bundle {})",
                        by.name,
                        by.key,
                        index.digest()
                    );
                }
                Err(error) => println!("{mark} {version}  NOT USABLE: {}", one_line(&error)),
            }
        }
    }
    list_libraries(&Installation::of_site(&config))?;
    Ok(ExitCode::SUCCESS)
}

/// What lies in the folder itself; not asked which family it is for, since nothing is loaded here.
#[allow(clippy::print_stdout)]
fn list_libraries(installation: &Installation) -> anyhow::Result<()> {
    let origin =
        installation.unsigned().map_or("NOT LOADED: signed by nobody".to_owned(), ToString::to_string);
    for library in installation.libraries()? {
        println!("{}: {origin}", library.display());
    }
    Ok(())
}

fn one_line(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    causes.join(": ")
}
