//! The gate: a record leaves only because every part of it was declared. No I/O, no clock.
