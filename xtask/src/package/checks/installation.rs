//! The life of an installation, under Wine by Wine's own `msiexec`: install, upgrade, refused downgrade, removal with and without
//! what was collected, and `setup.exe`.
//!
//! Wine knows no rights of accounts, verifies no signature, and does not tell an old version that it is being replaced by a
//! newer one: so an upgrade empties the quarantine there, and these rows stand in docs/windows-checks.md.

mod pc;

use std::collections::BTreeMap;

use anyhow::ensure;
use pc::{Pc, Service};

use super::super::identity::{Moment, Version};
use super::super::tools::Tools;
use super::super::{Made, msi};
use crate::windows::toolchain::Toolchain;
use crate::windows::wine::Wine;

/// 1603, installation failed, of which a process's exit code keeps the last eight bits here.
const REFUSED: i32 = 1603 & 0xff;

/// Installs, upgrades and removes.
pub(super) fn check(tools: &Tools, toolchain: &Toolchain, wine: &Wine, made: &Made) -> anyhow::Result<()> {
    let (version, moment) = (Version::of_workspace()?, Moment::of_commit()?);
    let next = made.folder.join("next.msi");
    msi::build(tools, &made.staged, &version.next(), moment, &next)?;
    let prefix = wine.begin(toolchain)?;
    let pc = Pc::new(&prefix, made, &next)?;
    std::fs::remove_file(&next)?;

    a_configuration_is_taken_over_and_the_service_runs(&pc, made, &version)?;
    an_upgrade_keeps_everything(&pc, made, &version.next())?;
    an_older_version_is_refused(&pc, &version.next())?;
    a_removal_leaves_what_was_collected(&pc)?;
    a_new_installation_goes_on_where_the_old_one_ended(&pc)?;
    a_purge_leaves_nothing(&pc)?;
    setup_installs_the_same(&pc, made)?;
    println!("installed, upgraded and removed under Wine");
    Ok(())
}

fn a_configuration_is_taken_over_and_the_service_runs(
    pc: &Pc<'_>,
    made: &Made,
    version: &Version,
) -> anyhow::Result<()> {
    pc.write_configuration("labrelay: 1\nspol: 1\n")?;
    let code = pc.msiexec("/i", pc::FIRST, &[pc::CONFIG])?;
    ensure!(code != 0, "a configuration with a wrong key was taken over");
    ensure!(pc.programs()?.is_empty(), "an installation that failed has left programs");
    ensure!(pc.service()? == Service::Unknown, "an installation that failed has left a service");

    pc.write_configuration(&pc::configuration())?;
    ensure!(pc.msiexec("/i", pc::FIRST, &[pc::CONFIG, pc::READABLE])? == 0, "the MSI can't be installed");
    ensure!(pc.programs()? == expected(made)?, "other programs are installed than were staged");
    ensure!(pc.installed_version()? == Some(version.to_string()), "another version is installed");
    ensure!(pc.service()? == Service::Running, "the installer has not started the service");
    let registered = pc.registered()?;
    let expected =
        format!(r#""{}\labrelay.exe" service run --config {}"#, pc::PROGRAMS, pc::INSTALLED_CONFIG);
    ensure!(
        registered.replace("--config \"", "--config ").trim_end_matches('"') == expected,
        "registered: {registered}"
    );
    ensure!(pc.event_source()?.ends_with("labrelay.exe"), "the event source has no messages");
    pc.wait_for_refused_unit()
}

fn an_upgrade_keeps_everything(pc: &Pc<'_>, made: &Made, next: &Version) -> anyhow::Result<()> {
    let before = pc.belongings()?;
    ensure!(pc.msiexec("/i", pc::NEXT, &[])? == 0, "the upgrade failed");
    ensure!(pc.installed_version()? == Some(next.to_string()), "the upgrade is not the installed version");
    ensure!(pc.programs()? == expected(made)?, "other programs are installed than were staged");
    ensure!(pc.service()? == Service::Running, "the service does not run after the upgrade");
    ensure!(pc.belongings()? == before, "the upgrade has changed keys, configuration or the spool's life");
    Ok(())
}

fn an_older_version_is_refused(pc: &Pc<'_>, installed: &Version) -> anyhow::Result<()> {
    let code = pc.msiexec("/i", pc::FIRST, &[])?;
    ensure!(code == REFUSED, "a downgrade ended with {code}");
    ensure!(
        pc.installed_version()? == Some(installed.to_string()),
        "a refused downgrade changed the version"
    );
    ensure!(pc.service()? == Service::Running, "a refused downgrade stopped the service");
    Ok(())
}

fn a_removal_leaves_what_was_collected(pc: &Pc<'_>) -> anyhow::Result<()> {
    let before = pc.belongings()?;
    pc.refuse_another_unit()?;
    ensure!(pc.quarantined()? > 0, "nothing is in the quarantine, so its end can't be seen");
    let code = pc.msiexec("/x", pc::NEXT, &[])?;
    ensure!(code == 0, "the removal ended with {code}");
    ensure!(pc.programs()?.is_empty(), "programs are left: {:?}", pc.programs()?.keys());
    ensure!(pc.service()? == Service::Unknown, "the service is left");
    ensure!(pc.event_source()?.is_empty(), "the event source is left");
    ensure!(pc.installed_version()?.is_none(), "Windows still lists it");
    ensure!(pc.belongings()? == before, "the removal has changed keys, configuration or the spool's life");
    ensure!(pc.quarantined()? == 0, "the quarantine is left");
    Ok(())
}

fn a_new_installation_goes_on_where_the_old_one_ended(pc: &Pc<'_>) -> anyhow::Result<()> {
    let before = pc.belongings()?;
    ensure!(pc.msiexec("/i", pc::FIRST, &["STARTSERVICE=0"])? == 0, "it can't be installed again");
    ensure!(pc.service()? == Service::Stopped, "STARTSERVICE=0 started the service");
    ensure!(
        pc.belongings()? == before,
        "the new installation has changed keys, configuration or the spool's life"
    );
    Ok(())
}

fn a_purge_leaves_nothing(pc: &Pc<'_>) -> anyhow::Result<()> {
    let code = pc.msiexec("/x", pc::FIRST, &["PURGE=1"])?;
    ensure!(code == 0, "the purge ended with {code}");
    let left = pc.data()?;
    ensure!(left.is_empty(), "PURGE=1 has left {left:?}");
    Ok(())
}

/// With no configuration the service is registered and not started.
fn setup_installs_the_same(pc: &Pc<'_>, made: &Made) -> anyhow::Result<()> {
    ensure!(pc.setup(&["/S", "STARTSERVICE=1"])? == 0, "setup.exe failed");
    ensure!(pc.programs()? == expected(made)?, "setup.exe installs other programs than were staged");
    ensure!(pc.service()? == Service::Stopped, "the service was started without a configuration");
    ensure!(pc.msiexec("/x", pc::FIRST, &[])? == 0, "what setup.exe has installed can't be removed");
    Ok(())
}

/// Names and contents of what was staged.
fn expected(made: &Made) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    made.staged.iter().map(|file| Ok((file.name.clone(), std::fs::read(&file.path)?))).collect()
}
