//! Log lines on standard error. They name streams, counts and reasons, never a value of a record.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;

/// Starts logging at `info`, or as the environment variable `LABRELAY_LOG` says (`debug`, `warn` …).
pub(crate) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("LABRELAY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Files and journals want no colours, and Windows' console shows their codes unless it is told not to.
    let colours = cfg!(unix) && std::io::stderr().is_terminal();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}
