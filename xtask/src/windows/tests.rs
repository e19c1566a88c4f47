//! What is run under Wine: the tests of what differs between systems, the installed host, and its whole way to the lake.

mod installed;
mod killed;
mod lake;
mod older_plugin;
mod units;

use anyhow::Context as _;
use labrelay_tests::site::{Program, Programs};

use super::staged::{MISSING_IN_WINE, Site};
use super::toolchain::Toolchain;
use super::wine::{Prefix, Wine};
use crate::cargo;
use crate::shipped::Built;

/// A plugin of which the soak can tell what its lines have to become, built beside the families'.
pub(crate) const FURTHER_PLUGINS: [&str; 1] = ["labrelay-bench-lines"];

/// Runs all of it; an error at the first that fails.
pub(super) fn run(toolchain: &Toolchain, wine: &Wine, built: &Built) -> anyhow::Result<()> {
    let prefix = wine.begin(toolchain)?;
    let site = Site::install(prefix.folder().join("drive_c/labrelay"), built)?;
    installed::run(&prefix, &site)?;
    super::service::check(&prefix, &site)?;
    cargo::build()?; // of this system, to compare with
    let programs = programs(&prefix, built)?;
    lake::run(&programs)?;
    killed::run(&programs, built)?;
    older_plugin::run(&prefix, &site)?;
    units::run(toolchain, &prefix)?;
    println!("windows: all passed; not tested, since Wine lacks it: {}", MISSING_IN_WINE.join(", "));
    Ok(())
}

/// Host and receiver, and the families' plugins, all of Windows.
fn programs(prefix: &Prefix<'_>, built: &Built) -> anyhow::Result<Programs> {
    let host = built.programs.first().context("no host was built")?;
    let family = |plugin: &std::path::Path| {
        Some(plugin.file_stem()?.to_str()?.strip_prefix("labrelay_plugin_")?.to_owned())
    };
    // The stock plugin is of no family by itself.
    let known = cargo::families()?;
    let plugins = built.plugins.iter().filter_map(|plugin| Some((family(plugin)?, plugin.clone())));
    let plugins = plugins.filter(|(family, _)| known.contains(family));
    Ok(Programs {
        host: Program::emulated(host.clone(), prefix.emulator()),
        receiver: Program::emulated(built.receiver.clone(), prefix.emulator()),
        plugins: plugins.collect(),
    })
}

/// What a site has to write into its configuration to run under Wine.
fn accepting() -> String {
    format!("sandbox: {{accept_missing: [{}]}}\n", MISSING_IN_WINE.join(", "))
}
