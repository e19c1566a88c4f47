//! `labrelay plugin …`: its flags and their help.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use labrelay_bundle::{Platform, PluginVersion};
use labrelay_model::FamilyName;

use super::ConfigArgs;

/// `plugin`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Begin a plugin for a new instrument family: a crate that builds and passes `plugin test`, to be changed
    New(PluginNewArgs),
    /// Try a built plugin in a real worker: goldens, cuts, kills, coverage, planted identifiers, spoiled inputs, speed
    Test(PluginTestArgs),
    /// An author's key, which signs bundles
    #[command(subcommand)]
    Key(KeyCommand),
    /// Make one file of a plugin: libraries, manifest, readme and licence
    Pack(PackArgs),
    /// Sign a bundle, or add a signature: it stands in BUNDLE.dsse
    Sign(SignArgs),
    /// Check a bundle, its signature, and whether this site trusts it; exit code 1 if not
    Verify {
        /// The bundle; its signature lies beside it
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// Print what a bundle holds, who signed it, and whether this site trusts it
    Inspect {
        /// The bundle; its signature lies beside it
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// Install a trusted bundle; a running service takes it over without a restart
    Install {
        /// The bundle; its signature lies beside it
        #[arg(value_name = "BUNDLE")]
        bundle: PathBuf,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List the plugins that are installed, and which of them run
    List(ConfigArgs),
    /// Go back to the version that ran before; a running service takes it over without a restart
    Rollback {
        /// The instrument family
        #[arg(value_name = "FAMILY")]
        family: FamilyName,
        /// To this installed version [default: the one before]
        #[arg(long, value_name = "VERSION")]
        to: Option<PluginVersion>,
        #[command(flatten)]
        config: ConfigArgs,
    },
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

/// `plugin key`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key in a new file that its owner alone can read, and print its public half
    New {
        /// File to write; must not exist. Its folder must be its owner's alone, and is made so if it is missing
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print a key's public half, as `trust.yaml` takes it
    Show {
        /// The key's file
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
}

/// `plugin pack`.
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// A plugin library: FILE for this system, or PLATFORM=FILE; may be given several times. One must be for this system, since
    /// it is asked for family and version
    #[arg(long = "library", value_name = "[PLATFORM=]FILE", required = true, value_parser = parse_library)]
    pub libraries: Vec<(Platform, PathBuf)>,
    /// The manifest that it was built with
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// A text for whoever installs it
    #[arg(long, value_name = "FILE")]
    pub readme: Option<PathBuf>,
    /// Its licence
    #[arg(long, value_name = "FILE")]
    pub license: Option<PathBuf>,
    /// What its author's tests found, as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// File to write; must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `plugin sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The author's key, as `plugin key new` made it
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// Whose word counts.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct TrustArgs {
    /// The site's configuration: `trust.yaml` lies in its plugin folder
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A public key, in base64, which may sign for any family
    #[arg(long, value_name = "KEY")]
    pub public_key: Option<labrelay_bundle::PublicKey>,
}

fn parse_library(text: &str) -> Result<(Platform, PathBuf), String> {
    match text.split_once('=') {
        Some((platform, file)) => {
            let platform = platform.parse().map_err(|e: labrelay_bundle::UnknownPlatform| e.to_string())?;
            Ok((platform, file.into()))
        }
        None => {
            let ours = Platform::of_this_program()
                .into_iter()
                .next()
                .ok_or("no platform is known for this system")?;
            Ok((ours, text.into()))
        }
    }
}
