//! `labrelay inventory propose`: the serial numbers in a folder, as YAML for a person to confirm.
//!
//! Prints to this PC's own administrator; nothing of it is stored or sent.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use labrelay_abi::UnitOutcome;
use labrelay_manifest::{Inventory, Manifest};
use labrelay_model::{FamilyName, FieldType, Record, Value};

use crate::cli::{InventoryCommand, ProposeArgs};
use crate::clock;
use crate::config::QcChoice;
use crate::families::Installation;
use crate::replay::{Replay, Step};

/// Runs `labrelay inventory …`.
#[allow(clippy::print_stdout)]
pub(crate) fn inventory(command: &InventoryCommand) -> anyhow::Result<ExitCode> {
    let InventoryCommand::Propose(args) = command;
    let serials = propose(args)?;
    println!("# Serial numbers found. Keep those that this site owns; they will leave with its QC records.");
    println!("serials: {}", serde_json::to_string(&serials)?);
    Ok(ExitCode::SUCCESS)
}

fn propose(args: &ProposeArgs) -> anyhow::Result<BTreeSet<String>> {
    let installation = Installation::locate(&args.install)?;
    let families: Vec<FamilyName> = match &args.family {
        Some(family) => vec![family.clone()],
        None => installation.families()?,
    };
    let mut serials = BTreeSet::new();
    for family in families {
        for input in &args.input {
            serials.extend(serials_in(&installation, &family, input.clone())?);
        }
    }
    Ok(serials)
}

fn serials_in(
    installation: &Installation,
    family: &FamilyName,
    input: PathBuf,
) -> anyhow::Result<BTreeSet<String>> {
    let family = installation.family(family)?;
    let manifest = family.manifest.clone();
    let replay = Replay {
        family,
        input,
        inventory: None,
        now: clock::now(),
        qc: QcChoice::List,
        settings: serde_json::Map::new(),
        guard: false,
    };
    let mut serials = BTreeSet::new();
    replay.each_step(|step| {
        let Step::Replied(units, _) = step else { return };
        for unit in units {
            let UnitOutcome::Records(records) = unit.outcome else { continue };
            serials.extend(records.iter().flat_map(|record| serials_of(&manifest, record)));
        }
    })?;
    Ok(serials)
}

/// Texts in the record's serial fields that an inventory would take.
fn serials_of<'a>(manifest: &'a Manifest, record: &'a Record) -> impl Iterator<Item = String> + 'a {
    let fields = manifest.stream_at(record.stream).map(|stream| stream.fields.as_slice()).unwrap_or_default();
    fields.iter().zip(&record.cells).filter_map(|(field, cell)| match (&field.ty, cell) {
        (FieldType::Serial, Some(Value::Text(text))) if Inventory::is_serial(text) => Some(text.to_string()),
        _ => None,
    })
}
