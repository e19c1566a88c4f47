//! Work that waits for better-paid work: lowers the priority of a thread, and goes on if it can't.

/// Lowers the priority of the calling thread.
///
/// Where it can't be lowered, work goes on as before: slower answers are no reason to stop.
pub(crate) fn yield_to_others() {
    if let Err(why) = labrelay_os::priority::lower() {
        tracing::warn!(%why, "a background thread keeps its full priority");
    }
}
