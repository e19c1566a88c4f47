//! The I/O broker: finds settled files, knows them by identity, opens them shared and read-only.
