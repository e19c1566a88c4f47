//! Groups of processes whose shares of memory and processors are limited together.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub use linux::make_room;
#[cfg(target_os = "linux")]
pub(crate) use linux::{enter, make_own};

/// Whether workers can have groups of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups {
    /// There is room for them.
    Delegated,
    /// Nobody has delegated a group to this service.
    NotDelegated,
}

/// On Windows each worker is started in a job of its own.
#[cfg(windows)]
pub fn make_room() -> std::io::Result<Groups> {
    Ok(Groups::NotDelegated)
}
