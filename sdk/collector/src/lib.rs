//! What the author of a collector plugin uses: Collector, Input, FCS reader, export_collector!.

pub mod fcs;
mod input;

pub use input::Input;
