//! The worker's sandbox: what a process that runs a plugin's code can no longer do, part by part.
//!
//! In two steps: [`confine`] before the library is loaded, since a library runs code when it is loaded; [`confine_further`]
//! after it, when nothing has to be opened any more. On Linux the process applies both to itself; on Windows it is started
//! confined, and `confine` measures what it was started with. Decides nothing: the host judges the [`Confinement`].
//! No part can be taken back by the process that it confines.

use std::fmt;
use std::str::FromStr;

#[cfg(target_os = "linux")]
mod linux;

#[cfg(windows)]
pub(crate) mod windows;

#[cfg(target_os = "linux")]
pub use linux::{confine, confine_further};
#[cfg(windows)]
pub use windows::{confine, confine_further};

macro_rules! parts {
    ($($(#[doc = $doc:literal])+ $part:ident = $word:literal,)+) => {
        /// One part of the sandbox. Each holds by itself; together they leave a plugin its own memory and what the host gives it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Part {
            $($(#[doc = $doc])+ $part,)+
        }

        impl Part {
            /// All parts, in the order in which they are reported.
            pub const ALL: &[Part] = &[$(Part::$part),+];

            /// The word for it in configuration, status and audit log.
            pub fn word(self) -> &'static str {
                match self { $(Part::$part => $word,)+ }
            }

            /// What it holds off, in one line for lab IT.
            pub fn explanation(self) -> &'static str {
                match self { $(Part::$part => concat!($($doc),+).trim_ascii_start(),)+ }
            }
        }
    };
}

#[cfg(not(windows))]
parts! {
    /// Nothing that is started has more rights than this process.
    NoNewPrivileges = "no_new_privileges",
    /// Memory, open files, file sizes and processes are limited.
    Limits = "limits",
    /// What it takes of memory and processors is limited as a group; where systemd has delegated one to the service.
    Group = "group",
    /// A network of its own without any interface; where the system lets the service make one.
    Network = "network",
    /// An account of its own that owns nothing; where the service was started as root.
    Account = "account",
    /// No file can be opened but the plugin's own, and that one is read-only.
    Files = "files",
    /// Only calls that compute, read what is open and answer the host are let through.
    SystemCalls = "system_calls",
}

#[cfg(windows)]
parts! {
    /// The process ends with the host, and starts no other.
    Job = "job",
    /// Memory and processor time are limited, and there is no clipboard, no desktop and no shutting down.
    Limits = "limits",
    /// No privilege is left, and no group that grants more than every user has.
    RestrictedToken = "restricted_token",
    /// Nothing can be written that is not marked as open to low integrity, and no other program be sent a message.
    LowIntegrity = "low_integrity",
    /// No network, and of all files only those that every packaged app may read.
    AppContainer = "app_container",
    /// No code is made at run time, no child process, and no library comes from elsewhere.
    Mitigations = "mitigations",
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that stands for no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no part of the sandbox; there are: {all}", all = words(Part::ALL))]
pub struct UnknownPart(String);

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(word: &str) -> Result<Self, UnknownPart> {
        let found = Part::ALL.iter().copied().find(|part| part.word() == word);
        found.ok_or_else(|| UnknownPart(word.to_owned()))
    }
}

/// The words of `parts`, for a sentence.
pub fn words(parts: &[Part]) -> String {
    parts.iter().map(|part| part.word()).collect::<Vec<_>>().join(", ")
}

/// How it stands with one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Hold {
    /// It is in force.
    InForce = 1,
    /// It does not apply: the service was not started with the right to it, and the other parts do without it.
    NotPermitted = 2,
    /// The system lacks it, or it failed: the plugin must not run, unless the site accepts that.
    Missing = 3,
}

/// How it stands with every part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// In the order of [`Part::ALL`].
    holds: Vec<Hold>,
}

impl Confinement {
    /// Nothing is in force.
    pub fn none() -> Self {
        Self { holds: vec![Hold::Missing; Part::ALL.len()] }
    }

    /// How it stands with `part`.
    pub fn hold(&self, part: Part) -> Hold {
        let held = Part::ALL.iter().zip(&self.holds).find(|(other, _)| **other == part);
        held.map_or(Hold::Missing, |(_, hold)| *hold)
    }

    /// Notes how it stands with `part`.
    pub(crate) fn set(&mut self, part: Part, hold: Hold) {
        for (_, held) in Part::ALL.iter().zip(&mut self.holds).filter(|(other, _)| **other == part) {
            *held = hold;
        }
    }

    /// The parts with which it stands so.
    pub fn parts(&self, hold: Hold) -> Vec<Part> {
        Part::ALL.iter().copied().filter(|part| self.hold(*part) == hold).collect()
    }

    /// One byte a part, to be sent to the host.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.holds.iter().map(|hold| *hold as u8).collect()
    }

    /// `None` for bytes that [`to_bytes`](Self::to_bytes) does not give.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let hold = |byte: &u8| {
            [Hold::InForce, Hold::NotPermitted, Hold::Missing].into_iter().find(|hold| *hold as u8 == *byte)
        };
        let holds: Vec<Hold> = bytes.iter().map(hold).collect::<Option<_>>()?;
        (holds.len() == Part::ALL.len()).then_some(Self { holds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_part_again() {
        for part in Part::ALL {
            assert_eq!(part.word().parse(), Ok(*part));
            assert!(part.explanation().ends_with('.'), "{part}");
        }
        let error = "everything".parse::<Part>().unwrap_err().to_string();
        assert!(error.contains("`everything`") && error.contains(words(Part::ALL).as_str()), "{error}");
    }

    #[test]
    fn a_confinement_survives_the_channel_and_other_bytes_are_none() {
        let mut confinement = Confinement::none();
        assert_eq!(confinement.parts(Hold::Missing), Part::ALL);
        confinement.set(Part::ALL[1], Hold::InForce);
        confinement.set(Part::ALL[0], Hold::NotPermitted);
        assert_eq!(Confinement::from_bytes(&confinement.to_bytes()), Some(confinement.clone()));
        assert_eq!(confinement.parts(Hold::InForce), [Part::ALL[1]]);
        let all = Part::ALL.len();
        for bytes in [vec![], vec![1; all - 1], vec![1; all + 1], vec![0; all], vec![4; all]] {
            assert_eq!(Confinement::from_bytes(&bytes), None, "{bytes:?}");
        }
    }
}
