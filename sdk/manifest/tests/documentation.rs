//! The examples in `docs/manifest.md` are good manifests.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use labrelay_manifest::Manifest;

const PAGE: &str = include_str!("../../../docs/manifest.md");

fn examples() -> impl Iterator<Item = &'static str> {
    PAGE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap())
}

#[test]
fn every_example_parses() {
    let mut examples = examples();
    let whole = examples.next().unwrap();
    Manifest::parse(whole.as_bytes()).unwrap();
    for stream in examples {
        Manifest::parse(format!("{whole}{stream}").as_bytes()).unwrap();
    }
}
