//! Runs of base64 or hexadecimal that decode to text. A run of random letters practically never does.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::facts::{Facts, Marks};
use super::find;
use super::spelling::squeeze;

/// A shorter run decodes to text by chance too often. 16 characters of base64 hold 12 bytes.
const MIN_RUN: usize = 16;
/// With its padding behind it, a run of this length is no word.
const MIN_PADDED: usize = 6;
/// So many bytes of text in a row: by chance in one of 70,000 places.
const MIN_TEXT: usize = 9;
/// So many characters of UTF-16 in a row: practically never by chance.
const MIN_WIDE: usize = 4;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Whether a part of `text` decodes to text.
pub(super) fn hides_text(text: &str, facts: Facts) -> bool {
    if facts.length < MIN_RUN && !facts.marks.has_one_of(Marks::EQUALS) {
        return false;
    }
    hides_hex(text)
        || hides_hex(&squeeze(text).replace(':', ""))
        || hides_base64(text, &STANDARD, *b"+/")
        || facts.marks.has_one_of(Marks::DASH.or(Marks::UNDERSCORE)) && hides_base64(text, &URL_SAFE, *b"-_")
}

/// `last` are the last two characters of the alphabet.
fn hides_base64(text: &str, engine: &GeneralPurpose, last: [u8; 2]) -> bool {
    let foreign = |character: char| {
        !character.is_ascii_alphanumeric() && !last.iter().any(|&byte| character == char::from(byte))
    };
    let mut rest = text;
    while !rest.is_empty() {
        let (run, behind) =
            rest.find(foreign).and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
        if is_encoded(engine, run, behind.starts_with('=')) {
            return true;
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    false
}

fn is_encoded(engine: &GeneralPurpose, run: &str, is_padded: bool) -> bool {
    let all_text = |bytes: Vec<u8>| longest_text(&bytes) == bytes.len();
    if is_padded && run.len() >= MIN_PADDED && decode(engine, run).is_some_and(all_text) {
        return true;
    }
    // The run may have begun with other words: what is encoded starts on one of four places.
    let from_place = |place| run.get(place..).and_then(|run| decode(engine, run));
    run.len() >= MIN_RUN && (0..4).filter_map(from_place).any(|bytes| is_text(&bytes))
}

/// A run of 4n + 1 characters has one too many.
fn decode(engine: &GeneralPurpose, run: &str) -> Option<Vec<u8>> {
    let whole = if run.len() % 4 == 1 { run.len() - 1 } else { run.len() };
    engine.decode(run.get(..whole)?).ok()
}

fn hides_hex(text: &str) -> bool {
    let runs = text.as_bytes().split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= MIN_RUN);
    let mut aligned = runs.flat_map(|run| [run, run.get(1..).unwrap_or_default()]);
    aligned.any(|run| is_text(&decode_hex(run)))
}

fn decode_hex(run: &[u8]) -> Vec<u8> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|nibble| u8::try_from(nibble).ok());
    let pairs = run.chunks_exact(2).map_while(|pair| match pair {
        [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    });
    pairs.collect()
}

fn is_text(bytes: &[u8]) -> bool {
    longest_text(bytes) >= MIN_TEXT
        || is_wide(bytes)
        || bytes.get(1..).is_some_and(is_wide)
        || find(&printable(bytes)).is_some()
}

/// Bytes as ASCII, with a mark that is part of no pattern for what can't be printed.
fn printable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '!' }).collect()
}

/// The longest piece, in bytes, of letters, digits and what stands between them, read as UTF-8.
fn longest_text(bytes: &[u8]) -> usize {
    let (mut longest, mut current) = (0, 0);
    for character in String::from_utf8_lossy(bytes).chars() {
        current = if is_of_text(character) { current + character.len_utf8() } else { 0 };
        longest = longest.max(current);
    }
    longest
}

fn is_of_text(character: char) -> bool {
    character.is_alphanumeric() || " .,:;-/@'_|^=()&+\"#\r\n\t".contains(character)
}

/// Whether bytes are UTF-16 of Latin text: every other one is zero, in either order.
fn is_wide(bytes: &[u8]) -> bool {
    let mut run = 0;
    bytes.chunks_exact(2).any(|pair| {
        let wide = matches!(pair, [0, byte] | [byte, 0] if is_of_text(char::from(*byte)));
        run = if wide { run + 1 } else { 0 };
        run >= MIN_WIDE
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::disguise;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn utf_16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    proptest! {
        #[test]
        fn encoded_text_is_found_in_any_place(text in "[A-Za-z]{4,8}[ ,.-][A-Za-z0-9]{7,12}", before in "[A-Z0-9]{0,7}", after in "[A-Z]{0,3}") {
            let encodings =
                [STANDARD.encode(&text), URL_SAFE.encode(&text), hex(text.as_bytes()), STANDARD.encode(utf_16(&text)), hex(&utf_16(&text))];
            for encoded in encodings {
                for carried in [format!("{before} {encoded} {after}"), format!("{before}{encoded}"), encoded] {
                    prop_assert!(disguise(&carried), "{}", carried);
                }
            }
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = disguise(&text);
            let _ = find(&text);
        }
    }

    #[test]
    fn short_text_with_its_padding_is_found() {
        assert!(disguise("Sm9obg=="));
        assert!(disguise("id=RXJpa2E="));
        assert!(!disguise("GAIN10="));
    }

    #[test]
    fn hex_in_pairs_is_found() {
        assert!(disguise("4a 6f 68 6e 20 44 6f 65 20"));
        assert!(disguise("4A-6F-68-6E-20-44-6F-65-20"));
    }

    #[test]
    fn what_a_detector_finds_in_decoded_bytes_counts() {
        let bytes = b"\x01\x02!x@ab.de\x03\x04\x05\x06";
        assert!(longest_text(bytes) < MIN_TEXT);
        assert!(disguise(&STANDARD.encode(bytes)));
    }

    #[test]
    fn words_and_opaque_numbers_are_not_encoded() {
        let plain = [
            "QUARANTINESTATUS",
            "LaserPowerBelowTarget",
            "FluorescenceDetectorHighVoltage",
            "1b4e28ba2fa111d2883f0016d3cca427",
            "/opt/navios/data/export/settings",
            "DEADBEEFCAFEBABE0123",
            "red_laser_start_power_mw",
        ];
        for text in plain {
            assert!(!disguise(text), "{text}");
        }
    }
}
