//! How an administrator opens an instrument's folder to the service: the commands, exactly. Runs none of them.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::commands_to_open;
#[cfg(windows)]
pub use windows::commands_to_open;
