//! What it takes to build for Windows elsewhere: a linker, and a Rust whose standard library for Windows is there or can be built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{cargo, repository};
use crate::shipped::{self, Built, System, built};

const LINKER: &str = "x86_64-w64-mingw32-gcc";
const OBJDUMP: &str = "x86_64-w64-mingw32-objdump";
/// Where a distribution puts a Rust of its own, beside that of rustup.
const DISTRIBUTION: &str = "/usr/bin";
/// Sources of the standard library within a Rust's folder.
const LIBRARY: &str = "lib/rustlib/src/rust/library";

const NO_LINKER: &str = "no MinGW linker: `apt-get install gcc-mingw-w64-x86-64`";
const NO_LIBRARY: &str = "no standard library for Windows: `rustup target add x86_64-pc-windows-gnu`, or a distribution's Rust \
                          with its sources (Debian: `apt-get install rustc-web cargo-web rust-web-src`)";

/// A Rust that builds for Windows.
pub(crate) enum Toolchain {
    /// The one that runs this: the library for Windows is installed.
    Installed,
    /// One that builds the library from its sources.
    FromSource(FromSource),
}

/// A distribution's Rust.
pub(crate) struct FromSource {
    /// The compiler.
    pub(crate) rustc: PathBuf,
    /// Where its own shared libraries lie, if the system does not know.
    pub(crate) libraries: Option<std::ffi::OsString>,
    /// Within the repository's target folder: one for each compiler.
    pub(super) folder: &'static str,
}

/// How much work goes into what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As tests under Wine have it.
    Test,
    /// As a release has it.
    Shipped,
}

impl Toolchain {
    /// Looks for one; what is missing if there is none.
    pub(crate) fn find() -> Result<Self, String> {
        if !starts(Command::new(LINKER).arg("--version")) {
            return Err(NO_LINKER.into());
        }
        let target = Path::new("lib/rustlib").join(System::Windows.triple());
        if sysroot(&mut Command::new("rustc")).is_some_and(|root| root.join(target).is_dir()) {
            return Ok(Self::Installed);
        }
        let theirs = FromSource { rustc: distribution("rustc"), libraries: None, folder: "windows" };
        if distribution("cargo").is_file() && theirs.library().is_some() {
            return Ok(Self::FromSource(theirs));
        }
        Err(NO_LIBRARY.into())
    }

    /// `cargo JOB … --target TARGET`, with a folder of its own for what it builds.
    pub(super) fn cargo(&self, job: &str) -> Command {
        let mut command = match self {
            Self::Installed => cargo(&[job]),
            Self::FromSource(theirs) => theirs.cargo(job),
        };
        shipped::repeatably(&mut command);
        command.args(["--target", System::Windows.triple()]).current_dir(repository());
        command.env("CARGO_TARGET_DIR", self.folder(repository()));
        command
    }

    /// Builds programs and all plugins, and `also` further plugins; for tests in one go, so that they share what they depend on.
    pub(crate) fn build(&self, profile: Profile, also: &[&str]) -> anyhow::Result<Built> {
        self.build_in(repository(), &self.folder(repository()), profile, also)
    }

    /// The same of a copy of the repository in `root`, into `target`.
    pub(crate) fn build_in(
        &self,
        root: &Path,
        target: &Path,
        profile: Profile,
        also: &[&str],
    ) -> anyhow::Result<Built> {
        let also = also.iter().map(|package| (*package).to_owned());
        let [host, plugins, receiver] = Built::groups()?;
        let groups = match profile {
            Profile::Test => vec![[host, plugins, receiver].into_iter().flatten().chain(also).collect()],
            Profile::Shipped => vec![host, plugins.into_iter().chain(also).collect(), receiver],
        };
        let mut commands: Vec<Command> =
            groups.iter().map(|packages| self.build_command(root, target, profile, packages)).collect();
        Built::by(&mut commands, System::Windows)
    }

    fn build_command(&self, root: &Path, target: &Path, profile: Profile, packages: &[String]) -> Command {
        let mut command = self.cargo("build");
        command.current_dir(root).env("CARGO_TARGET_DIR", target);
        packages.iter().for_each(|package| _ = command.args(["--package", package]));
        match profile {
            Profile::Test => _ = command.args(["--profile", shipped::TEST_PROFILE]),
            Profile::Shipped => {
                shipped::release(&mut command, System::Windows, target, self.library().as_deref());
            }
        }
        command
    }

    /// The sources of the standard library, where it is built anew.
    fn library(&self) -> Option<PathBuf> {
        match self {
            Self::Installed => None,
            Self::FromSource(theirs) => theirs.library(),
        }
    }

    /// Where it puts what it builds of the repository in `root`.
    pub(crate) fn folder(&self, root: &Path) -> PathBuf {
        let name = match self {
            Self::Installed => "windows",
            Self::FromSource(theirs) => theirs.folder,
        };
        root.join("target").join(name)
    }

    /// Builds the families' plugins alone, of this repository, as tests have them. A compiler that is older than what the
    /// workspace asks for is taken all the same.
    pub(super) fn build_plugins(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut command = self.cargo("build");
        for package in built::plugin_packages()? {
            command.args(["--package", &package]);
        }
        command.args(["--profile", shipped::TEST_PROFILE, "--ignore-rust-version"]);
        built::plugins_by(&mut command, System::Windows)
    }

    /// The tool that lists what a file imports.
    pub(super) fn objdump(&self) -> PathBuf {
        OBJDUMP.into()
    }

    /// The linker, which is a C compiler as well.
    pub(super) fn compiler(&self) -> PathBuf {
        LINKER.into()
    }
}

impl FromSource {
    /// Cargo is always the distribution's: it has to know how to build the library for any compiler.
    fn cargo(&self, job: &str) -> Command {
        let mut command = Command::new(distribution("cargo"));
        command.args([job, "-Zbuild-std"]).env("RUSTC", &self.rustc).env("RUSTC_BOOTSTRAP", "1");
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        without_rustup(&mut command);
        command
    }

    /// The sources of its library, as the compiler names them: without links.
    fn library(&self) -> Option<PathBuf> {
        let mut rustc = Command::new(&self.rustc);
        if let Some(libraries) = &self.libraries {
            rustc.env("LD_LIBRARY_PATH", libraries);
        }
        sysroot(&mut rustc)?.join(LIBRARY).canonicalize().ok()
    }
}

/// A program of the distribution's own Rust.
pub(crate) fn distribution(program: &str) -> PathBuf {
    Path::new(DISTRIBUTION).join(program)
}

fn sysroot(rustc: &mut Command) -> Option<PathBuf> {
    let output = rustc.args(["--print", "sysroot"]).current_dir(repository()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// Takes away what would lead back to rustup's own compiler.
pub(crate) fn without_rustup(command: &mut Command) {
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(name);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let kept = std::env::split_paths(&path).filter(|folder| !folder.join("rustup").exists());
    command.env("PATH", std::env::join_paths(kept).unwrap_or(path));
}

pub(crate) fn starts(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
