//! What tells the program to stop. The first of it is enough; nothing ends it at once.

use std::io;

use tokio::sync::oneshot;

/// Fires when the system or a person tells this program to stop.
pub(crate) fn told() -> io::Result<oneshot::Receiver<()>> {
    let told = signals()?;
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move {
        told.await;
        tracing::info!("stopping");
        let _ = stop.send(()); // whoever waited has stopped already
    });
    Ok(stopped)
}

/// SIGTERM or SIGINT.
#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Whatever Windows tells a program in a console before it ends it.
#[cfg(windows)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut interrupt, mut hard_break) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = hard_break.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    })
}
