//! A test plugin that commits the misdeed which its settings name, and ends its process with what came of it.
//!
//! Written against the bare ABI. The same misdeeds can be committed by a program without a sandbox: each must succeed
//! there, or it would show nothing when it fails here.
#![allow(unsafe_code)] // a hostile plugin keeps to nothing

mod misdeeds;

use std::os::fd::RawFd;
use std::sync::Mutex;

use labrelay_abi::__private::{RSlice, RVec};
use labrelay_abi::{OpenReply, OpenRequest, PollRequest, decode_request, encode_reply};

pub use misdeeds::{Misdeed, names};

/// The exit code of a misdeed that worked. No error number of the system is as high.
pub const IT_WORKED: i32 = 200;

static SETTINGS: Mutex<String> = Mutex::new(String::new());

/// Commits `name` with `argument` and the opened input; returns the code to exit with.
pub fn commit(name: &str, argument: &str, input: RawFd) -> i32 {
    match misdeeds::commit(&Misdeed { name, argument, input }) {
        Ok(()) => IT_WORKED,
        Err(error) => error.raw_os_error().unwrap_or(-1),
    }
}

extern "C" fn describe(_: RSlice<'_, u8>) -> RVec<u8> {
    RVec::new()
}

/// The settings are the misdeed's name and its argument, with a space between.
extern "C" fn open(request: RSlice<'_, u8>) -> RVec<u8> {
    if let (Ok(request), Ok(mut settings)) = (decode_request::<OpenRequest>(&request), SETTINGS.lock()) {
        *settings = request.settings_json;
    }
    encode_reply(&Ok(OpenReply::Ready)).into()
}

extern "C" fn poll(request: RSlice<'_, u8>) -> RVec<u8> {
    let settings = SETTINGS.lock().map(|settings| settings.clone()).unwrap_or_default();
    let (name, argument) = settings.split_once(' ').unwrap_or((&settings, ""));
    let request = decode_request::<PollRequest>(&request).ok();
    let input = request.and_then(|request| request.handles.first()?.raw.try_into().ok()).unwrap_or(-1);
    std::process::exit(commit(name, argument, input))
}

extern "C" fn close(_: RSlice<'_, u8>) -> RVec<u8> {
    encode_reply(&Ok(())).into()
}

labrelay_abi::export_root_v1!(describe: describe, open: open, poll: poll, close: close);
