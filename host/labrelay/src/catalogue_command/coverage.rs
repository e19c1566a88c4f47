//! `labrelay catalogue coverage`: the share of a log that a catalogue covers, and what it leaves out, hidden.

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Context as _;
use labrelay_manifest::{Matched, Matcher};
use labrelay_mining::{MAX_LINE_BYTES, Words, hidden_shape, is_readable};

use super::stream;
use crate::cli::CoverageArgs;
use crate::exit::{FailAs as _, Failure};
use crate::families;
use crate::lines::{each_line, files_at};

/// Most different shapes that are counted: a bound for memory, far above what anyone reads.
const MOST_SHAPES: usize = 100_000;

/// Counts covered lines and prints the most frequent shapes of the others.
#[allow(clippy::print_stdout)]
pub(crate) fn coverage(args: &CoverageArgs) -> anyhow::Result<ExitCode> {
    let manifest = families::read_manifest(&args.manifest)?;
    let (_, stream) =
        stream::with_catalogue(&manifest, args.stream.as_ref()).fail_as(Failure::Configuration)?;
    let no_catalogue = || format!("stream `{}` has no catalogue", stream.name);
    let matcher = Matcher::of(stream).with_context(no_catalogue).fail_as(Failure::Configuration)?;
    let files = files_at(&args.from)?;
    let mut lines = Lines::new(matcher);
    each_line(&files, MAX_LINE_BYTES, |line| lines.push(line))?;
    lines.finish();
    let Lines { covered, all, shapes, .. } = lines;
    let share = if all == 0 { 100.0 } else { 100.0 * covered as f64 / all as f64 };
    println!("{covered} of {all} lines covered: {share:.2} %");
    let mut shapes: Vec<(String, u64)> = shapes.into_iter().collect();
    shapes.sort_by(|(a, lines_a), (b, lines_b)| lines_b.cmp(lines_a).then_with(|| a.cmp(b)));
    for (shape, lines) in shapes.iter().take(args.shapes) {
        println!("{lines:>10}  {shape}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Matches lines, with as many at hand as the longest template has.
struct Lines {
    matcher: Matcher,
    words: Words,
    waiting: Vec<Vec<u8>>,
    matched: Matched,
    covered: u64,
    all: u64,
    shapes: HashMap<String, u64>,
}

impl Lines {
    fn new(matcher: Matcher) -> Self {
        let (words, matched) = (Words::technical(), Matched::default());
        Self { matcher, words, waiting: Vec::new(), matched, covered: 0, all: 0, shapes: HashMap::new() }
    }

    fn push(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        self.all += 1;
        self.waiting.push(line.to_vec());
        if self.waiting.len() >= self.matcher.max_lines() {
            self.judge();
        }
    }

    fn finish(&mut self) {
        while !self.waiting.is_empty() {
            self.judge();
        }
    }

    /// Counts the first of the waiting lines, with those that belong to its event.
    fn judge(&mut self) {
        let readable = self.waiting.iter().take_while(|line| is_readable(line)).count();
        let text = self.waiting.get(..readable).unwrap_or_default().join(&b'\n');
        let site = stream::site_words(None);
        let matched = match readable {
            0 => None,
            _ => self.matcher.match_start(&text, &site, &mut self.matched).ok(),
        };
        let lines = matched.map_or(1, |bytes| {
            let matched = text.get(..bytes).unwrap_or_default();
            let feeds = matched.iter().filter(|byte| **byte == b'\n').count();
            feeds + usize::from(!matched.ends_with(b"\n"))
        });
        let of_event: Vec<Vec<u8>> = self.waiting.drain(..lines.min(self.waiting.len())).collect();
        match (matched, of_event.first()) {
            (Some(_), _) => self.covered += of_event.len() as u64,
            (None, Some(line)) => self.count_shape(line),
            (None, None) => {}
        }
    }

    fn count_shape(&mut self, line: &[u8]) {
        let shape = hidden_shape(line, &self.words);
        if self.shapes.len() < MOST_SHAPES || self.shapes.contains_key(&shape) {
            *self.shapes.entry(shape).or_default() += 1;
        }
    }
}
