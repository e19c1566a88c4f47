//! How the system's allocator keeps memory: for a service that rests most of the time, and should be small then.
//!
//! Only glibc needs telling; elsewhere this does nothing.
#![allow(unsafe_code)]

/// Has all threads share one heap. To be called once, before there are threads.
///
/// By itself glibc gives each thread a heap of its own, up to eight for each core, and every one keeps the largest
/// batch that ever passed through it. Our threads wait for disk and network, seldom for each other's allocations.
pub fn share_one_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::set_arena_max(1);
}

/// Gives back to the system what is free. It takes some hundred microseconds, so it is for a process that has come to rest.
///
/// By itself glibc keeps what lies below a block that is still in use: of a worker some 3 MB of replies that it has sent.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::trim();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_int;

    /// `M_ARENA_MAX` of `malloc.h`.
    const M_ARENA_MAX: c_int = -8;

    unsafe extern "C" {
        fn mallopt(param: c_int, value: c_int) -> c_int;
        fn malloc_trim(pad: usize) -> c_int;
    }

    pub(super) fn trim() {
        // SAFETY: glibc's own declaration; it touches free memory alone, under its own lock.
        let _ = unsafe { malloc_trim(0) }; // whether there was any
    }

    pub(super) fn set_arena_max(arenas: c_int) {
        // SAFETY: glibc's own declaration; it takes two numbers, and locks what it changes.
        let _ = unsafe { mallopt(M_ARENA_MAX, arenas) }; // if it refuses, more memory is used, and no more
    }
}
