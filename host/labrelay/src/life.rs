//! What the running service tells the outside and hears from it: how far it is, that it is alive, and the wish to stop.

use std::io;

use labrelay_os::service::Manager;
use tracing::debug;

use crate::stop::Stop;
use crate::watchdog::{Pulse, Step, Watchdog};

/// Who says when to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoppedBy {
    /// A signal, or its like on Windows' console.
    Signal,
    /// Windows' service manager, through `Stop` itself: a service has no console.
    #[cfg_attr(unix, allow(dead_code))] // systemd sends a signal
    Manager,
}

/// One run of the service.
#[derive(Debug)]
pub(crate) struct Life {
    /// Told how it goes; nobody in the foreground.
    manager: Manager,
    /// Told to stop.
    pub stop: Stop,
    /// Watches whoever works.
    pub watchdog: Watchdog,
    stopped_by: StoppedBy,
    start: Pulse,
}

impl Life {
    /// Begins, watched from now on.
    pub(crate) fn begin(manager: Manager, stop: Stop, stopped_by: StoppedBy) -> Self {
        let watchdog = Watchdog::default();
        let start = watchdog.watch("its start", Step::Begin);
        watchdog.start(manager.clone());
        manager.starting("reading the configuration");
        Self { manager, stop, watchdog, stopped_by, start }
    }

    /// In the foreground, until a signal.
    pub(crate) fn in_foreground() -> Self {
        Self::begin(Manager::of_this_process(), Stop::default(), StoppedBy::Signal)
    }

    /// The start has come so far, and goes on with `step`.
    pub(crate) fn starting(&self, words: &str, step: Step) {
        debug!("{words}");
        self.manager.starting(words);
        self.start.begin(step);
    }

    /// Everything runs; from now on whoever works is watched for itself.
    pub(crate) fn ready(&self) {
        self.start.end();
        self.manager.ready();
    }

    /// Waits for the wish to stop, and passes it on to everyone.
    pub(crate) async fn told_to_stop(&self) -> io::Result<()> {
        let heard = tokio::select! {
            () = self.stop.told() => Ok(()),
            heard = signal(), if self.stopped_by == StoppedBy::Signal => heard,
        };
        self.watchdog.stopping();
        self.stop.set();
        self.manager.stopping();
        heard
    }

    /// Another part has come to its end.
    pub(crate) fn stopping(&self) {
        self.manager.stopping();
    }
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Whatever Windows tells a program in the foreground before it ends it.
#[cfg(windows)]
async fn signal() -> io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut interrupt, mut hard_break) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = hard_break.recv() => Ok(()),
        _ = close.recv() => Ok(()),
        _ = shutdown.recv() => Ok(()),
    }
}
