//! Log lines: on standard error, or in a file where a service has none. They name streams, counts and reasons, never a value
//! of a record.

#[cfg(any(windows, test))]
mod file;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::cli::LogFormat;

#[cfg(windows)]
pub(crate) use file::begin as into_file;

/// Starts logging at `info`, or as the environment variable `LABRELAY_LOG` says (`debug`, `warn` …).
pub(crate) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("LABRELAY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Files and journals want no colours, and Windows' console shows their codes unless it is told not to.
    let colours = cfg!(unix) && std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer()).with_ansi(colours);
    match format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}

#[cfg(unix)]
fn writer() -> BoxMakeWriter {
    BoxMakeWriter::new(std::io::stderr)
}

#[cfg(windows)]
fn writer() -> BoxMakeWriter {
    BoxMakeWriter::new(|| file::Line)
}
