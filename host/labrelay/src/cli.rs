//! The command line: every command, its flags and their help. What they do stands elsewhere.

mod installer;
mod plugin;
mod quarantine;
mod service;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use labrelay_model::{BatchId, Epoch, FamilyName, Seq, StreamId, StreamName, Timestamp};

pub(crate) use installer::{InstallerCommand, Purge};
pub(crate) use plugin::{
    KeyCommand, PackArgs, PluginCommand, PluginNewArgs, PluginTestArgs, SignArgs, TrustArgs,
};
pub(crate) use quarantine::{PurgeArgs, QuarantineCommand, RequeueArgs};
pub(crate) use service::ServiceCommand;

/// Collects how a laboratory instrument is doing, makes sure that nothing about a patient leaves, and
/// delivers it to the region's receiver.
#[derive(Debug, Parser)]
#[command(name = "labrelay", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// How log lines look on standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    /// For a person.
    Text,
    /// One JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service in the foreground until a signal stops it
    Run(ConfigArgs),
    /// Install, remove, start and stop the service of this system, or ask for its state
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Check configuration, manifests, plugins, folders and receiver; each line says what to do
    Check(ConfigArgs),
    /// Send a folder through source, worker and gate, and print what would leave
    Replay(ReplayArgs),
    /// Judge NDJSON records on standard input by a manifest, one verdict a line
    Gate(GateArgs),
    /// Show spool, counts and plugin states
    Status(StatusArgs),
    /// Show what was read, what became of it and where it is, and whether the accounts close
    Ledger(LedgerArgs),
    /// Look into the spool
    #[command(subcommand)]
    Spool(SpoolCommand),
    /// Look into the journal of what has left
    #[command(subcommand)]
    Sent(SentCommand),
    /// Look into what was refused, and have it judged again
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Check manifests, or print their JSON Schema
    #[command(subcommand)]
    Manifest(ManifestCommand),
    /// From a folder of logs to a reviewed event catalogue (docs/catalogue.md)
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Begin and test a plugin (docs/plugin-kit.md); pack, sign, look into and install bundles (docs/bundles.md)
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// This PC's key
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Revoke this PC's key at the receiver, and delete spool, quarantine, journal and keys for good
    Decommission(DecommissionArgs),
    /// What a site declares about itself
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// Plant marked identifiers at every input of a site of its own, and show that none comes out of any exit
    Canary(CanaryArgs),
    /// Steps of an installation; started by installation packages only
    #[command(subcommand, hide = true)]
    Installer(InstallerCommand),
    /// The canary's service; started by `canary` only
    #[command(hide = true)]
    CanaryService(CanaryServiceArgs),
}

/// `ledger`.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The site's configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// One JSON object instead of a table (docs/ledger.md)
    #[arg(long)]
    pub json: bool,
    /// Ask the receiver too, and compare: what it has acknowledged it must hold
    #[arg(long)]
    pub receiver: bool,
}

/// `canary`.
#[derive(Debug, Args)]
pub(crate) struct CanaryArgs {
    /// Instrument family; without it all installed families
    #[arg(long)]
    pub family: Option<FamilyName>,
    /// Folder of sample files that marks are put into, FAMILY/CASE/input/FILE [default: "fixtures" beside the manifests]
    #[arg(long, value_name = "DIR")]
    pub samples: Option<PathBuf>,
    /// Do everything in this new folder and leave it behind, to see where a mark was planted
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    #[command(flatten)]
    pub install: InstallArgs,
}

/// `canary-service`.
#[derive(Debug, Args)]
pub(crate) struct CanaryServiceArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Folder for requests, which are not sent
    #[arg(long, value_name = "DIR")]
    pub captured: PathBuf,
}

