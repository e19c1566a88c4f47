//! Windows' Event Log: the source Labrelay in the log *Application*. Registers it, removes it, and writes events.
//!
//! The texts lie in the program itself, as a message table; which there are is the program's matter.

#![allow(unsafe_code)]

use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, HANDLE};
use windows_sys::Win32::System::Diagnostics::Debug::{
    FORMAT_MESSAGE_ARGUMENT_ARRAY, FORMAT_MESSAGE_FROM_HMODULE, FORMAT_MESSAGE_IGNORE_INSERTS, FormatMessageW,
};
use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
    RegisterEventSourceW, ReportEventW,
};
use windows_sys::Win32::System::Registry::{
    HKEY_LOCAL_MACHINE, REG_DWORD, REG_SZ, REG_VALUE_TYPE, RegDeleteTreeW, RegSetKeyValueW,
};

use crate::windows::{coded, narrow, succeeded, wide};

/// The name under which events stand there.
const SOURCE: &str = "Labrelay";
/// Where sources of the log *Application* are registered.
const KEY: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application\Labrelay";
/// Errors, warnings and information.
const TYPES: u32 = (EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE) as u32;
/// Longest text that is inserted into an event: far below Windows' own bound of 31,839 units, since a person reads it.
const MAX_INSERTED_CHARS: usize = 2_000;
/// Longest text of an event without what is inserted.
const MAX_TEXT_UNITS: usize = 1_024;

/// How grave an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// All is well.
    Information,
    /// Somebody should look before long.
    Warning,
    /// Something stands still.
    Error,
}

/// Tells Windows that events of this source have their texts in `program`.
pub fn register(program: &Path) -> io::Result<()> {
    let path: Vec<u8> = wide(program).into_iter().flat_map(u16::to_le_bytes).collect();
    set("EventMessageFile", REG_SZ, &path)?;
    set("TypesSupported", REG_DWORD, &TYPES.to_le_bytes())
}

/// Sets a value of the source's key, which is made if it is missing.
fn set(name: &str, kind: REG_VALUE_TYPE, value: &[u8]) -> io::Result<()> {
    let (key, name, length) = (wide(KEY), wide(name), u32::try_from(value.len()).unwrap_or(u32::MAX));
    // SAFETY: texts that end with a zero, and a value as long as said; all outlive the call.
    coded(unsafe {
        let (key, name, value) = (key.as_ptr(), name.as_ptr(), value.as_ptr().cast());
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, name, kind, value, length)
    })
}

/// Takes the source back; what it has written stays readable, without its words.
pub fn unregister() -> io::Result<()> {
    let key = wide(KEY);
    // SAFETY: a text that ends with a zero.
    match unsafe { RegDeleteTreeW(HKEY_LOCAL_MACHINE, key.as_ptr()) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        code => coded(code),
    }
}

/// Writes the event with this number. Nothing of the log's own is waited for.
pub fn write(level: Level, id: u32, insertions: &[&str]) -> io::Result<()> {
    let source = Source::open()?;
    let texts: Vec<Vec<u16>> = insertions.iter().map(|text| wide(insertable(text))).collect();
    let pointers: Vec<*const u16> = texts.iter().map(|text| text.as_ptr()).collect();
    let count = u16::try_from(pointers.len()).unwrap_or(u16::MAX);
    let kind = match level {
        Level::Information => EVENTLOG_INFORMATION_TYPE,
        Level::Warning => EVENTLOG_WARNING_TYPE,
        Level::Error => EVENTLOG_ERROR_TYPE,
    };
    let (none, no_category) = (std::ptr::null_mut(), 0);
    // SAFETY: an open source; as many texts as said, each with a zero at its end, which outlive the call.
    succeeded(unsafe {
        ReportEventW(source.0, kind, no_category, id, none, count, 0, pointers.as_ptr(), none)
    })
}

/// Whether this program holds a text for the event with this number.
pub fn has_text(id: u32) -> bool {
    let mut text = [0; MAX_TEXT_UNITS];
    let how = FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_ARGUMENT_ARRAY;
    let (this_program, any_language, nothing) = (std::ptr::null(), 0, std::ptr::null());
    // SAFETY: room as long as said; nothing is inserted.
    let length = unsafe {
        let (text, room) = (text.as_mut_ptr(), MAX_TEXT_UNITS as u32);
        FormatMessageW(how, this_program, id, any_language, text, room, nothing)
    };
    length > 0 && !narrow(&text).is_empty()
}

/// As the Event Viewer shows it: it would take `%1` in an inserted text for a place to insert into.
fn insertable(text: &str) -> String {
    let bounded = text.chars().filter(|c| *c != '\0').take(MAX_INSERTED_CHARS);
    bounded.collect::<String>().replace('%', "% ")
}

/// The source, open to be written to.
struct Source(HANDLE);

impl Source {
    fn open() -> io::Result<Self> {
        let name = wide(SOURCE);
        // SAFETY: a text that ends with a zero; no name of a machine means this one.
        let source = unsafe { RegisterEventSourceW(std::ptr::null(), name.as_ptr()) };
        if source.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(source)) }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, and not closed before.
        unsafe { DeregisterEventSource(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_is_bounded_and_inserts_nothing_itself() {
        assert_eq!(insertable("fe80::1%2 and 5%"), "fe80::1% 2 and 5% ");
        assert_eq!(insertable(&"x".repeat(9_999)).len(), MAX_INSERTED_CHARS);
        assert_eq!(insertable("a\0b"), "ab");
    }

    #[test]
    fn a_program_without_a_message_table_has_no_texts() {
        assert!(!has_text(100));
    }

    #[test]
    fn a_registered_source_says_where_its_texts_are_and_can_be_removed_twice() {
        let program = std::env::current_exe().unwrap();
        register(&program).unwrap();
        let registered = queried();
        assert!(registered.contains(program.to_str().unwrap()) && registered.contains("0x7"), "{registered}");
        write(Level::Information, 100, &["a test", ""]).unwrap();
        unregister().unwrap();
        unregister().unwrap();
        assert!(!queried().contains("EventMessageFile"));
    }

    /// As Windows' own program sees it.
    fn queried() -> String {
        let key = format!(r"HKLM\{KEY}");
        let output = std::process::Command::new("reg").args(["query", &key]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
