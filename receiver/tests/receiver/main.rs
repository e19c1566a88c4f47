//! The receiver as its clients meet it: the real program over loopback TLS, with real signatures.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod aggregates;
mod answers;
mod batches;
mod bounds;
mod commits;
mod device;
mod epochs;
mod evolution;
mod lake;
mod load;
mod program;
mod python;
mod revocation;
