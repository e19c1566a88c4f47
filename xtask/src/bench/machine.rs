//! What a figure was measured on, without which it says nothing.

use std::fmt;
use std::fs::read_to_string;
use std::process::Command;

use crate::demo::process::output_of;

/// The machine, and what it was doing before the measurements began.
pub(super) struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    compiler: String,
    /// The load average before.
    pub(super) load: String,
}

impl Machine {
    /// Looks at this machine.
    pub(super) fn look() -> anyhow::Result<Self> {
        let rustc = output_of(Command::new("rustc").arg("--version"))?;
        let processors = read_to_string("/proc/cpuinfo")?;
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            processor: model.trim_start_matches([' ', '\t', ':']).to_owned(),
            kernel: read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            compiler: String::from_utf8_lossy(&rustc).trim().to_owned(),
            load: load()?,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, processor, kernel, compiler, .. } = self;
        write!(f, "{cores} cores ({processor}), Linux {kernel}, {compiler}")
    }
}

/// Load averages of 1, 5 and 15 minutes.
pub(super) fn load() -> anyhow::Result<String> {
    let text = read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').take(3).collect::<Vec<_>>().join(" "))
}
