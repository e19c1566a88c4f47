//! Encoding of every message but the reply to `poll`: a version number, then postcard.
//!
//! A reply is either the message or a [`PluginFault`], told apart by one byte after the version.

use serde::{Serialize, de::DeserializeOwned};

use crate::{DecodeError, Describe, MAX_CURSOR_BYTES, OpenReply, OpenRequest, PluginFault};

/// The version in front of every message. A message that means something else gets another number.
pub(crate) const VERSION: u16 = 1;
pub(crate) const TAG_OK: u8 = 0;
pub(crate) const TAG_FAULT: u8 = 1;

/// Longest version text: room for a semantic version with build metadata.
const MAX_VERSION_TEXT: usize = 64;
/// Longest key or expectation in a complaint about a setting: two lines on an operator's screen.
const MAX_COMPLAINT_TEXT: usize = 200;

/// A message of ABI v1 that postcard encodes.
pub trait Message: Serialize + DeserializeOwned {
    /// Longest encoding; a longer one is refused unread.
    const MAX_BYTES: usize;

    /// Checks the bounds within the message.
    fn check(&self) -> Result<(), DecodeError> {
        Ok(())
    }

    /// Version and body of a request.
    fn to_request(&self) -> Vec<u8> {
        append(VERSION.to_le_bytes().to_vec(), self)
    }

    /// Reads the body of a request of `version`; its bounds are checked by the caller.
    fn of_request(version: u16, body: &[u8]) -> Result<Self, DecodeError> {
        match version {
            VERSION => exactly(body),
            found => Err(DecodeError::UnknownVersion { found, known: VERSION }),
        }
    }
}

/// The request of `describe` and `close`, and the reply of `close`: nothing but a version.
impl Message for () {
    const MAX_BYTES: usize = 16;
}

impl Message for Describe {
    /// A family name, two versions, a hash and two numbers.
    const MAX_BYTES: usize = 512;

    fn check(&self) -> Result<(), DecodeError> {
        at_most(self.plugin_version.len().max(self.sdk_version.len()), MAX_VERSION_TEXT)
    }
}

impl Message for OpenRequest {
    /// The host makes it from a configuration file of at most 1 MiB, or a smaller one and a manifest, and a cursor.
    const MAX_BYTES: usize = 1024 * 1024 + MAX_CURSOR_BYTES;
}

impl Message for OpenReply {
    /// Two texts of 200 bytes at most.
    const MAX_BYTES: usize = 512;

    fn check(&self) -> Result<(), DecodeError> {
        match self {
            OpenReply::BadSettings { key, expected } => {
                at_most(key.len().max(expected.len()), MAX_COMPLAINT_TEXT)
            }
            OpenReply::Ready | OpenReply::StateTooOld { .. } => Ok(()),
        }
    }
}

/// Encodes a request.
pub fn encode_request<T: Message>(request: &T) -> Vec<u8> {
    request.to_request()
}

/// Reads a request.
pub fn decode_request<T: Message>(bytes: &[u8]) -> Result<T, DecodeError> {
    let (version, body) = split_version(bounded(bytes, T::MAX_BYTES)?)?;
    let request = T::of_request(version, body)?;
    request.check()?;
    Ok(request)
}

/// Encodes a reply.
pub fn encode_reply<T: Message>(reply: &Result<T, PluginFault>) -> Vec<u8> {
    match reply {
        Ok(message) => append(reply_start(TAG_OK), message),
        Err(fault) => encode_fault(*fault),
    }
}

/// Reads a reply: the outer error means garbage, the inner one is the plugin's own word.
pub fn decode_reply<T: Message>(bytes: &[u8]) -> Result<Result<T, PluginFault>, DecodeError> {
    match split_reply(bounded(bytes, T::MAX_BYTES)?)? {
        Ok(body) => checked(body).map(Ok),
        Err(fault) => Ok(Err(fault)),
    }
}

pub(crate) fn encode_fault(fault: PluginFault) -> Vec<u8> {
    append(reply_start(TAG_FAULT), &fault)
}

pub(crate) fn reply_start(tag: u8) -> Vec<u8> {
    let [low, high] = VERSION.to_le_bytes();
    vec![low, high, tag]
}

/// The body of a good reply, or the fault.
pub(crate) fn split_reply(bytes: &[u8]) -> Result<Result<&[u8], PluginFault>, DecodeError> {
    match after_version(bytes)?.split_first() {
        Some((&TAG_OK, body)) => Ok(Ok(body)),
        Some((&TAG_FAULT, body)) => exactly(body).map(Err),
        _ => Err(DecodeError::Malformed),
    }
}

pub(crate) fn bounded(bytes: &[u8], max: usize) -> Result<&[u8], DecodeError> {
    if bytes.len() > max { Err(DecodeError::TooLong { bytes: bytes.len(), max }) } else { Ok(bytes) }
}

/// Postcard can only fail for sequences of unknown length, which no message has; if one ever did, the empty
/// result is refused by every reader.
pub(crate) fn append<T: Serialize>(start: Vec<u8>, message: &T) -> Vec<u8> {
    postcard::to_extend(message, start).unwrap_or_default()
}

fn after_version(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    match split_version(bytes)? {
        (VERSION, body) => Ok(body),
        (found, _) => Err(DecodeError::UnknownVersion { found, known: VERSION }),
    }
}

fn split_version(bytes: &[u8]) -> Result<(u16, &[u8]), DecodeError> {
    let (version, body) = bytes.split_first_chunk::<2>().ok_or(DecodeError::Malformed)?;
    Ok((u16::from_le_bytes(*version), body))
}

fn checked<T: Message>(body: &[u8]) -> Result<T, DecodeError> {
    let message: T = exactly(body)?;
    message.check()?;
    Ok(message)
}

pub(crate) fn exactly<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(DecodeError::TrailingBytes),
        Err(_) => Err(DecodeError::Malformed),
    }
}

pub(crate) fn at_most(bytes: usize, max: usize) -> Result<(), DecodeError> {
    if bytes > max { Err(DecodeError::TextTooLong) } else { Ok(()) }
}
