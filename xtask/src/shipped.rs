//! How programs and plugins that ship are compiled, on every system: the profile, and what makes the same commit give the
//! same bytes in whatever folder it is built.
//!
//! Runs nothing. Signatures come later, and differ each time.

pub(crate) mod built;
pub(crate) mod linux;
pub(crate) mod traces;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use built::Built;

/// Of the workspace's Cargo.toml: small before all, and without the debug information that names folders.
pub(crate) const PROFILE: &str = "shipped";

/// Of the workspace's Cargo.toml as well: compiled in the shortest time.
pub(crate) const TEST_PROFILE: &str = "wine";

/// Names that stand in binaries for folders of the machine that builds.
const BUILT: &str = "built";
const CRATES: &str = "crates";
const LIBRARY: &str = "rust";
/// What tools take for the time of the build, in seconds since 1970: the time of a build that can be repeated says nothing.
const TIME: (&str, &str) = ("SOURCE_DATE_EPOCH", "0");

/// For which system something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// Linux with glibc, 64 bits.
    Linux,
    /// Windows, 64 bits, by the linker that other systems have.
    Windows,
}

impl System {
    /// As the compiler calls it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Self::Linux => "x86_64-unknown-linux-gnu",
            Self::Windows => "x86_64-pc-windows-gnu",
        }
    }

    /// How the name of a library ends that a program can load.
    fn library_ending(self) -> &'static str {
        match self {
            Self::Linux => ".so",
            Self::Windows => ".dll",
        }
    }
}

/// Has any build give the same bytes each time: otherwise linkers for Windows write the time into what they make, and what was
/// built before decides how code is parted.
pub(crate) fn repeatably(command: &mut Command) {
    command.env(TIME.0, TIME.1).env("CARGO_INCREMENTAL", "0");
}

/// Has a `cargo` command build for `system` as a release has it, into `target`, so that no folder of this machine comes through.
/// `library` holds the sources of the standard library, where it is built anew.
///
/// What runs while building is not concerned, since cargo knows the system it builds for by name.
pub(crate) fn release(command: &mut Command, system: System, target: &Path, library: Option<&Path>) {
    repeatably(command);
    let folders =
        [(Some(target.to_owned()), BUILT), (cargo_home(), CRATES), (library.map(Path::to_owned), LIBRARY)];
    let renaming = |option: &str, between: &str| {
        let known = folders.iter().filter_map(|(folder, name)| Some((folder.as_ref()?, name)));
        let flags: Vec<OsString> = known.map(|(folder, name)| renamed(option, folder, name)).collect();
        flags.join(between.as_ref())
    };
    command.args(["--profile", PROFILE]);
    command.env("CARGO_ENCODED_RUSTFLAGS", renaming("--remap-path-prefix", "\u{1f}"));
    // C code names its own file where it asserts something.
    let c_flags = format!("CFLAGS_{}", system.triple().replace('-', "_"));
    command.env(c_flags, renaming("-ffile-prefix-map", " "));
}

/// `OPTION=FOLDER=NAME`.
fn renamed(option: &str, folder: &Path, name: &str) -> OsString {
    [option.as_ref(), "=".as_ref(), folder.as_os_str(), "=".as_ref(), name.as_ref()].into_iter().collect()
}

/// Where cargo keeps the sources of other people's crates.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let told = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    told.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_this_machine_have_other_names_in_what_is_built() {
        let mut command = Command::new("cargo");
        let (target, library) = (Path::new("/a folder/target"), Path::new("/usr/src/library"));
        release(&mut command, System::Windows, target, Some(library));
        let value = |name: &str| {
            let set = command.get_envs().find(|(set, _)| *set == name).and_then(|(_, value)| value);
            set.unwrap().to_string_lossy().into_owned()
        };
        let flags = value("CARGO_ENCODED_RUSTFLAGS");
        let flags: Vec<&str> = flags.split('\u{1f}').collect();
        assert!(flags.contains(&"--remap-path-prefix=/a folder/target=built"), "{flags:?}");
        assert!(flags.contains(&"--remap-path-prefix=/usr/src/library=rust"), "{flags:?}");
        assert!(value("CFLAGS_x86_64_pc_windows_gnu").contains("-ffile-prefix-map=/usr/src/library=rust"));
        assert_eq!(value("SOURCE_DATE_EPOCH"), "0");
    }
}
