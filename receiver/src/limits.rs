//! What a receiver takes on at once, and how long it waits. Sizes stand in `model::wire`.

use std::time::Duration;

/// Bounds of one receiver.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections. Further ones wait in the system's queue. A connection is about 50 KB.
    pub connections: usize,
    /// Bodies in memory, each up to 2 MiB packed and 4 MiB unpacked. Further ones get 429.
    pub bodies: usize,
    /// For the TLS handshake, and for the headers of each request; also how long a connection may idle.
    pub header_time: Duration,
    /// For a whole body: 2 MiB within a minute is 280 kbit/s.
    pub body_time: Duration,
    /// For requests in hand once the receiver is told to stop.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2048,
            bodies: 64,
            header_time: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            drain_time: Duration::from_secs(4),
        }
    }
}
