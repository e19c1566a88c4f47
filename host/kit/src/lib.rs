//! The plugin kit: begins a new plugin from templates ([`scaffold`]), and tries a built one in a real worker ([`test()`]).
//!
//! What it finds it gives back as a [`Report`]: it prints nothing, sends nothing, and installs nothing. A plugin is talked to as a
//! host does, through `host/worker` at the level of the ABI; there is no spool and no receiver in it.

pub mod canary;
pub mod difference;
pub mod scaffold;

mod case;
mod check;
mod compare;
mod files;
mod input;
mod junit;
mod mutants;
mod opening;
mod outcome;
mod reading;
mod report;
mod subject;
mod test;

pub use case::{About, Case, CaseError, TreatAs};
pub use check::{Check, Verdict};
pub use report::Report;
pub use subject::{Subject, SubjectError};
pub use test::{Options, test};
