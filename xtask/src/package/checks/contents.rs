//! The tables of the MSI: what is installed, the service, upgrades, what reaches the system's part, and the order of steps.

use std::collections::BTreeSet;

use anyhow::ensure;

use super::super::Made;
use super::super::identity::Version;
use super::super::msi::PROPERTIES;
use super::super::stage::SERVICE;
use super::super::tools::Tools;
use super::table::Table;

/// Names Labrelay in every version that there will ever be. It stands here too, so that no change of it goes unnoticed.
const UPGRADE_CODE: &str = "{0C2B1B6E-5B0B-5B7C-8C7E-6C1B1B0C9A5D}";
/// Bits of `Upgrade.Attributes`: find it and leave it alone.
const ONLY_DETECT: i64 = 2;
/// Bits of `ServiceControl.Event`: stop at installation and removal, delete at removal. Not: start.
const STOP_AND_DELETE: &str = "162";
/// Bits of `CustomAction.Type`: an installed program, deferred, as the system; with the second its failure is passed over.
const STEP: &str = "3090";
const STEP_THAT_MAY_FAIL: &str = "3154";
/// The order in which things are done; each has to stand there.
const ORDER: [&str; 12] = [
    "AppSearch",
    "InstallInitialize",
    "RemoveExistingProducts",
    "StopServices",
    "DeleteServices",
    "EmptyFolders",
    "RemoveFiles",
    "InstallFiles",
    "PrepareFolders",
    "InstallServices",
    "SetService",
    "StartService",
];

/// Checks all of it.
pub(super) fn check(tools: &Tools, made: &Made) -> anyhow::Result<()> {
    let table = |name| Table::of(tools, &made.msi, name);
    let version = Version::of_workspace()?.to_string();
    properties(&table("Property")?, &version)?;
    upgrades(&table("Upgrade")?, &table("LaunchCondition")?, &version)?;
    files(&table("File")?, &table("Component")?, made)?;
    service(&table("ServiceInstall")?, &table("ServiceControl")?, &table("Registry")?)?;
    steps(&table("CustomAction")?, &table("InstallExecuteSequence")?)?;
    println!("the tables of the MSI are as they should be");
    Ok(())
}

fn properties(table: &Table, version: &str) -> anyhow::Result<()> {
    let value = |name: &str| table.row("Property", name).and_then(|row| row.get("Value").map(str::to_owned));
    let expected = [
        ("ProductName", "Labrelay"),
        ("ProductVersion", version),
        ("UpgradeCode", UPGRADE_CODE),
        ("ALLUSERS", "1"),
    ];
    for (name, expected) in expected {
        let found = value(name)?;
        ensure!(found == expected, "property {name} is {found:?}, not {expected:?}");
    }
    let secure = value("SecureCustomProperties")?;
    let passed: Vec<&str> = secure.split(';').collect();
    ensure!(PROPERTIES.iter().all(|name| passed.contains(name)), "not all of {PROPERTIES:?} in {secure}");
    Ok(())
}

/// Older ones are replaced; a newer one is found, left alone and said so.
fn upgrades(upgrade: &Table, conditions: &Table, version: &str) -> anyhow::Result<()> {
    ensure!(upgrade.rows().all(|row| row.get("UpgradeCode").is_ok_and(|code| code == UPGRADE_CODE)));
    let older = upgrade.row("ActionProperty", "WIX_UPGRADE_DETECTED")?;
    older.expect(&[("VersionMin", ""), ("VersionMax", version)])?;
    ensure!(older.number("Attributes")? & ONLY_DETECT == 0, "older versions stay beside");
    let newer = upgrade.row("ActionProperty", "WIX_DOWNGRADE_DETECTED")?;
    newer.expect(&[("VersionMin", version), ("VersionMax", "")])?;
    ensure!(newer.number("Attributes")? & ONLY_DETECT != 0, "a newer version would be removed");
    let words = conditions.row("Condition", "NOT WIX_DOWNGRADE_DETECTED")?;
    ensure!(
        words.get("Description")?.contains("Nothing was changed"),
        "a downgrade is refused without words"
    );
    Ok(())
}

