//! Does whatever lies in the folders, or has become of the installation, get its count and its clear words, while
//! all that is good keeps coming through?

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod crashes;
mod files;
mod full;
mod installation;
mod moving;

use labrelay_tests::site::{Site, fixture};

/// Puts a good file into the folder of `family`; it gives accepted records.
fn put_good(site: &Site, family: &str, name: &str) {
    site.put(family, &fixture(&format!("{family}/bead-qc")), name);
}
