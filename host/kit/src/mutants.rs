//! Spoiled copies of a sample, as disks, editors, other locales and half-written files spoil them. The same every time.

use encoding_rs::{Encoding, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1252};

/// Single bits that are flipped, half of them in the first bytes, where files say what they are.
const FLIPS: usize = 32;
/// What counts as a file's first bytes.
const HEAD_BYTES: usize = 256;
/// Copies with one byte in fifty replaced.
const NOISY: u64 = 4;
/// One line without an end: longer than any that a reader may keep whole.
const HUGE_LINE_BYTES: usize = 16 << 20;
/// Code pages, each with a letter that is more than ASCII there.
const PAGES: [(&Encoding, char); 4] =
    [(WINDOWS_1252, 'ä'), (SHIFT_JIS, '激'), (GB18030, '激'), (KOI8_R, 'я')];

/// A spoiled copy.
pub(crate) struct Mutant {
    /// How it was made.
    pub(crate) how: String,
    pub(crate) bytes: Vec<u8>,
}

/// Which mutants are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Huge {
    With,
    /// One huge line a source is enough.
    Without,
}

/// All mutants of a sample; what comes out as the sample itself is none.
pub(crate) fn of(sample: &[u8], huge: Huge) -> Vec<Mutant> {
    let mut mutants = cut(sample);
    mutants.extend(flipped(sample));
    mutants.extend((1..=NOISY).map(|seed| noisy(sample, seed)));
    mutants.extend(written_otherwise(sample));
    mutants.push(mutant("twice, one behind the other", [sample, sample].concat()));
    if huge == Huge::With {
        let line = [sample, &vec![b'x'; HUGE_LINE_BYTES], b"\n", sample].concat();
        mutants.push(mutant("with a line of 16 MiB", line));
    }
    mutants.retain(|mutant| mutant.bytes != sample); // that is what the fixture has shown
    mutants
}

fn mutant(how: impl Into<String>, bytes: Vec<u8>) -> Mutant {
    Mutant { how: how.into(), bytes }
}

fn cut(sample: &[u8]) -> Vec<Mutant> {
    let length = sample.len();
    let mut at = vec![0, 1, 10, 58, length / 4, length / 2, length / 4 * 3, length.saturating_sub(1)];
    at.retain(|at| *at < length || *at == 0);
    at.dedup();
    at.iter()
        .map(|at| mutant(format!("cut off after {at} bytes"), sample.get(..*at).unwrap_or_default().to_vec()))
        .collect()
}

fn flipped(sample: &[u8]) -> impl Iterator<Item = Mutant> {
    let head = sample.len().min(HEAD_BYTES);
    (0..FLIPS).filter_map(move |number| {
        let within = if number % 2 == 0 { head } else { sample.len() };
        let at = within.checked_mul(number)? / FLIPS;
        let mut bytes = sample.to_vec();
        let bit = number % 8;
        *bytes.get_mut(at)? ^= 1 << bit;
        Some(mutant(format!("bit {bit} of byte {at} flipped"), bytes))
    })
}

fn noisy(sample: &[u8], seed: u64) -> Mutant {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut bytes = sample.to_vec();
    for byte in &mut bytes {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17; // xorshift: any numbers do, if they are the same every time
        if random.is_multiple_of(50) {
            *byte = random.to_le_bytes()[7];
        }
    }
    mutant(format!("one byte in fifty replaced, seed {seed}"), bytes)
}

/// The sample's text with other line ends and in other encodings than its own.
fn written_otherwise(sample: &[u8]) -> Vec<Mutant> {
    let text = String::from_utf8_lossy(sample);
    let unix = text.replace("\r\n", "\n");
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(to_bytes).collect()
    };
    let mut mutants = vec![
        mutant("with CRLF line ends", unix.replace('\n', "\r\n").into_bytes()),
        mutant("with LF line ends", unix.clone().into_bytes()),
        mutant("with CR line ends", unix.replace('\n', "\r").into_bytes()),
        mutant("as UTF-16LE", utf16(u16::to_le_bytes)),
        mutant("as UTF-16BE", utf16(u16::to_be_bytes)),
        mutant("with a UTF-8 byte order mark", ["\u{feff}".as_bytes(), sample].concat()),
    ];
    mutants.extend(PAGES.map(|(page, letter)| {
        let foreign = text.replace('e', letter.encode_utf8(&mut [0; 4]));
        mutant(format!("with letters in {}", page.name()), page.encode(&foreign).0.into_owned())
    }));
    mutants
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"2026-03-01 08:00:00 Laser blue at 12.5 mW\n2026-03-01 08:00:01 Pump stopped\n";

    #[test]
    fn mutants_differ_from_the_sample_and_are_the_same_every_time() {
        let mutants = of(SAMPLE, Huge::With);
        let again = of(SAMPLE, Huge::With);
        assert!(mutants.iter().zip(&again).all(|(one, other)| one.bytes == other.bytes));
        assert!(mutants.iter().all(|mutant| mutant.bytes != SAMPLE));
        for how in
            ["cut off after 0 bytes", "as UTF-16BE", "with letters in Shift_JIS", "with a line of 16 MiB"]
        {
            assert!(mutants.iter().any(|mutant| mutant.how == how), "{how}");
        }
    }

    #[test]
    fn an_empty_sample_has_mutants_too() {
        assert!(of(b"", Huge::Without).iter().any(|mutant| !mutant.bytes.is_empty()));
    }
}
