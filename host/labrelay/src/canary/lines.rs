//! Marks in text: lines as logs and messages write names, numbers and paths, and every line that a catalogue declares.

use labrelay_manifest::{Manifest, Part};

use super::marks::{Marks, put_in};

/// Where identifiers stand in logs and messages; `{}` is the place of the mark.
const LINES: &[&str] = &[
    "Patient: {}",
    "Patientenname={} geb. 01.02.1970",
    "MRN {} order created",
    "Sample ID {} aspirated",
    "user {} logged in from 10.1.2.3",
    "DOMAIN\\{}",
    "C:\\Users\\{}\\Documents\\run.log",
    "/home/{}/export.csv",
    "mailto:{}@example.org",
    "tel:+49 30 {}",
    "serial number {}",
    "PID|1||{}^^^HOSP^MR||DOE^JANE||19700201|F",
    "P|1||{}||DOE^JANE",
    "{\"name\":\"{}\",\"value\":1}",
    "2026-03-01 08:00:00 ERROR could not open {}.lmd",
    "{}",
];

/// A text of such lines, each with a mark of its own, and the same with disguised marks.
pub(super) fn text(manifest: &Manifest, marks: &mut Marks) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let declared = declared_lines(manifest);
    for line in LINES.iter().map(|line| (*line).to_owned()).chain(declared) {
        for mark in [marks.make()?.into_bytes(), marks.make_disguised()?] {
            text.extend(put_in(&line, &mark));
            text.extend(b"\r\n");
        }
    }
    Ok(text)
}

/// Records with a mark in the place of one value after the other, as `labrelay gate` takes them.
pub(super) fn records(manifest: &Manifest, marks: &mut Marks) -> anyhow::Result<Vec<u8>> {
    let mut records = Vec::new();
    for stream in manifest.streams() {
        for field in &stream.fields {
            let fields = serde_json::json!({field.name.as_str(): marks.make()?});
            records
                .extend(serde_json::to_vec(&serde_json::json!({"stream": stream.name, "fields": fields}))?);
            records.push(b'\n');
        }
    }
    Ok(records)
}

/// Every line of the catalogues, with room for marks in the place of every variable part.
fn declared_lines(manifest: &Manifest) -> impl Iterator<Item = String> {
    let catalogues = manifest.streams().iter().filter_map(|stream| stream.catalogue.as_deref());
    let templates = catalogues.flat_map(|catalogue| catalogue.events()).flat_map(|event| &event.templates);
    templates.map(|template| {
        let part = |part: &Part| match part {
            Part::Literal(text) => text.to_string(),
            Part::Slot(_) => "{}".to_owned(),
        };
        template.parts.iter().map(part).collect()
    })
}
