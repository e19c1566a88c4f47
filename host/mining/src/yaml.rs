//! Writes the proposed manifest, for a person to read line by line.

use std::fmt::Write as _;

use labrelay_manifest::Severity;

use crate::event::{Event, Piece};
use crate::slot::Proposal;

/// What the manifest is to be called.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Name of the instrument family.
    pub family: String,
    /// Name of the stream that gets the catalogue.
    pub stream: String,
}

impl Default for Heading {
    fn default() -> Self {
        Self { family: "my-instrument".into(), stream: "event".into() }
    }
}

/// A manifest, and the line on which each of its events begins, counted from 1.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) yaml: String,
    pub(crate) event_lines: Vec<usize>,
}

const INTRODUCTION: &str = "\
# Proposed by `labrelay catalogue learn`; nothing of it is in force before a person has reviewed it.
#
# - A word in {?braces} is in no list of technical words: if it belongs to the message, write it without braces; if it
#   names a person, a place or a specimen, make it a slot of `type: ignored, shape: token`.
# - What is `ignored` must be there in the line, and its value is dropped at once.
# - Times are dropped. To let one leave, use `type: timestamp`, with `format: \"%d.%m.%Y %H:%M:%S\"` if it is not written
#   as 2026-03-01 10:22:33.
# - Ranges are the next of 10, 20, 50, 100, ... from twice what was seen. Set them to what the instrument can say,
#   as narrow as possible: a number in the range can't be told from a reading.
# - Codes, severities and slot names are guesses. Codes become the words of the lake: choose them well.
manifest: 1
";

/// Writes the manifest. `confirmed`: words that nobody has confirmed are written as if somebody had.
pub(crate) fn write(heading: &Heading, events: &[Event], confirmed: bool) -> Text {
    let mut text = Text { yaml: INTRODUCTION.to_owned(), event_lines: Vec::new() };
    let Heading { family, stream } = heading;
    text.line(&format!("family: {family}"));
    text.line("title: The instrument as a person calls it");
    text.line("version: 0.1.0");
    text.line("streams:");
    text.line(&format!("  {stream}:"));
    text.line("    about: instrument");
    text.line("    description: What the instrument's log tells.");
    text.line("    catalogue:");
    let mut next_line = text.yaml.lines().count() + 1;
    for event in events {
        let written = written(event, confirmed);
        text.event_lines.push(next_line);
        next_line += written.lines().count();
        text.yaml += &written;
    }
    text
}

impl Text {
    /// The event that the line of the manifest belongs to.
    pub(crate) fn event_at(&self, line: usize) -> Option<usize> {
        self.event_lines.partition_point(|start| *start <= line).checked_sub(1)
    }

    fn line(&mut self, line: &str) {
        self.yaml += line;
        self.yaml.push('\n');
    }
}

fn written(event: &Event, confirmed: bool) -> String {
    let Event { code, severity, lines, pieces } = event;
    let mut text = String::new();
    let severity = Severity::WORDS.get(usize::from(severity.index())).copied().unwrap_or_default();
    let plural = if *lines == 1 { "" } else { "s" };
    // Writing to a String can't fail.
    let _ = writeln!(text, "      {code}: # {lines} line{plural}");
    let _ = writeln!(text, "        severity: {severity}");
    let _ = writeln!(text, "        template: {}", quoted(&template(pieces, confirmed)));
    let slots: Vec<String> = pieces.iter().filter_map(slot).collect();
    if !slots.is_empty() {
        let _ = writeln!(text, "        slots:");
        slots.iter().for_each(|slot| text += slot);
    }
    text
}

fn template(pieces: &[Piece], confirmed: bool) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => braced(text),
        Piece::Unconfirmed(text) if confirmed => braced(text),
        Piece::Unconfirmed(text) => format!("{{?{text}}}"),
        Piece::Slot { name, .. } => format!("{{{name}}}"),
    };
    pieces.iter().map(piece).collect()
}

fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

fn slot(piece: &Piece) -> Option<String> {
    let Piece::Slot { name, proposal } = piece else { return None };
    let what = match proposal {
        Proposal::Constant(_) => return None,
        Proposal::Int { min, max } => format!("type: int, range: [{min}, {max}]"),
        Proposal::Float { min, max, decimals } => {
            format!("type: float, range: [{min}, {max}], decimals: {decimals}")
        }
        Proposal::Bool => "type: bool".to_owned(),
        Proposal::Enum(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("type: enum, values: [{}]", words.join(", "))
        }
        Proposal::Ignored(_) => format!("type: ignored, shape: {}", proposal.kind()),
    };
    Some(format!("          {name}: {{{what}}}\n"))
}

/// As a YAML text in double quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\t' => quoted += "\\t",
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
