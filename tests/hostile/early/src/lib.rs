//! A test plugin whose misdeed is done when it is loaded: its constructor opens a socket and a file.
#![allow(unsafe_code)] // a hostile plugin keeps to nothing

use std::sync::atomic::{AtomicI32, Ordering};

use labrelay_abi::__private::{RSlice, RVec};

/// What came of it: 200 if anything worked, else the system's error.
static OUTCOME: AtomicI32 = AtomicI32::new(0);

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = constructor;

extern "C" fn constructor() {
    // SAFETY: plain calls with constant arguments.
    let (socket, file) = unsafe {
        (
            libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0),
            libc::open(c"/etc/passwd".as_ptr(), libc::O_RDONLY),
        )
    };
    let error = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    OUTCOME.store(if socket >= 0 || file >= 0 { 200 } else { error }, Ordering::Relaxed);
}

/// For who loads it without the ABI.
#[unsafe(no_mangle)]
pub extern "C" fn early_outcome() -> i32 {
    OUTCOME.load(Ordering::Relaxed)
}

extern "C" fn tell(_: RSlice<'_, u8>) -> RVec<u8> {
    std::process::exit(early_outcome())
}

labrelay_abi::export_root_v1!(describe: tell, open: tell, poll: tell, close: tell);
