//! Behaviour of the spool, promise by promise.

mod commits;
mod support;
