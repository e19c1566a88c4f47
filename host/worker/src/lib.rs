//! Worker processes: one plugin each, loaded there and only there; supervised from the host.
