//! The made-up instrument's plugin, in its first version. `tests/made_up_next` is the second.

mod instrument;
mod messages;
mod results;

pub use instrument::MadeUp;

labrelay_collector::export_collector!(MadeUp, manifest: include_bytes!("../manifest.yaml"));
