//! Behaviour of the spool, promise by promise.

mod accounts;
mod commits;
mod damage;
mod delivery;
mod epochs;
mod failing_disk;
mod gate_state;
mod journal;
mod power_cut;
mod quarantine;
mod requeue;
mod salvage;
mod sealing;
mod support;
mod verify;
