//! Encoding of the request of `poll`: version 1 for inputs that are read from their start, version 2 for the others.
//!
//! Only a source that is followed while it grows has such inputs, and a plugin whose manifest has one knows version 2.

use crate::codec::{VERSION, append, at_most, exactly};
use crate::{DecodeError, MAX_CURSOR_BYTES, MAX_HANDLES, Message, PollRequest};

/// Version 1, and behind it where to begin in each handle.
const WITH_BEGINNINGS: u16 = 2;
/// Longest name of a file that a plugin is told: what Linux allows in a folder.
const MAX_FILE_NAME: usize = 255;

impl Message for PollRequest {
    /// A cursor and up to 64 handles of some 300 bytes.
    const MAX_BYTES: usize = MAX_CURSOR_BYTES + MAX_HANDLES * 320 + 64;

    fn check(&self) -> Result<(), DecodeError> {
        if self.handles.len() > MAX_HANDLES {
            return Err(DecodeError::TooLong { bytes: self.handles.len(), max: MAX_HANDLES });
        }
        let longest = self.handles.iter().filter_map(|handle| handle.name.as_ref()).map(String::len).max();
        at_most(longest.unwrap_or(0), MAX_FILE_NAME)
    }

    fn to_request(&self) -> Vec<u8> {
        let beginnings: Vec<u64> = self.handles.iter().map(|handle| handle.begin).collect();
        match beginnings.iter().all(|begin| *begin == 0) {
            true => append(VERSION.to_le_bytes().to_vec(), self),
            false => append(WITH_BEGINNINGS.to_le_bytes().to_vec(), &(self, beginnings)),
        }
    }

    fn of_request(version: u16, body: &[u8]) -> Result<Self, DecodeError> {
        match version {
            VERSION => exactly(body),
            WITH_BEGINNINGS => {
                let (mut request, beginnings): (Self, Vec<u64>) = exactly(body)?;
                if beginnings.len() != request.handles.len() {
                    return Err(DecodeError::Malformed);
                }
                for (handle, begin) in request.handles.iter_mut().zip(beginnings) {
                    handle.begin = begin;
                }
                Ok(request)
            }
            found => Err(DecodeError::UnknownVersion { found, known: WITH_BEGINNINGS }),
        }
    }
}