/// Each staged file stands there once, whole, in a component of its own; nothing else does.
fn files(files: &Table, components: &Table, made: &Made) -> anyhow::Result<()> {
    ensure!(files.rows().count() == made.staged.len(), "not as many files as were staged");
    ensure!(components.rows().count() == made.staged.len(), "not as many components as files");
    let mut identifiers = BTreeSet::new();
    for staged in &made.staged {
        let last = staged.name.rsplit('/').next().unwrap_or_default();
        let file = files.row("FileName", last)?;
        let size = i64::try_from(std::fs::metadata(&staged.path)?.len())?;
        ensure!(file.number("FileSize")? == size, "{last} has another size in the MSI");
        let component = components.row("Component", file.get("Component_")?)?;
        let folder = match staged.name.split_once('/') {
            Some(("plugins", _)) => "PluginFolder",
            Some(("manifests", _)) => "ManifestFolder",
            _ => "ProgramFolder",
        };
        component.expect(&[("Directory_", folder), ("KeyPath", file.get("File")?)])?;
        ensure!(
            identifiers.insert(component.get("ComponentId")?.to_owned()),
            "{last} shares its component's identifier"
        );
    }
    Ok(())
}

fn service(install: &Table, control: &Table, registry: &Table) -> anyhow::Result<()> {
    let service = install.row("Name", "Labrelay")?;
    service.expect(&[
        ("DisplayName", "Labrelay"),
        ("ServiceType", "16"), // a process of its own
        ("StartType", "2"),    // automatic
        ("StartName", r"NT SERVICE\Labrelay"),
        ("Password", ""),
        ("Arguments", "service run --config \"[DataFolder]labrelay.yaml\""),
    ])?;
    let component = service.get("Component_")?;
    control.row("Name", "Labrelay")?.expect(&[
        ("Event", STOP_AND_DELETE),
        ("Wait", "1"),
        ("Component_", component),
    ])?;
    let program = format!("[#F_{SERVICE}]");
    for (name, value) in [("EventMessageFile", program.as_str()), ("TypesSupported", "#7")] {
        let row = registry.row("Name", name)?;
        row.expect(&[("Root", "2"), ("Value", value), ("Component_", component)])?;
        let key = row.get("Key")?.trim_end_matches('\\');
        ensure!(
            key == r"SYSTEM\CurrentControlSet\Services\EventLog\Application\Labrelay",
            "event source at {key}"
        );
    }
    Ok(())
}

fn steps(actions: &Table, sequence: &Table) -> anyhow::Result<()> {
    for (name, kind) in [
        ("PrepareFolders", STEP),
        ("SetService", STEP),
        ("EmptyFolders", STEP),
        ("StartService", STEP_THAT_MAY_FAIL),
    ] {
        actions.row("Action", name)?.expect(&[("Type", kind), ("Source", &format!("F_{SERVICE}"))])?;
    }
    let numbers: Vec<i64> = ORDER
        .iter()
        .map(|name| sequence.row("Action", name).and_then(|row| row.number("Sequence")))
        .collect::<anyhow::Result<_>>()?;
    ensure!(numbers.is_sorted(), "steps are out of order: {ORDER:?} at {numbers:?}");
    let emptied = sequence.row("Action", "EmptyFolders")?;
    let condition = emptied.get("Condition")?;
    ensure!(
        condition.contains("NOT UPGRADINGPRODUCTCODE"),
        "an upgrade would empty the quarantine: {condition}"
    );
    let started = sequence.row("Action", "StartService")?.get("Condition")?.to_owned();
    for needed in ["STARTSERVICE <> \"0\"", "CONFIGURATION"] {
        ensure!(started.contains(needed), "{needed} is no condition of starting the service: {started}");
    }
    Ok(())
}
