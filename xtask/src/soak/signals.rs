//! Ctrl-C and SIGTERM end a soak between two steps, so that no process and no mount of it is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

/// Turns true when one of them comes.
pub(super) fn stop() -> anyhow::Result<Arc<AtomicBool>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listening = runtime.enter();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    drop(listening);
    let stop = Arc::new(AtomicBool::new(false));
    let of_thread = Arc::clone(&stop);
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        });
        of_thread.store(true, Ordering::Relaxed);
    });
    Ok(stop)
}
