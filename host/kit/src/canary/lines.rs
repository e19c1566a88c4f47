//! Marks in text: lines as logs and messages write names, numbers and paths, and every line that a catalogue declares.

use labrelay_manifest::{Manifest, Part};

use super::marks::put_in;
use super::{CanaryError, Marks};

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

/// Lines of a sample, and words of a line, that get marks of their own: some hundred lines show what a log is like.
const MOST_LINES: usize = 100;
const MOST_WORDS: usize = 20;

/// A text of such lines, each with a mark of its own, and the same with disguised marks.
pub fn text(manifest: &Manifest, marks: &mut Marks) -> Result<Vec<u8>, CanaryError> {
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

/// A sample as it is; then its lines again and again, with a mark in the place of one word after the other.
pub fn marked(sample: &str, marks: &mut Marks) -> Result<Vec<u8>, CanaryError> {
    let mut text = [sample.as_bytes(), b"\n"].concat();
    for line in sample.lines().take(MOST_LINES) {
        for (start, word) in words(line).take(MOST_WORDS) {
            let (before, after) = (line.get(..start), line.get(start + word.len()..));
            for mark in [marks.make()?.into_bytes(), marks.make_disguised()?] {
                text.extend(before.unwrap_or_default().bytes().chain(mark));
                text.extend(after.unwrap_or_default().bytes().chain(*b"\n"));
            }
        }
    }
    Ok(text)
}

/// The words of a line, each with its place.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut place = 0;
    let parts = line.split(' ').map(move |word| {
        let start = place;
        place += word.len() + 1;
        (start, word)
    });
    parts.filter(|(_, word)| !word.is_empty())
}

/// Records with a mark in the place of one value after the other, as `labrelay gate` takes them.
pub fn records(manifest: &Manifest, marks: &mut Marks) -> Result<Vec<u8>, CanaryError> {
    let mut records = Vec::new();
    for stream in manifest.streams() {
        for field in &stream.fields {
            let fields = serde_json::json!({field.name.as_str(): marks.make()?});
            let record = serde_json::json!({"stream": stream.name, "fields": fields});
            records.extend(record.to_string().into_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Search;

    #[test]
    fn each_word_of_a_sample_has_its_turn() {
        let mut marks = Marks::default();
        let text = marked("laser Blue  12.5 mW\nstopped", &mut marks).unwrap();
        assert_eq!(marks.all().len(), 2 * 5);
        assert!(text.starts_with(b"laser Blue  12.5 mW\nstopped\n"), "the sample itself passes the gate");
        assert_eq!(Search::new(&marks).unwrap().found_in(&text).len(), 10);
        let first = format!("{} Blue  12.5 mW\n", marks.all()[0]);
        assert!(String::from_utf8_lossy(&text).contains(&first));
    }
}