/// A command that needs the configuration alone.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The host's configuration (docs/configuration.md)
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// Where plugins and manifests lie, for commands that work without a configuration.
#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// Folder of plugin libraries [default: "plugins" beside the program, or the build's output folder]
    #[arg(long, value_name = "DIR")]
    pub plugins: Option<PathBuf>,
    /// Folder of manifests [default: "manifests" beside the program, or of the development tree]
    #[arg(long, value_name = "DIR")]
    pub manifests: Option<PathBuf>,
    /// The site's configuration, for both folders and for what it accepts as missing of the sandbox [default: none]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Instrument family, such as navios
    #[arg(long, required_unless_present = "case")]
    pub family: Option<FamilyName>,
    /// Folder of instrument files, read with all its subfolders
    #[arg(long, value_name = "DIR", required_unless_present = "case")]
    pub input: Option<PathBuf>,
    /// A fixture case instead: its folder says family, input, inventory, time and what is expected
    #[arg(long, value_name = "DIR", conflicts_with_all = ["family", "input", "inventory", "now", "treat_as", "expect"])]
    pub case: Option<PathBuf>,
    /// What the site declares, as under `inventory` in its configuration (YAML)
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// The time to judge by, as RFC 3339 [default: this PC's clock]
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    pub now: Option<Timestamp>,
    /// Treat every acquisition as QC
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    pub treat_as: Option<TreatAs>,
    /// Freeze fields whose values are nearly unique, as the service does
    #[arg(long)]
    pub guard: bool,
    /// Write accepted records here instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Compare accepted records with this file and show the difference; exit code 1 if there is one
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// Print the counts as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub install: InstallArgs,
}

/// What to take acquisitions for.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum TreatAs {
    /// QC, whatever the panel is called.
    Qc,
}

/// `gate`.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    /// The manifest to judge by
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// What the site declares, as under `inventory` in its configuration (YAML)
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// The time to judge by, as RFC 3339 [default: this PC's clock]
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    pub now: Option<Timestamp>,
}

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// As JSON, for a script
    #[arg(long)]
    pub json: bool,
}

/// `spool`.
#[derive(Debug, Subcommand)]
pub(crate) enum SpoolCommand {
    /// Print what would leave next, in the clear
    Peek(PeekArgs),
    /// Read and authenticate everything in it; with no service running also every page of the file
    Verify(VerifyArgs),
    /// Take over what can be read of a damaged file, and count the rest; needs the service stopped
    Repair(VerifyArgs),
    /// Write all that waits into a file sealed for the receiver, for a site without a network; nothing leaves the spool
    Export(ExportArgs),
    /// Free what the receiver's receipt for an export says has landed
    ImportReceipt(ImportReceiptArgs),
}

/// `spool export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// `spool import-receipt`.
#[derive(Debug, Args)]
pub(crate) struct ImportReceiptArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The file that `labrelay-receiver import` wrote
    #[arg(value_name = "FILE")]
    pub receipt: PathBuf,
}

/// `spool verify` and `spool repair`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `spool peek`.
#[derive(Debug, Args)]
pub(crate) struct PeekArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Print at most this many batches
    #[arg(long, default_value_t = 10)]
    pub batches: usize,
}

