//! What the service tells of the plugin that a family runs: in `status`, in the log, and in the audit log.

use labrelay_model::FamilyName;

use crate::audit::AuditLog;
use crate::config::Config;
use crate::event::{self, Event};
use crate::exchange::Place;
use crate::families::InstalledFamily;
use crate::origin::Origin;
use crate::status::{Board, PluginStatus};

/// Tells which plugin runs now; what is noted in the audit log is noted before it reads anything.
pub(crate) fn tell(
    config: &Config,
    board: &Board,
    installed: &InstalledFamily,
    place: Place,
    refused: Option<String>,
) -> anyhow::Result<()> {
    let family = installed.manifest.family();
    let (version, origin) = (&installed.describe.plugin_version, &installed.plugin.origin);
    let is_accepted = *origin == Origin::Accepted;
    if is_accepted || place == Place::OfAnother {
        AuditLog::open(&config.state)?.note(&format!("run {family} {version}: {origin}"), &[])?;
    }
    if place == Place::OfAnother {
        event::tell(Event::PluginExchanged, family, &format_args!("Version {version} runs, {origin}."));
    }
    if is_accepted {
        tell_not_signed(family, version);
    }
    let plugin = PluginStatus { version: version.clone(), origin: origin.to_string(), refused };
    board.update(family, |status| status.plugin = Some(plugin));
    Ok(())
}

fn tell_not_signed(family: &FamilyName, version: &str) {
    event::tell(Event::PluginNotSigned, family, &format_args!("Version {version}."));
}
