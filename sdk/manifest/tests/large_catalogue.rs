//! A catalogue of 10,000 templates is checked in about a second. Run alone and optimised:
//! `cargo test --release -p labrelay-manifest --test large_catalogue -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use labrelay_manifest::Manifest;

const TEMPLATES: usize = 10_000;

/// Templates that begin alike, as log lines do: with a time, a word and a slot of varying type.
fn large() -> String {
    let mut text = String::from(
        "manifest: 1\nfamily: demo\ntitle: Demo\nversion: 1.0.0\nstreams:\n  event:\n    about: instrument\n    \
         description: Events.\n    catalogue:\n",
    );
    let kinds = [
        "n: {type: int, range: [0, 5000]}",
        "x: {type: float, range: [0, 500], decimals: 2}",
        "c: {type: code, pattern: \"E[0-9]{1,3}\"}",
        "w: {type: enum, values: [Blue, Red, Violet]}",
        "p: {type: path, roots: {data: 'D:\\Data'}}",
        "t: {type: ignored, shape: token}",
    ];
    for number in 0..TEMPLATES {
        let slot = kinds.get(number % kinds.len()).unwrap_or(&"");
        let name = slot.get(..1).unwrap_or_default();
        let _ = writeln!(
            text,
            "      e{number}:\n        severity: info\n        template: \"{{at}} Module {{{name}}} reported condition \
             {number} to pump {{pump}}.\"\n        slots:\n          at: {{type: timestamp}}\n          {slot}\n          \
             pump: {{type: int, range: [0, 9]}}"
        );
    }
    text
}

#[test]
#[ignore = "a measurement: run it optimised"]
fn ten_thousand_templates_are_checked_in_about_a_second() {
    let text = large();
    let begun = Instant::now();
    let parsed = Manifest::parse(text.as_bytes());
    let took = begun.elapsed();
    eprintln!("{} bytes, {TEMPLATES} templates: {took:?}", text.len());
    assert_eq!(parsed.err().map(|errors| errors.to_string()), None);
    assert!(took < Duration::from_secs(5), "{took:?}, and half a second of an idle core is usual");
}
