//! How large what ships for Windows may be: it has to fit on old disks, and to be scanned by an antivirus at each start.

use std::path::Path;

use anyhow::ensure;

use super::name;
use crate::shipped::Built;

/// Bytes in a megabyte, as the figures of `docs/performance.md` count them.
const MEGABYTE: f64 = 1e6;
/// The host's program.
const MAX_HOST: f64 = 15.0;
/// One family's plugin.
const MAX_PLUGIN: f64 = 2.0;
/// The stock plugin's: it serves many families, and knows tables, code pages of text and the matcher all at once. It misses the goal
/// of 2 MB (docs/performance.md); this keeps it from growing.
const MAX_STOCK_PLUGIN: f64 = 2.2;
/// Part of its file's name.
const STOCK_PLUGIN: &str = "plugin_stock";

/// A file's size.
pub(super) fn megabytes(file: &Path) -> anyhow::Result<f64> {
    Ok(std::fs::metadata(file)?.len() as f64 / MEGABYTE)
}

/// An error that names each file which is larger than it may be.
pub(super) fn check(built: &Built) -> anyhow::Result<()> {
    let host = built.programs.first().map(|host| (host, MAX_HOST));
    let plugins = built.plugins.iter().map(|plugin| {
        let is_stock = name(plugin).contains(STOCK_PLUGIN);
        (plugin, if is_stock { MAX_STOCK_PLUGIN } else { MAX_PLUGIN })
    });
    let mut large = Vec::new();
    for (file, most) in host.into_iter().chain(plugins) {
        let size = megabytes(file)?;
        if size >= most {
            large.push(format!("{} has {size:.1} MB and may have less than {most}", name(file)));
        }
    }
    ensure!(large.is_empty(), "{}", large.join("; "));
    Ok(())
}
