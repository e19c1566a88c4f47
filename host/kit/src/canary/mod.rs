//! Marks ("canaries"): made-up identifiers, planted wherever an input can hold one, and the search for them in what came out.
//!
//! Knows samples and bytes; `labrelay canary` lets a whole service run over them, `labrelay plugin test` one plugin.

mod fcs;
mod lines;
mod marks;
mod runs;
mod search;

pub use fcs::Sample;
pub use lines::{marked, records, text};
pub use marks::Marks;
pub use runs::overwritten;
pub use search::Search;

/// Why nothing could be planted or looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// The system's generator failed.
    #[error("the system gives no random bytes, so no mark can be made")]
    NoRandomBytes,
    /// A search has a bound.
    #[error("too many marks for one search; give fewer samples")]
    TooManyMarks,
}
