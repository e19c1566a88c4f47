//! `cargo xtask fuzz`: libFuzzer on everything that reads bytes of others, from the committed seeds.
//!
//! A stable compiler does: coverage comes from LLVM's own pass. What a run finds lies under `target/fuzz/`; a finding
//! that is mended becomes a seed in `tests/fuzz/corpus/`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

use anyhow::{Context, bail, ensure};

use crate::cargo::{cargo, repository, run as succeed};

/// Instructs the compiler to count branches and comparisons, where libFuzzer looks for them.
const COVERAGE: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";
/// An input that takes longer is a finding: what reads hostile bytes does so in linear time.
const SLOWEST_INPUT_S: &str = "10";
/// More memory than this for one input is a finding, in MB.
const MOST_MEMORY_MB: &str = "1024";

/// What to fuzz and how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these targets, as the folders in tests/fuzz/corpus are called [default: all]
    #[arg(value_name = "TARGET")]
    only: Vec<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

impl Options {
    /// All targets, for as long as CI gives them.
    pub(crate) fn for_ci() -> Self {
        Self { only: Vec::new(), seconds: 60 }
    }
}

/// Builds the fuzzer and runs each target, as many at a time as there are cores.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let known = targets()?;
    if let Some(unknown) = options.only.iter().find(|name| !known.contains(name)) {
        bail!("there is no target {unknown:?}; there are: {}", known.join(", "));
    }
    let wanted = if options.only.is_empty() { known } else { options.only.clone() };
    let fuzzer = build()?;
    let mut found = Vec::new();
    for together in wanted.chunks(available_parallelism().map_or(1, usize::from)) {
        let start = |name: &String| Ok((name.clone(), start(&fuzzer, name, options.seconds)?));
        let running = together.iter().map(start).collect::<anyhow::Result<Vec<_>>>()?;
        for (name, mut child) in running {
            let status = child.wait().context("the fuzzer could not be waited for")?;
            println!(
                "{name}: {} s, {}",
                options.seconds,
                if status.success() { "nothing found" } else { "FOUND" }
            );
            if !status.success() {
                found.push(format!("{name} ({})", place(&name).join("log").display()));
            }
        }
    }
    ensure!(found.is_empty(), "found something in: {}", found.join(", "));
    Ok(())
}

/// Each folder of seeds is a target.
fn targets() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in std::fs::read_dir(corpus()).context("tests/fuzz/corpus can't be listed")? {
        names.push(folder?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn corpus() -> PathBuf {
    repository().join("tests/fuzz/corpus")
}

/// Where a target's new inputs, findings and log go.
fn place(target: &str) -> PathBuf {
    repository().join("target/fuzz").join(target)
}

/// In a folder of its own, since every crate below is compiled otherwise. Naming the platform keeps build scripts as
/// they are.
fn build() -> anyhow::Result<PathBuf> {
    let platform = platform()?;
    let folder = repository().join("target/fuzz/build");
    succeed(
        cargo(&["build", "--release", "--package", "labrelay-fuzz", "--target", &platform])
            .env("RUSTFLAGS", COVERAGE)
            .env("CARGO_TARGET_DIR", &folder)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_STRIP", "none") // a finding's backtrace has names
            .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true"),
    )?;
    Ok(folder.join(platform).join("release/labrelay-fuzz"))
}

fn platform() -> anyhow::Result<String> {
    let told = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say for which platform it is")
}

fn start(fuzzer: &Path, target: &str, seconds: u32) -> anyhow::Result<Child> {
    let place = place(target);
    let inputs = place.join("inputs");
    std::fs::create_dir_all(&inputs).with_context(|| inputs.display().to_string())?;
    let log = std::fs::File::create(place.join("log")).with_context(|| place.display().to_string())?;
    Command::new(fuzzer)
        .env("LABRELAY_FUZZ", target)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={SLOWEST_INPUT_S}"))
        .arg(format!("-rss_limit_mb={MOST_MEMORY_MB}"))
        .arg(format!("-artifact_prefix={}/", place.display()))
        .args([inputs, corpus().join(target)])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("the fuzzer could not be started")
}
