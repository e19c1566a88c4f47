//! Who runs this process: for lines of an audit log, and for nothing that leaves.

use std::fmt;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{account, login};
#[cfg(windows)]
pub use windows::{account, login};

/// An account of this PC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number; on Windows its security identifier.
    pub id: String,
    /// Its name, where the PC declares one.
    pub name: Option<String>,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.id),
            None => write!(f, "({})", self.id),
        }
    }
}
