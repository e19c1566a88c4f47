//! Two seccomp filters: what is needed to load a library, and the smaller part of it that is needed to run one.
//!
//! An allow-list: a call that is not named fails with EPERM. One of another architecture (32-bit calls on a 64-bit system)
//! ends the process. Names and arguments are of the kernel's `syscalls(2)`; addresses are never looked at, since a
//! filter can't read memory.

use std::collections::BTreeMap;
use std::io;

use libc::{c_int, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// Calls that compute, wait, read what is open, answer on the channel, and end.
const RUNNING: &[c_long] = &[
    // Memory. No executable one: see `not_executable`.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // What is open. Writing reaches the channel and the two outputs that the host throws away: inputs are open for reading.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_close,
    // The channel.
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    // Time, waiting, chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_restart_syscall,
    libc::SYS_getrandom,
    // Itself: panics, stack overflows, ends.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_sched_getaffinity,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What the system's loader needs beside: opening files for reading (Landlock leaves it the library alone), looking at
/// them, making code executable; and the way to the second filter.
const LOADING: &[c_long] = &[libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_newfstatat, libc::SYS_seccomp];

/// The first filter.
pub(super) fn allow_loading() -> io::Result<()> {
    let mut rules = always(RUNNING.iter().chain(LOADING));
    rules.extend(with_arguments()?);
    let reading = SeccompCmpOp::MaskedEq(FORBIDDEN_OPEN_FLAGS);
    rules.insert(libc::SYS_openat, vec![rule(2, reading, 0)?]);
    let no_new_privs = u64::try_from(libc::PR_SET_NO_NEW_PRIVS).unwrap_or(u64::MAX);
    rules.insert(libc::SYS_prctl, vec![rule(0, SeccompCmpOp::Eq, no_new_privs)?]);
    apply(rules)
}

/// The second filter, which the first one allowed to add.
pub(super) fn allow_running() -> io::Result<()> {
    let mut rules = always(RUNNING.iter());
    rules.extend(with_arguments()?);
    rules.extend([(libc::SYS_mmap, vec![not_executable()?]), (libc::SYS_mprotect, vec![not_executable()?])]);
    apply(rules)
}

/// Flags of `open(2)` with which a file is not only read.
const FORBIDDEN_OPEN_FLAGS: u64 = (libc::O_ACCMODE
    | libc::O_CREAT
    | libc::O_TRUNC
    | libc::O_APPEND
    | libc::O_PATH
    | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u64;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn always<'a>(calls: impl Iterator<Item = &'a c_long>) -> Rules {
    calls.map(|call| (*call, Vec::new())).collect()
}

/// Calls of which only some uses are let through, at both times.
fn with_arguments() -> io::Result<Rules> {
    let this = u64::from(std::process::id());
    let fcntl = [libc::F_GETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
    let fcntl = fcntl.map(|what: c_int| rule(1, SeccompCmpOp::Eq, u64::from(what.unsigned_abs())));
    Ok(BTreeMap::from([
        // `abort` signals its own thread.
        (libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, this)?]),
        // No locks and no signals to others: an instrument's program shares these files.
        (libc::SYS_fcntl, fcntl.into_iter().collect::<io::Result<_>>()?),
    ]))
}

/// Memory that is not to be executed: the third argument holds the protection.
fn not_executable() -> io::Result<SeccompRule> {
    rule(2, SeccompCmpOp::MaskedEq(u64::from(libc::PROT_EXEC.unsigned_abs())), 0)
}

fn rule(argument: u8, operation: SeccompCmpOp, value: u64) -> io::Result<SeccompRule> {
    let condition = SeccompCondition::new(argument, Dword, operation, value).map_err(io::Error::other)?;
    SeccompRule::new(vec![condition]).map_err(io::Error::other)
}

fn apply(rules: Rules) -> io::Result<()> {
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let filter =
        SeccompFilter::new(rules, refused, SeccompAction::Allow, architecture).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}
