//! `cargo xtask bench`: the place of the measurements named in the design's figures.

/// Measures and prints a table.
pub(crate) fn run() -> anyhow::Result<()> {
    anyhow::bail!("the measurements are not there yet")
}
