//! The cursor's format: where each unfinished input stands, and the plugin's own state. Opaque to the host.

use labrelay_model::InputId;
use serde::{Deserialize, Serialize};

/// Version in front of a cursor. Another format gets another number, and this one stays readable.
const VERSION: u16 = 1;
/// Most inputs whose position is kept. Only unfinished inputs have one, and at most 64 are open at a time; the
/// oldest of more than 1,024 have vanished unfinished.
const MAX_POSITIONS: usize = 1024;
/// Longest state of a plugin: with all positions it still fits the ABI's cursor.
pub(crate) const MAX_STATE_BYTES: usize = 32 * 1024;

/// What a plugin keeps from poll to poll: bytes of its own making, with the version it gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// `Collector::STATE_VERSION` of the plugin that wrote it.
    pub version: u32,
    /// The bytes it gave to [`Batch::set_state`](crate::Batch::set_state).
    pub bytes: Vec<u8>,
}

/// Everything that has to be known to go on after a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// Oldest first.
    positions: Vec<(InputId, u64)>,
    pub(crate) state: Option<State>,
}

/// Bytes that are no cursor of a version that this SDK reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor has a version or shape that this plugin can't read")]
pub(crate) struct BadCursor {
    pub(crate) version: u16,
}

impl Cursor {
    pub(crate) fn encode(&self) -> Vec<u8> {
        // Postcard can't fail here; if it did, `decode` would refuse the empty result.
        postcard::to_extend(self, VERSION.to_le_bytes().to_vec()).unwrap_or_default()
    }

    /// `None` is the cursor of the very first start.
    pub(crate) fn decode(bytes: Option<&[u8]>) -> Result<Self, BadCursor> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        let (version, body) = bytes.split_first_chunk::<2>().ok_or(BadCursor { version: 0 })?;
        let version = u16::from_le_bytes(*version);
        match postcard::take_from_bytes(body) {
            Ok((cursor, [])) if version == VERSION => Ok(cursor),
            _ => Err(BadCursor { version }),
        }
    }

    pub(crate) fn position(&self, input: InputId) -> Option<u64> {
        self.positions.iter().find(|(id, _)| *id == input).map(|(_, position)| *position)
    }

    /// `None` forgets the input.
    pub(crate) fn set_position(&mut self, input: InputId, position: Option<u64>) {
        self.positions.retain(|(id, _)| *id != input);
        self.positions.extend(position.map(|position| (input, position)));
        let too_many = self.positions.len().saturating_sub(MAX_POSITIONS);
        self.positions.drain(..too_many);
    }
}

#[cfg(test)]
mod tests {
    use labrelay_abi::MAX_CURSOR_BYTES;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_cursor_fits_the_abi_and_forgets_the_oldest_input() {
        let mut cursor = Cursor::default();
        let id = |number: u16| InputId([[number as u8, (number >> 8) as u8]; 8].concat().try_into().unwrap());
        for number in 0..2000 {
            cursor.set_position(id(number), Some(u64::MAX));
        }
        cursor.state = Some(State { version: u32::MAX, bytes: vec![255; MAX_STATE_BYTES] });
        assert!(cursor.encode().len() <= MAX_CURSOR_BYTES);
        assert_eq!(cursor.position(id(0)), None);
        assert_eq!(cursor.position(id(1999)), Some(u64::MAX));
        cursor.set_position(id(1999), None);
        assert_eq!(cursor.position(id(1999)), None);
    }

    proptest! {
        #[test]
        fn a_cursor_is_read_back(
            positions in prop::collection::vec((any::<[u8; 16]>(), any::<u64>()), 0..20),
            state in prop::option::of((any::<u32>(), any::<Vec<u8>>())),
        ) {
            let mut cursor = Cursor { state: state.map(|(version, bytes)| State { version, bytes }), ..Cursor::default() };
            positions.iter().for_each(|(id, position)| cursor.set_position(InputId(*id), Some(*position)));
            prop_assert_eq!(Cursor::decode(Some(&cursor.encode())), Ok(cursor));
        }

        #[test]
        fn any_other_bytes_are_refused_or_read_without_harm(bytes: Vec<u8>) {
            if let Ok(cursor) = Cursor::decode(Some(&bytes)) {
                prop_assert_eq!(Cursor::decode(Some(&cursor.encode())), Ok(cursor));
            }
        }
    }
}
