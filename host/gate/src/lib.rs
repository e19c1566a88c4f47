//! The gate: a record leaves only because every part of it was declared in its family's manifest.
//!
//! [`Gate::check`] judges one record and makes it canonical, [`LineWriter`] writes what it accepted,
//! [`batch::check`] does it all again on the exact bytes of a batch. Nothing here repairs a value, looks for
//! identifiers in free text (there is none), does I/O or reads a clock.

pub mod batch;
pub mod detect;
pub mod json;

mod accepted;
mod aggregate;
mod binding;
mod column;
mod counters;
mod decimal;
mod event;
mod gate;
mod guard;
mod line;
mod local_names;
mod rule;
mod screen;
mod site;
mod specimen;
mod state;
mod stream;
mod text;
mod unit;
mod verdict;
mod version;

pub use accepted::AcceptedRecord;
pub use aggregate::ClosedWindow;
pub use counters::Counters;
pub use gate::Gate;
pub use guard::Guard;
pub use line::LineWriter;
pub use site::Site;
pub use specimen::SpecimenRecord;
pub use state::{GateState, StateError};
pub use unit::UnitVerdict;
pub use verdict::{Refusal, Verdict};
pub use version::is_version;
