//! Arguments of `labrelay plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use labrelay_model::FamilyName;

/// `plugin`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Begin a plugin for a new instrument family: a crate that builds and passes `plugin test`, to be changed
    New(PluginNewArgs),
    /// Try a built plugin in a real worker: goldens, cuts, kills, coverage, planted identifiers, spoiled inputs, speed
    Test(PluginTestArgs),
}

/// `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct PluginNewArgs {
    /// The family's name: a-z, 0-9, - and _
    #[arg(long)]
    pub family: FamilyName,
    /// Folder to write; it must not exist [default: named after the family, here]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Folder of a Labrelay checkout, whose SDK the plugin uses [default: the one that this program lies in; else the released SDK]
    #[arg(long, value_name = "PATH")]
    pub sdk: Option<PathBuf>,
}

/// `plugin test`.
#[derive(Debug, Args)]
pub(crate) struct PluginTestArgs {
    /// The plugin's folder, which has manifests/ and fixtures/ in it or above it
    #[arg(value_name = "DIR")]
    pub plugin: PathBuf,
    /// The built library [default: the newest in the folder, its `plugins`, or a `target` of cargo]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    /// Also write the result as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Also write the result as JSON (docs/plugin-kit.md)
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Leave inputs in this folder that the plugin failed on
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// A site's configuration, for what it accepts as missing of the sandbox [default: none]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
