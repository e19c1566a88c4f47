//! The few things each operating system does its own way: handles, sockets, file identity, key files.
