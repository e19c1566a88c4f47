//! How programs and plugins that ship are compiled, on every system: the profile, and the flags by which the same commit
//! gives the same bytes in whatever folder it is built.
//!
//! Runs nothing. Signatures come later, and differ each time.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of the workspace's Cargo.toml: small before all.
pub(crate) const PROFILE: &str = "shipped";

/// Names that stand in the binaries for folders of the machine that builds.
const OUR_CODE: &str = "labrelay";
const CRATES: &str = "crates";
const LIBRARY: &str = "rust";

/// For which system something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// `x86_64-unknown-linux-gnu`.
    Linux,
    /// `x86_64-pc-windows-gnu`.
    Windows,
}

impl Target {
    /// As the compiler calls it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Self::Linux => "x86_64-unknown-linux-gnu",
            Self::Windows => "x86_64-pc-windows-gnu",
        }
    }

    /// What the linker writes that is not the same each time, left out.
    fn link_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Linux => &[], // a build id is a hash of the content
            Self::Windows => &["-Clink-arg=-Wl,--no-insert-timestamp"],
        }
    }
}

/// Has a cargo command for `target` build what stands in `repository` so that neither folders nor times come through.
/// `library` holds the sources of the standard library, where it is built anew.
///
/// Cargo keeps these flags apart from the code that runs while building, since the target is named.
pub(crate) fn repeatably(command: &mut Command, repository: &Path, target: Target, library: Option<&Path>) {
    let folders = [
        (Some(repository.to_owned()), OUR_CODE),
        (cargo_home(), CRATES),
        (library.map(Path::to_owned), LIBRARY),
    ];
    let renamed = |option: &str| -> Vec<OsString> {
        let known = folders.iter().filter_map(|(folder, name)| Some((folder.as_ref()?, name)));
        known.map(|(folder, name)| joined([option, "=", name], folder)).collect()
    };
    let mut rust = renamed("--remap-path-prefix");
    rust.extend(target.link_arguments().iter().map(OsString::from));
    command.env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}".as_ref()));
    // C code names its own file where it asserts something.
    command.env(
        format!("CFLAGS_{}", target.triple().replace('-', "_")),
        renamed("-ffile-prefix-map").join(" ".as_ref()),
    );
    command.args(["--target", target.triple()]);
}

/// `OPTION=FOLDER=NAME`.
fn joined([option, equals, name]: [&str; 3], folder: &Path) -> OsString {
    [option.as_ref(), equals.as_ref(), folder.as_os_str(), equals.as_ref(), name.as_ref()]
        .into_iter()
        .collect()
}

/// Where cargo keeps the sources of other people's crates.
fn cargo_home() -> Option<PathBuf> {
    let told = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    told.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(target: Target, name: &str) -> String {
        let mut command = Command::new("cargo");
        repeatably(&mut command, Path::new("/a folder"), target, Some(Path::new("/usr/src/library")));
        let set = command.get_envs().find(|(set, _)| *set == name).and_then(|(_, value)| value);
        set.unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn folders_of_this_machine_have_other_names_in_what_is_built() {
        let flags = environment(Target::Windows, "CARGO_ENCODED_RUSTFLAGS");
        let flags: Vec<&str> = flags.split('\u{1f}').collect();
        assert!(flags.contains(&"--remap-path-prefix=/a folder=labrelay"), "{flags:?}");
        assert!(flags.contains(&"--remap-path-prefix=/usr/src/library=rust"), "{flags:?}");
        assert!(flags.contains(&"-Clink-arg=-Wl,--no-insert-timestamp"), "{flags:?}");
    }

    #[test]
    fn times_are_left_out_where_a_linker_writes_them() {
        assert!(!environment(Target::Linux, "CARGO_ENCODED_RUSTFLAGS").contains("timestamp"));
        assert!(environment(Target::Linux, "CFLAGS_x86_64_unknown_linux_gnu").contains("-ffile-prefix-map="));
    }
}
