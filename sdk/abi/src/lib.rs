//! The frozen plugin ABI and the encoding of what crosses it.
