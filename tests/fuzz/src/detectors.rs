//! Texts that are left after every part was declared: detectors look at them in linear time and never panic, and hiding
//! an identifier's spelling from one of them does not make the text pass as harmless printable ASCII.

use labrelay_gate::detect;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = detect::find(&text).is_some();
    let disguised = detect::disguise(&text);
    assert!(
        disguised || text.bytes().all(|byte| matches!(byte, b' '..=b'~')),
        "only printable ASCII is no disguise"
    );
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let (left, right) = text.split_at(middle);
    let across = detect::find_across(left, right).is_some();
    assert!(!across || found || left.is_empty(), "what is found over the seam is found in the whole");
}
