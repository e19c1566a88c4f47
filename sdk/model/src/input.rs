//! How one opened input is known: by its identity, never by its name.

use std::fmt;

/// Keyed digest (HMAC-SHA256, device key) of what makes an input the same input: for a file volume, file
/// id, size and a hash of its telling parts. Keyed, since file identities point back to a lab's own records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InputIdentity(pub [u8; 32]);

impl InputIdentity {
    /// The short form under which a plugin knows the input.
    pub fn id(&self) -> InputId {
        let mut short = [0; 16];
        short.copy_from_slice(self.0.first_chunk::<16>().unwrap_or(&[0; 16]));
        InputId(short)
    }
}

impl fmt::Debug for InputIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InputIdentity(..)")
    }
}

/// Opaque name of an input on the plugin's channel: the same input has the same id after a restart, so a
/// cursor may refer to it. Tells the plugin nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct InputId(pub [u8; 16]);

/// Where in an input a unit starts: a byte offset, line, message or data set number, as the reader counts.
/// Within one input no two units share one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Position(pub u64);
