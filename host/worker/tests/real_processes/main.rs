//! Real worker processes with real plugins, well-behaved and otherwise, as the host sees them.

mod faults;
mod loading;
mod miniature;
mod polling;
