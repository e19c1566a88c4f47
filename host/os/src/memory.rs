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

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_int;

    /// `M_ARENA_MAX` of `malloc.h`.
    const M_ARENA_MAX: c_int = -8;

    unsafe extern "C" {
        fn mallopt(param: c_int, value: c_int) -> c_int;
    }

    pub(super) fn set_arena_max(arenas: c_int) {
        // SAFETY: glibc's own declaration; it takes two numbers, and locks what it changes.
        let _ = unsafe { mallopt(M_ARENA_MAX, arenas) }; // if it refuses, more memory is used, and no more
    }
}
