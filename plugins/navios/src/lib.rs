//! Collector plugin of the navios family.
