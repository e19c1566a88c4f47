//! `labrelay catalogue match`: lines on standard input, and what would leave of each as one JSON object a line.

use std::collections::VecDeque;
use std::io::{BufReader, BufWriter, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use labrelay_gate::{Gate, Site, Verdict};
use labrelay_manifest::{Catalogue, Matched, Matcher, SiteWords};
use labrelay_mining::{MAX_LINE_BYTES, is_readable};
use labrelay_model::{Cell, Reason, Timestamp};

use super::stream::{self, Blank};
use crate::cli::MatchArgs;
use crate::config::read_inventory;
use crate::exit::{FailAs as _, Failure};
use crate::lines::read_line;
use crate::{clock, families};

/// Buffers of standard input and output: large enough that system calls cost nothing beside the matching.
const BUFFER_BYTES: usize = 64 * 1024;
/// Stands for a line that no catalogue may match; templates hold no control characters.
const UNREADABLE: &[u8] = b"\x01\n";

/// Matches standard input line by line.
pub(crate) fn match_lines(args: &MatchArgs) -> anyhow::Result<ExitCode> {
    let mut judge = LineJudge::new(args)?;
    let mut input = BufReader::with_capacity(BUFFER_BYTES, std::io::stdin().lock());
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout().lock());
    let (mut line, mut answers) = (Vec::new(), Vec::new());
    while read_line(&mut input, &mut line, MAX_LINE_BYTES + 2)? {
        judge.push(&line);
        if judge.is_full() {
            judge.answer(&mut answers);
        }
        if input.buffer().is_empty() || answers.len() > BUFFER_BYTES {
            output.write_all(&answers)?;
            answers.clear();
            output.flush()?; // a person or program that asks line by line gets its answer
        }
    }
    while !judge.is_empty() {
        judge.answer(&mut answers);
    }
    output.write_all(&answers)?;
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Holds as many lines as the longest template has, and says what becomes of the first of them.
struct LineJudge {
    gate: Gate,
    matcher: Matcher,
    catalogue: Arc<Catalogue>,
    site: SiteWords,
    blank: Blank,
    now: Timestamp,
    /// Lines that have no answer yet, with their line feeds, and the length of each.
    text: Vec<u8>,
    lengths: VecDeque<usize>,
    matched: Matched,
    /// Memory for the next record.
    cells: Vec<Cell>,
}

impl LineJudge {
    fn new(args: &MatchArgs) -> anyhow::Result<Self> {
        let manifest = Arc::new(families::read_manifest(&args.manifest)?);
        let inventory = read_inventory(args.inventory.as_deref()).fail_as(Failure::Configuration)?;
        let stream =
            stream::with_catalogue(&manifest, args.stream.as_ref()).fail_as(Failure::Configuration)?;
        let now = args.now.unwrap_or_else(clock::now);
        let no_catalogue = || format!("stream `{}` has no catalogue", stream.1.name);
        Ok(Self {
            matcher: Matcher::of(stream.1).with_context(no_catalogue).fail_as(Failure::Configuration)?,
            catalogue: stream.1.catalogue.clone().with_context(no_catalogue)?,
            site: stream::site_words(inventory.as_ref()),
            blank: Blank::new(stream, inventory.as_ref(), now).with_context(no_catalogue)?,
            now,
            gate: Gate::new(Arc::clone(&manifest), Site { inventory, ..Site::default() }),
            text: Vec::new(),
            lengths: VecDeque::new(),
            matched: Matched::default(),
            cells: Vec::new(),
        })
    }

    /// Takes a line as it was read.
    fn push(&mut self, line: &[u8]) {
        let before = self.text.len();
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if is_readable(text) {
            self.text.extend_from_slice(text);
            self.text.push(b'\n');
        } else {
            self.text.extend_from_slice(UNREADABLE);
        }
        self.lengths.push_back(self.text.len() - before);
    }

    fn is_full(&self) -> bool {
        self.lengths.len() >= self.matcher.max_lines()
    }

    fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Answers the first line, and those that belong to its event.
    fn answer(&mut self, out: &mut Vec<u8>) {
        let (consumed, lines) = match self.matcher.match_start(&self.text, &self.site, &mut self.matched) {
            Ok(consumed) => (consumed, self.lines_within(consumed)),
            Err(unmatched) => {
                write_unmatched(out, unmatched.nearest.and_then(|event| self.code(event)), None);
                (self.lengths.front().copied().unwrap_or_default(), 0)
            }
        };
        if lines > 0 {
            self.judge(out);
            (1..lines).for_each(|_| out.extend_from_slice(b"{\"continues\":true}\n"));
        }
        self.lengths.drain(..lines.max(1));
        self.text.drain(..consumed);
    }

    fn lines_within(&self, bytes: usize) -> usize {
        let ends = self.lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        ends.take_while(|end| *end <= bytes).count()
    }

    /// Sends the event that was matched through the gate.
    fn judge(&mut self, out: &mut Vec<u8>) {
        let event = self.matched.event;
        let record = self.blank.fill(event, &mut self.matched.cells, std::mem::take(&mut self.cells));
        let code = self.catalogue.events().get(usize::from(event)).map_or("", |event| &*event.code);
        match self.gate.check(record, self.now) {
            Verdict::Accepted(record) => {
                out.extend_from_slice(b"{\"event\":\"");
                out.extend_from_slice(code.as_bytes());
                out.extend_from_slice(b"\",\"slots\":");
                record.write_fields(self.blank.first_slot(), out);
                out.extend_from_slice(b"}\n");
                self.cells = record.into_record().cells;
            }
            Verdict::Quarantined { refusal, record } => {
                write_unmatched(out, Some(code), Some(refusal.reason));
                self.cells = record.cells;
            }
            Verdict::Dropped(reason) => write_unmatched(out, Some(code), Some(reason)),
            Verdict::Specimen(_) => write_unmatched(out, Some(code), Some(Reason::Specimen)),
        }
    }

    fn code(&self, event: u16) -> Option<&str> {
        self.catalogue.events().get(usize::from(event)).map(|event| &*event.code)
    }
}

/// Codes and reasons need no escapes.
fn write_unmatched(out: &mut Vec<u8>, nearest: Option<&str>, refused: Option<Reason>) {
    out.extend_from_slice(b"{\"unmatched\":true");
    for (key, word) in [("nearest", nearest), ("refused", refused.map(Reason::word))] {
        if let Some(word) = word {
            for piece in [",\"", key, "\":\"", word, "\""] {
                out.extend_from_slice(piece.as_bytes());
            }
        }
    }
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
manifest: 1
family: made-up
title: Made up
version: 1.0.0
streams:
  event:
    about: instrument
    description: What the log tells.
    fields:
      happened_at: {type: timestamp}
    catalogue:
      laser_low:
        severity: warning
        template: "Laser power {power} mW at {time}"
        slots:
          power: {type: float, range: [0, 100], decimals: 1}
          time: {type: ignored, shape: time}
      started:
        severity: info
        template: "Started as {serial}"
        slots:
          serial: {type: serial}
      crashed:
        severity: error
        template: "Crashed:\n  code {code}"
        slots:
          code: {type: int, range: [0, 99]}
"#;

    fn answers(lines: &[&[u8]]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("manifest.yaml");
        std::fs::write(&manifest, MANIFEST).unwrap();
        let args = MatchArgs { manifest, stream: None, inventory: None, now: None };
        let mut judge = LineJudge::new(&args).unwrap();
        let mut out = Vec::new();
        for line in lines {
            judge.push(line);
            if judge.is_full() {
                judge.answer(&mut out);
            }
        }
        while !judge.is_empty() {
            judge.answer(&mut out);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_line_gets_one_answer_in_its_turn() {
        let lines: [&[u8]; 8] = [
            b"Laser power 12.34 mW at 10:22:33\n",
            b"Crashed:\r\n",
            b"  code 17\r\n",
            b"Laser power 500 mW at 10:22:33\n",
            b"Crashed:\n",
            b"Laser \xff\n",
            b"Started as AB12345\n",
            b"Laser power 7 mW at 10:22:33",
        ];
        let expected = [
            r#"{"event":"laser_low","slots":{"power":12.3}}"#,
            r#"{"event":"crashed","slots":{"code":17}}"#,
            r#"{"continues":true}"#,
            r#"{"unmatched":true,"nearest":"laser_low"}"#,
            r#"{"unmatched":true,"nearest":"crashed"}"#,
            r#"{"unmatched":true}"#,
            r#"{"unmatched":true,"nearest":"started","refused":"no_inventory"}"#,
            r#"{"event":"laser_low","slots":{"power":7}}"#,
        ];
        assert_eq!(answers(&lines).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_of_a_line_that_is_cut_off_is_matched() {
        let long = [b"Laser power 7 mW at 10:22:33".as_slice(), &[b' '; MAX_LINE_BYTES]].concat();
        assert_eq!(answers(&[&long]), "{\"unmatched\":true}\n");
    }
}
