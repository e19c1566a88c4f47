//! `setup.exe`: the MSI wrapped by NSIS (`packaging/windows/setup.nsi`). Not signed here.

use std::path::Path;

use super::identity::Version;
use super::tools::Tools;
use crate::cargo::repository;

/// Wraps `msi` at `to`.
pub(super) fn build(tools: &Tools, msi: &Path, version: &Version, to: &Path) -> anyhow::Result<()> {
    let mut command = tools.command("makensis");
    command.args(["-V2", "-WX", "-NOCD"]);
    for (name, value) in [("VERSION", version.to_string()), ("MSI", text(msi)), ("OUTPUT", text(to))] {
        command.arg(format!("-D{name}={value}"));
    }
    tools.run(command.arg(repository().join("packaging/windows/setup.nsi")))?;
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
