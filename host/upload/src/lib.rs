//! Uploaders: from the spool to the region's receiver, and the retry that never gives up.
