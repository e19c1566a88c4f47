//! Plugins that another compiler has built, in a host of the usual one. Nothing but the ABI's own rules makes that work.

use super::super::older;
use super::super::staged::{Site, families};
use super::super::toolchain::Toolchain;
use super::super::wine::Prefix;
use super::installed::replays_give_the_same_bytes;

/// Every family's plugin takes the place of the one that was installed; its replays give the same bytes. Skipped by name
/// where there is no second compiler.
pub(super) fn run(prefix: &Prefix<'_>, site: &Site) -> anyhow::Result<()> {
    let toolchain = match older::toolchain()? {
        Ok(toolchain) => Toolchain::FromSource(toolchain),
        Err(missing) => {
            println!("plugins of another compiler: SKIPPED: {missing}");
            return Ok(());
        }
    };
    for plugin in toolchain.build_plugins()? {
        site.install_plugin(&plugin)?;
    }
    for family in families()? {
        replays_give_the_same_bytes(prefix, site, &family)?;
    }
    println!("plugins built by {} are loaded and give the same bytes", older::NAME);
    Ok(())
}
