//! The programs and plugins under test, as `cargo build --workspace` leaves them beside this test.

use std::path::PathBuf;

/// The host, `labrelay`.
pub fn host_program() -> PathBuf {
    built(&format!("labrelay{}", std::env::consts::EXE_SUFFIX))
}

/// The receiver, `labrelay-receiver`.
pub(super) fn receiver_program() -> PathBuf {
    built(&format!("labrelay-receiver{}", std::env::consts::EXE_SUFFIX))
}

/// A family's plugin.
pub fn plugin(family: &str) -> PathBuf {
    library(&format!("labrelay_plugin_{family}"))
}

/// Any library of the workspace, such as `labrelay_hostile_moody`.
pub fn library(name: &str) -> PathBuf {
    built(&format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let found = test.ancestors().skip(1).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name}: run `cargo build --workspace` first; `cargo xtask test` does"))
}
