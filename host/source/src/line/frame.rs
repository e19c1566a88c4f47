//! The frames of LIS01-A2 (ASTM E1381): `STX n text ETB|ETX c c CR LF`. Finds them in bytes and checks their sums.
//!
//! Knows neither state nor time of a link, and nothing of what the text says.

pub(crate) const STX: u8 = 0x02;
pub(crate) const ETX: u8 = 0x03;
pub(crate) const EOT: u8 = 0x04;
pub(crate) const ENQ: u8 = 0x05;
pub(crate) const ACK: u8 = 0x06;
pub(crate) const NAK: u8 = 0x15;
pub(crate) const ETB: u8 = 0x17;
const LF: u8 = 0x0A;

/// Longest frame. LIS01-A2 allows 64,000 characters, ASTM E1381 allowed 247.
const MAX_FRAME_BYTES: usize = 64 * 1024;
/// What follows the text: ETB or ETX, two hexadecimal digits, CR, LF.
const TRAILER_BYTES: usize = 5;

/// What the bytes of a line mean.
#[derive(PartialEq, Eq)]
pub(crate) enum Signal {
    /// The sender asks to begin.
    Enq,
    /// The sender has ended, or gives up.
    Eot,
    /// A frame that is whole.
    Frame(Frame),
    /// A frame that is damaged.
    Damaged,
}

/// One frame. No `Debug`: its text is content.
#[derive(PartialEq, Eq)]
pub(crate) struct Frame {
    /// 0 to 7.
    pub(crate) number: u8,
    /// What it carries.
    pub(crate) text: Vec<u8>,
    /// Whether a record goes on in the next frame.
    pub(crate) end: End,
}

/// How a frame ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// ETB: the record goes on.
    Intermediate,
    /// ETX: the record ends.
    Last,
}

/// Finds signals in bytes, however they are cut.
#[derive(Default)]
pub(crate) struct Decoder {
    /// From STX on; empty between frames.
    frame: Vec<u8>,
    overlong: Overlong,
}

#[derive(Default, PartialEq)]
enum Overlong {
    #[default]
    No,
    Yes,
}

impl Decoder {
    /// Takes one byte. Noise between frames means nothing.
    pub(crate) fn take(&mut self, byte: u8) -> Option<Signal> {
        match byte {
            // A sender that begins anew has given up the frame before. None of these occurs in a text.
            ENQ | EOT => {
                self.clear();
                return Some(if byte == ENQ { Signal::Enq } else { Signal::Eot });
            }
            STX => {
                let cut = !self.frame.is_empty();
                self.clear();
                self.frame.push(byte);
                return cut.then_some(Signal::Damaged);
            }
            _ if self.frame.is_empty() => return None,
            _ if self.frame.len() < MAX_FRAME_BYTES + TRAILER_BYTES => self.frame.push(byte),
            _ => self.overlong = Overlong::Yes, // of no use any more, but its end is waited for
        }
        (byte == LF).then(|| self.end())
    }

    /// Forgets a frame that has begun.
    pub(crate) fn clear(&mut self) {
        self.frame = Vec::new();
        self.overlong = Overlong::No;
    }

    fn end(&mut self) -> Signal {
        let frame = if self.overlong == Overlong::No { parse(&self.frame) } else { None };
        self.clear();
        frame.map_or(Signal::Damaged, Signal::Frame)
    }
}

/// A frame from STX to LF.
fn parse(bytes: &[u8]) -> Option<Frame> {
    let [STX, inner @ .., high, low, b'\r', LF] = bytes else { return None };
    let [number @ b'0'..=b'7', text @ .., last] = inner else { return None };
    let end = match *last {
        ETB => End::Intermediate,
        ETX => End::Last,
        _ => return None,
    };
    let digits = [*high, *low];
    let told = u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
    (told == checksum(inner)).then(|| Frame { number: number - b'0', text: text.to_vec(), end })
}

/// Sum of all bytes after STX up to ETB or ETX.
fn checksum(inner: &[u8]) -> u8 {
    inner.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(bytes: &[u8]) -> Vec<Signal> {
        let mut decoder = Decoder::default();
        bytes.iter().filter_map(|byte| decoder.take(*byte)).collect()
    }

    #[test]
    fn the_sum_is_taken_from_the_number_to_the_end_of_the_text() {
        // '1' + 'H' + '|' + CR + ETX = 0x31 + 0x48 + 0x7C + 0x0D + 0x03 = 0x105
        let found = signals(b"\x021H|\r\x0305\r\n");
        assert!(
            matches!(&found[..], [Signal::Frame(Frame { number: 1, text, end: End::Last })] if text == b"H|\r")
        );
        assert!(signals(b"\x021H|\r\x0306\r\n") == [Signal::Damaged]);
    }

    #[test]
    fn a_frame_beyond_the_bound_is_damaged_and_kept_nowhere() {
        let mut decoder = Decoder::default();
        assert!(decoder.take(STX).is_none());
        for _ in 0..1_000_000 {
            assert!(decoder.take(b'1').is_none());
        }
        assert!(decoder.frame.len() <= MAX_FRAME_BYTES + TRAILER_BYTES);
        assert!(decoder.take(LF) == Some(Signal::Damaged));
    }
}
