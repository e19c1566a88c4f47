//! The system's libraries that a plugin may be linked with: loaded ahead, since later no file of theirs can be opened.

#![allow(unsafe_code)]

use std::ffi::CStr;

/// Rust's standard library needs `libc` and `libgcc_s`, which every worker has by itself. Mathematics is in `libm`; a plugin
/// that was built on a system with a C library before 2.34 names the other three, which are empty by now.
const LIBRARIES: [&CStr; 4] = [c"libm.so.6", c"libdl.so.2", c"libpthread.so.0", c"librt.so.1"];

/// Loads them. One that the system lacks is passed over: if the plugin needs it, the loader says so.
pub(super) fn load_ahead() {
    for library in LIBRARIES {
        // SAFETY: a library of the system's own C library, of whose start code this process runs the larger part already.
        unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_LAZY) };
    }
}
