//! The few things each operating system does its own way: handles, sockets, file identity, key files.

pub mod caller;
pub mod channel;
pub mod control;
pub mod core_dump;
#[cfg(windows)]
pub mod data_folder;
pub mod end;
#[cfg(windows)]
pub mod event_log;
pub mod file;
pub mod group;
pub mod key_file;
pub mod memory;
pub mod names;
pub mod priority;
pub mod private;
pub mod process;
pub mod readable;
pub mod sandbox;
pub mod service;
pub mod space;
#[cfg(windows)]
pub(crate) mod windows;
