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

    /// Whether it is a service of Windows, which has no console.
    #[cfg(windows)]
    pub(crate) fn is_managed(&self) -> bool {
        self.stopped_by == StoppedBy::Manager
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

    /// Listens for signals from now on, if they are how this service is stopped; within a runtime.
    pub(crate) fn listen(&self) -> io::Result<Option<Signals>> {
        match self.stopped_by {
            StoppedBy::Signal => Signals::listen().map(Some),
            StoppedBy::Manager => Ok(None),
        }
    }

    /// Waits for the wish to stop, and passes it on to everyone.
    pub(crate) async fn told_to_stop(&self, signals: Option<Signals>) {
        match signals {
            Some(mut signals) => tokio::select! {
                () = self.stop.told() => {}
                () = signals.next() => {}
            },
            None => self.stop.told().await,
        }
        self.watchdog.stopping();
        self.stop.set();
        self.manager.stopping();
    }

    /// Another part has come to its end.
    pub(crate) fn stopping(&self) {
        self.manager.stopping();
    }
}

/// What asks a program to end.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Whatever Windows tells a program in the foreground before it ends it.
#[cfg(windows)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    hard_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        let (interrupt, hard_break) = (ctrl_c()?, ctrl_break()?);
        Ok(Self { interrupt, hard_break, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.hard_break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}
