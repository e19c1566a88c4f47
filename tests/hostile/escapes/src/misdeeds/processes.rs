//! Reaching other processes, becoming more than one, and using up the machine.

use std::hint::black_box;
use std::io;
use std::ptr;

use super::{Misdeed, done};

fn host(misdeed: &Misdeed<'_>) -> io::Result<i32> {
    misdeed.argument.parse().map_err(|_| io::ErrorKind::InvalidInput.into())
}

pub(super) fn read_host(misdeed: &Misdeed<'_>) -> io::Result<()> {
    std::fs::read(format!("/proc/{}/environ", host(misdeed)?)).map(drop)
}

/// By a signal that does nothing, or these tests would end here.
pub(super) fn signal_host(misdeed: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: numbers only.
    done(unsafe { libc::kill(host(misdeed)?, libc::SIGWINCH) }.into())
}

pub(super) fn trace_host(misdeed: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: attaching takes no address.
    done(unsafe { libc::ptrace(libc::PTRACE_SEIZE, host(misdeed)?, 0, 0) })
}

pub(super) fn fork(_: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: the child does nothing but end.
    match unsafe { libc::fork() } {
        // SAFETY: ends the child without running anything else.
        0 => unsafe { libc::_exit(0) },
        other => done(other.into()),
    }
}

/// Becomes a shell, which ends with the code of a misdeed that worked.
pub(super) fn exec(_: &Misdeed<'_>) -> io::Result<()> {
    let arguments = [c"sh".as_ptr(), c"-c".as_ptr(), c"exit 200".as_ptr(), ptr::null()];
    // SAFETY: a path and a list that ends with null.
    done(unsafe { libc::execv(c"/bin/sh".as_ptr(), arguments.as_ptr()) }.into())
}

pub(super) fn thread(_: &Misdeed<'_>) -> io::Result<()> {
    std::thread::Builder::new().spawn(|| {}).map(drop)
}

pub(super) fn io_uring(_: &Misdeed<'_>) -> io::Result<()> {
    let mut parameters = [0_u64; 32]; // longer than `struct io_uring_params`
    // SAFETY: the kernel writes into the parameters.
    done(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) })
}

/// `getpid` by the way of 32-bit programs, whose numbers mean other calls.
#[cfg(target_arch = "x86_64")]
pub(super) fn foreign_call(_: &Misdeed<'_>) -> io::Result<()> {
    let mut number: i64 = 20;
    // SAFETY: `getpid` touches no memory.
    unsafe {
        std::arch::asm!("int 0x80", inout("rax") number, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
    };
    done(number)
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn foreign_call(_: &Misdeed<'_>) -> io::Result<()> {
    Ok(())
}

/// Memory that can be written and executed: the first step of most attacks on what is loaded.
pub(super) fn code(_: &Misdeed<'_>) -> io::Result<()> {
    let protection = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping, wherever there is room.
    let mapped = unsafe { libc::mmap(ptr::null_mut(), 4096, protection, flags, -1, 0) };
    if mapped == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
}

pub(super) fn namespace(_: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: a constant.
    done(unsafe { libc::unshare(libc::CLONE_NEWUSER) }.into())
}

/// More than a worker may have. Where memory is refused, the process ends.
pub(super) fn balloon(_: &Misdeed<'_>) -> io::Result<()> {
    black_box(vec![1_u8; 600 * 1024 * 1024]);
    Ok(())
}
