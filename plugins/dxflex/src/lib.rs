//! Collector plugin of the dxflex family.
