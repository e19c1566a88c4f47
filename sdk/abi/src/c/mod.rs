//! The other side of `include/labrelay.h`: a plugin in C as a safe value, and the calls that it may make as a trait.
//!
//! Knows nothing of records or manifests: what the calls mean stands in `sdk/c`.
#![allow(unsafe_code)]

mod calls;

use std::ffi::{CStr, c_char};
use std::ptr;

use calls::{CALLS, CCalls, CPoll};

/// `LABRELAY_C_API`.
const API: u32 = 1;

/// `labrelay_plugin_v1`.
#[repr(C)]
pub struct CPlugin {
    api: u32,
    plugin_version: *const c_char,
    manifest: *const u8,
    manifest_bytes: usize,
    open: Option<unsafe extern "C" fn(*mut CSite) -> i32>,
    poll: Option<unsafe extern "C" fn(*const CCalls, *mut CPoll) -> i32>,
    rewind: Option<unsafe extern "C" fn(*const u8, usize)>,
}

// SAFETY: the header has it be constant, and so is what it points to.
unsafe impl Sync for CPlugin {}

/// `labrelay_site`.
#[repr(C)]
struct CSite {
    settings_json: *const c_char,
    zone: *const c_char,
    state: *const u8,
    state_bytes: usize,
    bad_key: *const c_char,
    expected: *const c_char,
}