/// `sent`.
#[derive(Debug, Subcommand)]
pub(crate) enum SentCommand {
    /// List the batches that have left, newest last
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Print one batch exactly as it left, in the clear
    Show {
        #[command(flatten)]
        config: ConfigArgs,
        /// FAMILY.STREAM/EPOCH/NUMBER, as `sent list` prints it
        #[arg(value_parser = parse_batch_id)]
        batch: BatchId,
    },
    /// Write everything in the journal to a file, in the clear
    Export {
        #[command(flatten)]
        config: ConfigArgs,
        /// File to write; must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `manifest`.
#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Check manifests and print what is wrong, with line and column
    Check {
        /// Manifest files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of manifests, for an editor
    Schema,
    /// Write a manifest as a readable page for privacy officers: what may leave, and why it identifies nobody
    Explain(ExplainArgs),
    /// Print a manifest as C, for a plugin that is written in it: the array `labrelay_manifest`
    Embed {
        /// Manifest file
        #[arg(value_name = "FILE")]
        manifest: PathBuf,
    },
}

/// `manifest explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Manifest file
    #[arg(value_name = "FILE")]
    pub manifest: PathBuf,
    /// Also say what has changed since this version
    #[arg(long, value_name = "OLDER")]
    pub against: Option<PathBuf>,
    /// Write the page as one self-contained HTML file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the page as Markdown [default: to standard output, unless --html is given]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `catalogue`.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Propose a catalogue from a folder of logs, as a manifest to be reviewed
    Learn(LearnArgs),
    /// Match lines on standard input and print what would leave, one JSON object a line
    Match(MatchArgs),
    /// Show how much of a log a catalogue covers, and the most frequent shapes that it does not
    Coverage(CoverageArgs),
}

/// `catalogue learn`.
#[derive(Debug, Args)]
pub(crate) struct LearnArgs {
    /// Folder of log files, read with all its subfolders
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Name of the stream that gets the catalogue
    #[arg(long, value_name = "NAME", default_value = "event")]
    pub stream: StreamName,
    /// Instrument family
    #[arg(long, value_name = "NAME", default_value = "my-instrument")]
    pub family: FamilyName,
    /// The product's message files: their words need no confirmation; may be given several times
    #[arg(long, value_name = "FILE")]
    pub words: Vec<PathBuf>,
    /// Take every word as part of the message, unconfirmed: for evaluation
    #[arg(long)]
    pub accept_words: bool,
    /// Write the manifest here instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `catalogue match`.
#[derive(Debug, Args)]
pub(crate) struct MatchArgs {
    /// The manifest with the catalogue
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// Its stream [default: the one that has a catalogue]
    #[arg(long, value_name = "NAME")]
    pub stream: Option<StreamName>,
    /// What the site declares: serials, lots, roles, zone (YAML)
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// The time to judge by, as RFC 3339 [default: this PC's clock]
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    pub now: Option<Timestamp>,
}

/// `catalogue coverage`.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// The manifest with the catalogue
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// Its stream [default: the one that has a catalogue]
    #[arg(long, value_name = "NAME")]
    pub stream: Option<StreamName>,
    /// Log file, or folder read with all its subfolders
    #[arg(long, value_name = "DIR|FILE")]
    pub from: PathBuf,
    /// Show at most this many unmatched shapes
    #[arg(long, default_value_t = 20)]
    pub shapes: usize,
}

/// `device`.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Make this PC's keys if there are none, and print the public key for the receiver
    Init(ConfigArgs),
}

/// `decommission`.
#[derive(Debug, Args)]
pub(crate) struct DecommissionArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Yes, delete everything; what was not delivered is lost
    #[arg(long, required = true)]
    pub yes: bool,
    /// Ask no receiver: somebody revokes the key there by hand
    #[arg(long)]
    pub offline: bool,
}

/// `inventory`.
#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    /// List the serial numbers found in a folder, as YAML for a person to confirm
    Propose(ProposeArgs),
}

/// `inventory propose`.
#[derive(Debug, Args)]
pub(crate) struct ProposeArgs {
    /// Instrument family; without it all families are tried
    #[arg(long)]
    pub family: Option<FamilyName>,
    /// Folder of instrument files, read with all its subfolders; may be given several times
    #[arg(long, value_name = "DIR", required = true)]
    pub input: Vec<PathBuf>,
    #[command(flatten)]
    pub install: InstallArgs,
}

fn parse_batch_id(text: &str) -> Result<BatchId, String> {
    let mut parts = text.split('/');
    let (Some(stream), Some(epoch), Some(seq), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("a batch is written FAMILY.STREAM/EPOCH/NUMBER".into());
    };
    let stream: StreamId = stream.parse().map_err(|e: labrelay_model::NameError| e.to_string())?;
    let epoch: Epoch = epoch.parse().map_err(|e: labrelay_model::BatchIdError| e.to_string())?;
    let seq = seq.parse().map(Seq).map_err(|_| "the batch's number is a whole number".to_owned())?;
    Ok(BatchId { stream, epoch, seq })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::Cli::command().debug_assert();
    }
}
