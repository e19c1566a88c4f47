//! `cargo xtask demo`: the whole way of a record on this machine, from instrument files to the lake.
//!
//! It uses the programs as a site and a region would: their commands, their files, a real connection. The
//! counts that it compares come from three places: the folder on disk, the host's ledger, the Delta tables.

pub(crate) mod certificates;
mod family;
mod host;
mod inventory;
mod place;
pub(crate) mod process;
mod progress;
mod receiver;
mod table;
mod tally;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use family::Family;
use host::Host;
use inventory::Source;
use place::Place;
use receiver::Receiver;

use crate::cargo::{build, repository};

/// Far more than the fixtures need; a large folder is read at hundreds of files a second even in a debug build.
const MOST_SECONDS: u64 = 600;

/// What the demo can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of instrument files, read with all its subfolders; may be given several times
    /// [default: the project's fixtures]
    #[arg(long, value_name = "DIR")]
    pub(crate) input: Vec<PathBuf>,
    /// Treat every acquisition as QC
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    pub(crate) treat_as: Option<TreatAs>,
    /// Where everything goes: keys, spool, logs, lake, summary.json
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    pub(crate) out: PathBuf,
    /// What the site declares, as under `inventory` in its configuration (YAML) [default: the serials found in the
    /// input, or what the fixtures' site declares]
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// Wait at most this long for everything to be in the lake
    #[arg(long, value_name = "N", default_value_t = MOST_SECONDS)]
    pub(crate) seconds: u64,
}

/// What to take acquisitions for.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum TreatAs {
    /// QC, whatever the panel is called.
    Qc,
}

impl Options {
    /// The demo over the project's fixtures.
    pub(crate) fn over_fixtures(out: PathBuf) -> Self {
        Self { input: Vec::new(), treat_as: None, out, inventory: None, seconds: MOST_SECONDS }
    }
}

/// Shows the whole way; an error if a count does not add up or nothing reached the lake.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    println!("building the programs and the plugins (the first time takes some minutes) …");
    let built = build()?;
    let families = family::all(&repository().join("manifests"), &options.input)?;
    let place = Place::prepare(&options.out)?;
    place.copy_plugins(&built.plugins)?;

    let (inventory, source) = inventory::of(options, &families, &built.labrelay, &place)?;
    announce(&families, &source);

    let mut receiver = Receiver::start(&built.receiver, &place)?;
    place.write_host_config(&families, &inventory, options.treat_as.is_some(), receiver.url())?;
    let mut host = Host::new(&built.labrelay, &place);
    receiver.enrol(&host.make_device_key()?, &inventory)?;
    host.start()?;

    progress::wait(&mut host, &mut receiver, &families, Duration::from_secs(options.seconds))?;
    host.stop()?;
    let tally = tally::Tally::new(&families, &host.status()?, &receiver.rows_in_lake()?);
    let ledger = host.ledger()?;
    receiver.stop()?;

    let mut complaints = tally.complaints();
    if ledger.is_err() {
        complaints.push("the ledger does not close".to_owned());
    }
    place.write_summary(&tally.summary(&complaints, &source))?;
    table::print(&tally, &place);
    println!("\nlabrelay ledger --receiver:\n\n{}", ledger.unwrap_or_else(|text| text));
    if !complaints.is_empty() {
        bail!("{}", complaints.join("; "));
    }
    Ok(())
}

fn announce(families: &[Family], source: &Source) {
    for family in families {
        println!("{}: {} files to read", family.name, family.files);
    }
    match source {
        Source::Given(path) => println!("inventory: {}", path.display()),
        Source::Proposed(serials) => println!(
            "inventory: the {serials} serial numbers found in these files. At a real site a person confirms them."
        ),
    }
}
