//! The reference regional receiver: takes signed batches, makes them durable, puts them into a Delta Lake.
//!
//! Holds no state of its own besides the registry: landing and lake tell what has happened, so receivers can
//! be stopped, killed, restarted and multiplied. Compaction, retention and fan-out are other programs.

pub mod answer;
pub mod api;
mod background;
pub mod chain;
pub mod clock;
pub mod digest;
pub mod durable;
pub mod gaps;
pub mod gates;
pub mod import;
pub mod intake;
pub mod lake;
pub mod landing;
pub mod limits;
pub mod location;
pub mod manifests;
pub mod offline;
pub mod registry;
pub mod server;
pub mod service;
pub mod signature;
