//! The MSI: `packaging/windows/labrelay.wxs` with a fragment for the files, made by `wixl`, and what wixl has no words for.
//!
//! The same files and version give the same bytes. Not signed here.

mod fragment;
mod tables;

use std::path::Path;

use anyhow::{Context as _, ensure};
use fragment::{component, component_guid, file_id};

use super::checksums::sha256;
use super::identity::{Moment, Version, guid};
use super::stage::{SERVICE, Staged};
use super::tools::Tools;
use crate::cargo::repository;

/// What an administrator may give on the command line, `msiexec /i … NAME=VALUE`; only what is listed reaches the part of an
/// installation that runs as the system.
pub(super) const PROPERTIES: [&str; 4] = ["CONFIG", "READABLE_FOLDERS", "STARTSERVICE", "PURGE"];

/// Makes the MSI of this version at `to`.
pub(super) fn build(
    tools: &Tools,
    staged: &[Staged],
    version: &Version,
    moment: Moment,
    to: &Path,
) -> anyhow::Result<()> {
    let work = super::signing::with_ending(to, ".work");
    std::fs::create_dir_all(&work)?;
    let fragment = work.join("files.wxs");
    std::fs::write(&fragment, fragment::wxs(staged))?;
    compile(tools, staged, version, &fragment, to)?;
    for (name, text) in tables::imported(&package_code(staged, version)?, version, moment) {
        let table = work.join(format!("{name}.idt"));
        std::fs::write(&table, text)?;
        tools.run(tools.command("msibuild").arg(to).arg("-i").arg(&table))?;
    }
    for query in tables::queries() {
        tools.run(tools.command("msibuild").arg(to).arg("-q").arg(&query)).with_context(|| query.clone())?;
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}

fn compile(
    tools: &Tools,
    staged: &[Staged],
    version: &Version,
    fragment: &Path,
    to: &Path,
) -> anyhow::Result<()> {
    let service = staged.iter().find(|file| file.name == SERVICE).context("no service is staged")?;
    let variables = [
        ("Version", version.to_string()),
        ("ProductCode", guid(&format!("product {version}"))),
        ("ServiceFile", file_id(&service.name)),
        ("ServiceComponent", component(&service.name)),
        ("ServiceComponentGuid", component_guid(&service.name)),
    ];
    let mut command = tools.command("wixl");
    // Sources are looked for from there, and may not be full paths.
    command.current_dir(service.path.parent().unwrap_or(to)).args(["--arch", "x64"]);
    for (name, value) in variables {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    command.arg("-o").arg(to).arg(repository().join("packaging/windows/labrelay.wxs")).arg(fragment);
    // wixl goes on after most mistakes, and says so among its complaints alone.
    let output = command.output().context("wixl could not be started")?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && complaints.trim().is_empty(), "wixl made no good MSI: {complaints}");
    Ok(())
}

/// A number that no other MSI has: Windows takes two with the same for the same file.
fn package_code(staged: &[Staged], version: &Version) -> anyhow::Result<String> {
    let mut content = format!("package {version}");
    for file in staged {
        content += &format!(" {} {}", file.name, sha256(&file.path)?);
    }
    Ok(guid(&content))
}