/// A value of a field, as a C plugin sets it.
#[derive(Clone, Copy)]
pub enum CValue<'a> {
    /// `set_int`.
    Int(i64),
    /// `set_float`.
    Float(f64),
    /// `set_bool`.
    Bool(bool),
    /// `set_timestamp`, microseconds since 1970 UTC.
    Timestamp(i64),
    /// `set_duration`, microseconds.
    Duration(i64),
    /// `set_text`.
    Text(&'a [u8]),
    /// `set_choice`.
    Choice(&'a [u8]),
    /// `set_role`.
    Role(&'a [u8]),
    /// `set_path`.
    Path(&'a [u8]),
}

/// What a C plugin may do within a poll: the calls of the header, which says what each means. A name that is no UTF-8
/// comes as an empty one, which nothing is called.
#[expect(missing_docs, reason = "the header says it, and a second text would part from the first")]
pub trait PollCalls {
    fn is_full(&mut self) -> bool;
    fn now_us(&mut self) -> i64;
    fn utc_us(&mut self, shown_us: i64) -> Option<i64>;
    fn is_qc(&mut self, name: &[u8]) -> bool;
    fn next_input(&mut self) -> bool;
    fn source(&mut self) -> &CStr;
    fn size(&mut self) -> u64;
    fn position(&mut self) -> u64;
    fn set_position(&mut self, position: u64);
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Option<usize>;
    fn finish(&mut self);
    fn record(&mut self, position: u64, stream: &str);
    fn set(&mut self, field: &str, value: CValue<'_>);
    fn push(&mut self);
    fn line(&mut self, text: &[u8]);
    fn refuse(&mut self, position: u64, reason: u32, raw: &[u8]);
    fn drop_units(&mut self, position: u64, reason: u32, units: u64);
    fn set_state(&mut self, state: &[u8]);
    fn mistake(&mut self) -> Option<&CStr>;
}

/// What a C plugin's `open` answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum COpened {
    /// Ready to be polled.
    Ready,
    /// A setting is missing or wrong.
    BadSetting {
        /// Its key.
        key: String,
        /// What should stand there.
        expected: String,
    },
    /// The saved state can't be read.
    BadState,
    /// An answer that the header does not have.
    Unknown,
}

/// A plugin in C that has all it needs.
#[derive(Clone, Copy)]
pub struct CFunctions {
    plugin: &'static CPlugin,
    open: unsafe extern "C" fn(*mut CSite) -> i32,
    poll: unsafe extern "C" fn(*const CCalls, *mut CPoll) -> i32,
    rewind: unsafe extern "C" fn(*const u8, usize),
}

impl CFunctions {
    /// `None` if it was written for another header, or leaves something out.
    pub fn of(plugin: &'static CPlugin) -> Option<Self> {
        let complete = plugin.api == API && !plugin.plugin_version.is_null() && !plugin.manifest.is_null();
        let (open, poll, rewind) = (plugin.open?, plugin.poll?, plugin.rewind?);
        complete.then_some(Self { plugin, open, poll, rewind })
    }

    /// The manifest that it carries.
    pub fn manifest(self) -> &'static [u8] {
        // SAFETY: the header asks for that many bytes, which never change; `of` has seen that there are some.
        unsafe { bytes(self.plugin.manifest, self.plugin.manifest_bytes) }
    }

    /// Its version; empty if it is no UTF-8.
    pub fn version(self) -> &'static str {
        // SAFETY: the header asks for a text that ends in NUL and never changes; `of` has seen that there is one.
        unsafe { text(self.plugin.plugin_version) }
    }

    /// Calls its `open`.
    pub fn open(self, settings_json: &CStr, zone: &CStr, state: Option<&[u8]>) -> COpened {
        let (state, state_bytes) = parts(state);
        let (settings_json, zone) = (settings_json.as_ptr(), zone.as_ptr());
        let (bad_key, expected) = (ptr::null(), ptr::null());
        let mut site = CSite { settings_json, zone, state, state_bytes, bad_key, expected };
        // SAFETY: all that `site` points to outlives the call, and the header forbids to keep it.
        let answer = unsafe { (self.open)(&raw mut site) };
        // SAFETY: the header asks for texts that end in NUL and outlive the call, or for none.
        let (key, expected) = unsafe { (text(site.bad_key).to_owned(), text(site.expected).to_owned()) };
        match answer {
            0 => COpened::Ready,
            1 => COpened::BadSetting { key, expected },
            2 => COpened::BadState,
            _ => COpened::Unknown,
        }
    }

    /// Calls its `poll`, and says whether it was content with itself.
    pub fn poll(self, calls: &mut dyn PollCalls) -> bool {
        let mut calls: &mut dyn PollCalls = calls;
        // SAFETY: `CALLS` casts the pointer back to what it is made of here, and the header forbids to keep either.
        unsafe { (self.poll)(&raw const CALLS, (&raw mut calls).cast()) == 0 }
    }

    /// Calls its `rewind`.
    pub fn rewind(self, state: Option<&[u8]>) {
        let (state, state_bytes) = parts(state);
        // SAFETY: `state` outlives the call, and the header forbids to keep it.
        unsafe { (self.rewind)(state, state_bytes) }
    }
}

/// As C has it: nothing is a null pointer.
fn parts(state: Option<&[u8]>) -> (*const u8, usize) {
    state.map_or((ptr::null(), 0), |state| (state.as_ptr(), state.len()))
}

/// What C points to; nothing, if it points nowhere.
///
/// # Safety
///
/// `start` is null, or `count` bytes lie there as long as `'a`.
unsafe fn bytes<'a>(start: *const u8, count: usize) -> &'a [u8] {
    if start.is_null() || isize::try_from(count).is_err() {
        return &[];
    }
    // SAFETY: the caller's promise; the length is one that a slice may have.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// A text that ends in NUL; empty if there is none, or if it is no UTF-8.
///
/// # Safety
///
/// `start` is null, or a NUL ends the text there, which stays as long as `'a`.
unsafe fn text<'a>(start: *const c_char) -> &'a str {
    if start.is_null() {
        return "";
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(start) }.to_str().unwrap_or_default()
}

/// The `labrelay_plugin` that C code defines, for the crate that is linked with it.
#[doc(hidden)]
#[macro_export]
macro_rules! c_plugin {
    () => {{
        #[allow(unsafe_code)]
        // SAFETY: the header declares it so; without a definition the library does not link.
        unsafe {
            unsafe extern "C" {
                static labrelay_plugin: $crate::c::CPlugin;
            }
            &labrelay_plugin
        }
    }};
}

#[cfg(test)]
mod tests;
