//! The commands that read and write the registry. The only file that prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_receiver::clock::now;
use labrelay_receiver::gaps::{Gap, gaps};
use labrelay_receiver::lake::Lake;
use labrelay_receiver::landing::Landing;
use labrelay_receiver::location::Location;
use labrelay_receiver::manifests::Known;
use labrelay_receiver::registry::{Device, PublicKey, Registry};

use crate::cli::{DeviceCommand, LakeCommand, LandingCommand, ManifestCommand};

pub(crate) fn device(command: DeviceCommand) -> anyhow::Result<()> {
    match command {
        DeviceCommand::Add { registry, name, public_key, serials } => {
            let device = Device { name, public_key, serials: serials.into_iter().collect() };
            Registry::open(&registry.path()?)?.add_device(&device, now())?;
            println!("device {} is registered with {} serials", device.name, device.serials.len());
        }
        DeviceCommand::List { registry } => {
            for device in Registry::open(&registry.path()?)?.devices()? {
                let serials: Vec<&str> = device.serials.iter().map(AsRef::as_ref).collect();
                println!("{}\t{}\t{}", device.name, STANDARD.encode(device.public_key), serials.join(","));
            }
        }
        DeviceCommand::Remove { registry, name } => {
            if !Registry::open(&registry.path()?)?.remove_device(&name)? {
                bail!("no device {name} is registered; see `labrelay-receiver device list`");
            }
            println!("device {name} is forgotten");
        }
    }
    Ok(())
}

pub(crate) fn manifest(command: ManifestCommand) -> anyhow::Result<()> {
    match command {
        ManifestCommand::Add { registry, files } => {
            let registry = Registry::open(&registry.path()?)?;
            files.iter().try_for_each(|file| add_manifest(&registry, file))
        }
        ManifestCommand::List { registry } => {
            for entry in Registry::open(&registry.path()?)?.manifests()? {
                println!("{}\t{}\t{}", entry.sha256, entry.family, entry.added_at);
            }
            Ok(())
        }
    }
}

pub(crate) fn landing(command: LandingCommand) -> anyhow::Result<()> {
    let LandingCommand::Gaps { landing, json } = command;
    let location = Location::open(&landing)?;
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    let gaps = runtime.block_on(gaps(&Landing::new(location.store, location.root)))?;
    if json {
        println!("{}", serde_json::json!({ "gaps": gaps }));
    } else {
        let line =
            |gap: &Gap| println!("{}\t{}\t{}\t{} to {}", gap.device, gap.stream, gap.epoch, gap.from, gap.to);
        gaps.iter().for_each(line);
    }
    if !gaps.is_empty() {
        bail!(
            "{} gaps: what follows them waits; a device sends them again by itself, or has lost them (`labrelay ledger \
             --receiver` there)",
            gaps.len()
        );
    }
    Ok(())
}

pub(crate) fn lake(command: LakeCommand) -> anyhow::Result<()> {
    let LakeCommand::Count { lake, json } = command;
    let lake = Lake::new(Location::open(&lake)?);
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    let tables = runtime.block_on(lake.count())?;
    if json {
        println!("{}", serde_json::json!({ "tables": tables }));
    } else {
        tables.iter().for_each(|table| println!("{}.{}\t{} rows", table.family, table.stream, table.rows));
    }
    Ok(())
}

fn add_manifest(registry: &Registry, file: &Path) -> anyhow::Result<()> {
    let yaml = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let known = Known::read(&yaml).with_context(|| format!("{} can't be registered", file.display()))?;
    let (family, sha256) = (known.manifest.family(), known.manifest.sha256());
    let added = registry.add_manifest(sha256, family, &yaml, now())?;
    println!(
        "manifest {sha256} of {family} {}",
        if added { "is registered" } else { "was registered before" }
    );
    Ok(())
}

/// For clap: a raw Ed25519 public key.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes = STANDARD.decode(text).map_err(|_| "not base64".to_owned())?;
    bytes.try_into().map_err(|_| "not 32 bytes; give the raw key, not PEM or DER".to_owned())
}

/// Tells whoever started us where we listen.
pub(crate) fn announce(address: SocketAddr) {
    println!("{address}");
}

pub(crate) fn complain(why: &str) {
    eprintln!("{why}");
}
