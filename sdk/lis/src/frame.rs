//! One frame: `STX` number text `ETB`|`ETX` checksum `CR` `LF` (LIS01-A2, 6.3).

use crate::{CR, ETB, ETX, LF, STX};

/// A frame's text, and whether its record ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// 0 to 7; the first frame after `ENQ` has 1, and after 7 comes 0.
    pub number: u8,
    /// What it carries.
    pub text: &'a [u8],
    /// Whether the record goes on.
    pub end: End,
}

/// How a frame ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `ETB`: its record goes on in the next frame.
    Intermediate,
    /// `ETX`: it is the last one of its record, or of the message.
    Last,
}

/// Why bytes are no frame. Holds none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It does not begin with `STX` and a digit, or does not end as a frame.
    #[error("this is no frame: STX, a digit, text, ETB or ETX, two hexadecimal digits, CR, LF")]
    Shape,
    /// The checksum is that of other bytes.
    #[error("the frame's checksum is wrong: it was changed on its way")]
    Checksum,
}

/// Bytes of a frame beside its text: STX, number, ETX, two digits, CR, LF.
pub const FRAME_BYTES: usize = 7;

impl<'a> Frame<'a> {
    /// Reads a whole frame, from `STX` to `LF`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (body, ending) = bytes.split_last_chunk::<4>().ok_or(FrameError::Shape)?;
        let (&[high, low, CR, LF], Some((&STX, summed))) = (ending, body.split_first()) else {
            return Err(FrameError::Shape);
        };
        let (Some((number @ b'0'..=b'7', rest)), Some(claimed)) = (summed.split_first(), hex(high, low))
        else {
            return Err(FrameError::Shape);
        };
        let (end, text) = match rest.split_last() {
            Some((&ETX, text)) => (End::Last, text),
            Some((&ETB, text)) => (End::Intermediate, text),
            _ => return Err(FrameError::Shape),
        };
        if checksum(summed) != claimed {
            return Err(FrameError::Checksum);
        }
        Ok(Self { number: number - b'0', text, end })
    }

    /// As it goes over the line.
    pub fn encode(&self) -> Vec<u8> {
        let end = match self.end {
            End::Intermediate => ETB,
            End::Last => ETX,
        };
        let mut summed = vec![b'0' + self.number % 8];
        summed.extend_from_slice(self.text);
        summed.push(end);
        let sum = format!("{:02X}", checksum(&summed));
        [&[STX], &*summed, sum.as_bytes(), &[CR, LF]].concat()
    }
}

/// Sum of the bytes from the number to `ETB` or `ETX`, modulo 256 (LIS01-A2, 6.3.3).
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of LIS01-A2's predecessor: sum of `1`, `A`, ETX is 0x75.
    #[test]
    fn a_frame_is_read_and_written_alike() {
        let bytes = b"\x021A\x0375\r\n";
        let frame = Frame { number: 1, text: b"A", end: End::Last };
        assert_eq!(Frame::parse(bytes), Ok(frame));
        assert_eq!(frame.encode(), bytes);
        let empty = Frame { number: 7, text: b"", end: End::Intermediate };
        assert_eq!(Frame::parse(&empty.encode()), Ok(empty));
    }

    #[test]
    fn small_hexadecimal_digits_are_read_as_well() {
        let bytes = Frame { number: 2, text: b"x", end: End::Last }.encode().to_ascii_lowercase();
        assert!(Frame::parse(&bytes).is_ok());
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let bytes = Frame { number: 3, text: b"R|1|^^^WBC|5.4", end: End::Last }.encode();
        for at in 1..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Frame::parse(&changed).is_err(), "byte {at}");
        }
        for end in 0..bytes.len() {
            assert_eq!(Frame::parse(&bytes[..end]), Err(FrameError::Shape), "cut at {end}");
        }
    }
}
