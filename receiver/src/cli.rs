//! The command line as types.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use labrelay_model::DeviceName;
use labrelay_receiver::service::Places;

use crate::{commands, import_command, run};

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong command line.";

/// The reference regional receiver of Labrelay: takes signed batches of instrument records, makes them
/// durable and puts them into a Delta Lake.
#[derive(Debug, Parser)]
#[command(name = "labrelay-receiver", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(args) => run::serve(args),
            Command::Device { command } => commands::device(command),
            Command::Manifest { command } => commands::manifest(command),
            Command::Keys(args) => import_command::keys(&args),
            Command::Import(args) => import_command::import(&args),
            Command::Landing { command } => commands::landing(command),
            Command::Lake { command } => commands::lake(command),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take batches over HTTPS and commit them to the lake, until SIGTERM or SIGINT
    #[command(after_help = EXIT_CODES)]
    Serve(ServeArgs),
    /// Register the controller PCs that may deliver
    Device {
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Register what instrument families may send
    Manifest {
        #[command(subcommand)]
        command: ManifestCommand,
    },
    /// Print what a site without a network has to configure; makes the receiver's keys for that at the first call
    Keys(KeysArgs),
    /// Take what `labrelay spool export` has written, and write the receipt for the site; may run beside the receiver
    #[command(after_help = EXIT_CODES)]
    Import(ImportArgs),
    /// Look into landing
    Landing {
        #[command(subcommand)]
        command: LandingCommand,
    },
    /// Look into the lake
    Lake {
        #[command(subcommand)]
        command: LakeCommand,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one. The bound address is printed as the first line
    #[arg(long, default_value = "127.0.0.1:8443")]
    pub(crate) listen: SocketAddr,
    /// TLS certificate chain, PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: PathBuf,
    /// TLS private key, PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlacesArgs {
    #[command(flatten)]
    registry: RegistryArgs,
    /// Where acknowledged batches lie: a folder or file:// URL [default: landing/ in --data]
    #[arg(long, value_name = "DIR")]
    landing: Option<String>,
    /// Where the Delta tables lie, FAMILY/STREAM below it: a folder or file:// URL [default: lake/ in --data]
    #[arg(long, value_name = "DIR")]
    lake: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    /// The receiver's folder
    #[arg(long, value_name = "DIR", required_unless_present = "keys")]
    data: Option<PathBuf>,
    /// The key file [default: offline.key in --data]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl KeysArgs {
    /// The key file.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        let default = || self.data.as_ref().map(|data| data.join("offline.key"));
        self.keys.clone().or_else(default).ok_or_else(|| anyhow::anyhow!("give --data DIR, or --keys FILE"))
    }
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The export
    #[arg(value_name = "FILE")]
    pub(crate) export: PathBuf,
    /// The file to write the receipt to; it must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt_to: PathBuf,
    /// The key file [default: offline.key in --data]
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    /// As JSON, for a script
    #[arg(long)]
    pub(crate) json: bool,
}

impl ImportArgs {
    /// The key file.
    pub(crate) fn keys(&self) -> anyhow::Result<PathBuf> {
        KeysArgs { data: self.places.registry.data.clone(), keys: self.keys.clone() }.path()
    }
}

impl PlacesArgs {
    pub(crate) fn places(&self) -> anyhow::Result<Places> {
        let default = |name: &str| {
            let data = self.registry.data.as_ref().map(|data| data.join(name).display().to_string());
            data.ok_or_else(|| anyhow::anyhow!("give --data DIR, or --{name} DIR"))
        };
        Ok(Places {
            registry: self.registry.path()?,
            landing: self.landing.clone().map_or_else(|| default("landing"), Ok)?,
            lake: self.lake.clone().map_or_else(|| default("lake"), Ok)?,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct RegistryArgs {
    /// The receiver's folder: registry.sqlite, landing/ and lake/ go there if not given
    #[arg(long, value_name = "DIR", required_unless_present = "registry")]
    data: Option<PathBuf>,
    /// The registry file of devices and manifests [default: registry.sqlite in --data]
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
}

impl RegistryArgs {
    /// The registry's file; makes the data folder.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        if let Some(registry) = &self.registry {
            return Ok(registry.clone());
        }
        let data =
            self.data.as_ref().ok_or_else(|| anyhow::anyhow!("give --data DIR, or --registry FILE"))?;
        std::fs::create_dir_all(data).map_err(|why| {
            anyhow::anyhow!("{}: {why}; the receiver's account must be able to write there", data.display())
        })?;
        Ok(data.join("registry.sqlite"))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Register a device, or replace the serials of one that is registered
    Add {
        #[command(flatten)]
        registry: RegistryArgs,
        /// The device's name: a-z, 0-9, '-', '_'; also the key id of its signatures
        #[arg(long)]
        name: DeviceName,
        /// Its Ed25519 public key: 32 bytes in base64
        #[arg(long, value_name = "BASE64", value_parser = commands::public_key)]
        public_key: [u8; 32],
        /// Serial number of an instrument it may speak for; repeat for several
        #[arg(long = "serial", value_name = "SERIAL")]
        serials: Vec<Box<str>>,
    },
    /// List devices: name, public key and serials
    List {
        #[command(flatten)]
        registry: RegistryArgs,
    },
    /// Forget a device: it can deliver no more; what it delivered stays
    Remove {
        #[command(flatten)]
        registry: RegistryArgs,
        /// The device's name
        #[arg(long)]
        name: DeviceName,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Register manifest files; batches that name them are taken from then on
    Add {
        #[command(flatten)]
        registry: RegistryArgs,
        /// Manifest files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List manifests: digest, family and when they were added
    List {
        #[command(flatten)]
        registry: RegistryArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LandingCommand {
    /// List missing numbers below others that have landed: such a stream waits. Ends with 1 if there are any; may run
    /// beside the receiver
    Gaps {
        /// Where acknowledged batches lie: a folder or file:// URL
        #[arg(long, value_name = "DIR")]
        landing: String,
        /// As JSON, for a script
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LakeCommand {
    /// Count the rows of every table, by the tables' own logs; may run beside the receiver
    Count {
        /// Where the Delta tables lie: a folder or file:// URL
        #[arg(long, value_name = "DIR")]
        lake: String,
        /// As JSON, for a script
        #[arg(long)]
        json: bool,
    },
}
