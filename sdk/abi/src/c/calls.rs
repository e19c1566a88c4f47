//! The table of calls that a C plugin gets: each turns pointers into what [`PollCalls`] takes, and does nothing else.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use super::{CValue, PollCalls, bytes, text};

/// `labrelay_poll`: points to the `&mut dyn PollCalls` of the poll that is going on.
#[repr(C)]
pub(super) struct CPoll {
    _private: [u8; 0],
}

/// Declares `labrelay_calls` with a function for each entry, in the header's order.
///
/// Every pointer is what the header says of it: that is what makes each `bytes` and `text` in these functions sound.
macro_rules! calls {
    ($($name:ident($poll:ident $(, $argument:ident: $ty:ty)*) $(-> $answer:ty)? $body:block)+) => {
        /// `labrelay_calls`.
        #[repr(C)]
        pub(super) struct CCalls {
            $(pub(super) $name: unsafe extern "C" fn(*mut CPoll $(, $ty)*) $(-> $answer)?,)+
        }

        /// The one table there is.
        pub(super) static CALLS: CCalls = CCalls { $($name,)+ };

        /// Names in the order in which they stand in the table.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];

        $(unsafe extern "C" fn $name(poll: *mut CPoll $(, $argument: $ty)*) $(-> $answer)? {
            // SAFETY: `CFunctions::poll` made the pointer of this, and the header forbids to use it after the poll
            // or from two threads.
            let $poll: &mut dyn PollCalls = unsafe { &mut **poll.cast::<&mut dyn PollCalls>() };
            $body
        })+
    };
}

calls! {
    is_full(poll) -> bool { poll.is_full() }
    now_us(poll) -> i64 { poll.now_us() }
    utc_us(poll, shown_us: i64) -> i64 { poll.utc_us(shown_us).unwrap_or(i64::MIN) }
    is_qc(poll, name: *const c_char, count: usize) -> bool {
        // SAFETY: see `calls!`.
        poll.is_qc(unsafe { bytes(name.cast(), count) })
    }
    next_input(poll) -> bool { poll.next_input() }
    source(poll) -> *const c_char { poll.source().as_ptr() }
    size(poll) -> u64 { poll.size() }
    position(poll) -> u64 { poll.position() }
    set_position(poll, position: u64) { poll.set_position(position) }
    read_at(poll, offset: u64, buffer: *mut c_void, count: usize) -> i64 {
        if buffer.is_null() || isize::try_from(count).is_err() {
            return -1;
        }
        // A slice must not be of memory that nobody has written yet, so it is written first.
        // SAFETY: the header asks for room for `count` bytes, which nobody else uses meanwhile.
        let buffer = unsafe {
            ptr::write_bytes(buffer.cast::<u8>(), 0, count);
            std::slice::from_raw_parts_mut(buffer.cast::<u8>(), count)
        };
        poll.read_at(offset, buffer).and_then(|read| i64::try_from(read).ok()).unwrap_or(-1)
    }
    finish(poll) { poll.finish() }
    record(poll, position: u64, stream: *const c_char) {
        // SAFETY: see `calls!`.
        poll.record(position, unsafe { text(stream) })
    }
    set_int(poll, field: *const c_char, value: i64) {
        // SAFETY: see `calls!`.
        poll.set(unsafe { text(field) }, CValue::Int(value))
    }
    set_float(poll, field: *const c_char, value: f64) {
        // SAFETY: see `calls!`.
        poll.set(unsafe { text(field) }, CValue::Float(value))
    }
    set_bool(poll, field: *const c_char, value: bool) {
        // SAFETY: see `calls!`.
        poll.set(unsafe { text(field) }, CValue::Bool(value))
    }
    set_timestamp(poll, field: *const c_char, utc_us: i64) {
        // SAFETY: see `calls!`.
        poll.set(unsafe { text(field) }, CValue::Timestamp(utc_us))
    }
    set_duration(poll, field: *const c_char, us: i64) {
        // SAFETY: see `calls!`.
        poll.set(unsafe { text(field) }, CValue::Duration(us))
    }
    set_text(poll, field: *const c_char, value: *const c_char, count: usize) {
        // SAFETY: see `calls!`.
        unsafe { poll.set(text(field), CValue::Text(bytes(value.cast(), count))) }
    }
    set_choice(poll, field: *const c_char, word: *const c_char, count: usize) {
        // SAFETY: see `calls!`.
        unsafe { poll.set(text(field), CValue::Choice(bytes(word.cast(), count))) }
    }
    set_role(poll, field: *const c_char, account: *const c_char, count: usize) {
        // SAFETY: see `calls!`.
        unsafe { poll.set(text(field), CValue::Role(bytes(account.cast(), count))) }
    }
    set_path(poll, field: *const c_char, path: *const c_char, count: usize) {
        // SAFETY: see `calls!`.
        unsafe { poll.set(text(field), CValue::Path(bytes(path.cast(), count))) }
    }
    push(poll) { poll.push() }
    line(poll, line: *const c_char, count: usize) {
        // SAFETY: see `calls!`.
        poll.line(unsafe { bytes(line.cast(), count) })
    }
    refuse(poll, position: u64, reason: u32, raw: *const c_void, count: usize) {
        // SAFETY: see `calls!`.
        poll.refuse(position, reason, unsafe { bytes(raw.cast(), count) })
    }
    drop(poll, position: u64, reason: u32, units: u64) { poll.drop_units(position, reason, units) }
    set_state(poll, state: *const u8, count: usize) {
        // SAFETY: see `calls!`.
        poll.set_state(unsafe { bytes(state, count) })
    }
    mistake(poll) -> *const c_char { poll.mistake().map_or(ptr::null(), CStr::as_ptr) }
}
