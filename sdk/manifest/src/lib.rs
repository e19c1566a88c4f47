//! Manifest YAML to a typed Manifest, its JSON Schema, and the site inventory. No I/O, no clock.
