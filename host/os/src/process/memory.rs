//! How much memory another process has held at most, as the system counts it. Asks for no right to the process but that.

#![cfg_attr(windows, allow(unsafe_code))]

/// The most physical memory in bytes that the process with this id has held so far; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn peak_memory_bytes(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The most physical memory in bytes that the process with this id has held so far; `None` where the system does not tell.
#[cfg(windows)]
pub fn peak_memory_bytes(id: u32) -> Option<u64> {
    use std::os::windows::io::AsRawHandle as _;

    use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
    use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION};

    // SAFETY: only asks; the handle is owned from here on.
    let process =
        crate::windows::owned(unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) }).ok()?;
    let mut counters = PROCESS_MEMORY_COUNTERS::default();
    let size = u32::try_from(size_of::<PROCESS_MEMORY_COUNTERS>()).ok()?;
    // SAFETY: the process is open, and the room is as long as said.
    let asked = unsafe { K32GetProcessMemoryInfo(process.as_raw_handle(), &mut counters, size) };
    crate::windows::succeeded(asked).ok()?;
    u64::try_from(counters.PeakWorkingSetSize).ok()
}

/// The most physical memory in bytes that the process with this id has held so far; `None` where the system does not tell.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn peak_memory_bytes(_id: u32) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn a_process_that_took_memory_is_told_of_it() {
        let before = peak_memory_bytes(std::process::id()).unwrap();
        let taken = vec![1_u8; 64 << 20];
        assert!(taken.iter().all(|byte| *byte == 1));
        assert!(peak_memory_bytes(std::process::id()).unwrap() >= before.max(64 << 20));
        assert_eq!(peak_memory_bytes(u32::MAX), None, "there is no such process");
    }
}
