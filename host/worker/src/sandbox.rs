//! Deliberately empty: the worker's sandbox comes with issue 4 ("Plugins can hurt nobody").
//!
//! Until then a plugin runs with the service's own rights, and nothing here pretends otherwise. The place is
//! kept because the order matters: `serve` calls nothing of a plugin before this point, and after it a
//! worker needs only what it already holds: its channel, and the open files that come through it.
