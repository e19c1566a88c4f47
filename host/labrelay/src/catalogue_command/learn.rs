//! `labrelay catalogue learn`: proposes a catalogue, and matches every line again before it shows it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use labrelay_manifest::{Matched, Matcher};
use labrelay_mining::{Heading, MAX_LINE_BYTES, Miner, Proposal, Words};

use super::stream;
use crate::cli::LearnArgs;
use crate::config::read_text;
use crate::exit::{FailAs as _, Failure};
use crate::lines::{each_line, files_at};

/// Rounds of matching all lines again and dropping values where one did not match; two are the rule.
const MOST_ROUNDS: usize = 6;

/// Learns from a folder and prints the manifest to be reviewed.
#[allow(clippy::print_stdout, clippy::print_stderr)]
pub(crate) fn learn(args: &LearnArgs) -> anyhow::Result<ExitCode> {
    let files = files_at(&args.from)?;
    let mut words = Words::technical();
    for file in &args.words {
        words.add_messages(&read_text(file)?);
    }
    let mut miner = Miner::new(words, args.accept_words);
    each_line(&files, MAX_LINE_BYTES, |line| miner.add(line))?;
    let counts = miner.counts();
    let heading = Heading { family: args.family.to_string(), stream: args.stream.to_string() };
    let mut proposal = miner.finish(heading);
    if proposal.events() == 0 {
        return Err(nothing_to_learn(&args.from, counts.lines)).fail_as(Failure::Found);
    }
    let unmatched = verify(&mut proposal, &files, args.stream.as_str())?;
    match &args.out {
        Some(out) => {
            std::fs::write(out, proposal.yaml()).with_context(|| format!("can't write {}", out.display()))?
        }
        None => print!("{}", proposal.yaml()),
    }
    eprintln!("{} lines of {} files: {} events", counts.lines, files.len(), proposal.events());
    let readable = counts.lines - counts.disguised - counts.too_long;
    eprintln!("matched again: {} of {readable} lines", readable.saturating_sub(unmatched));
    for (count, why) in [
        (counts.disguised, "not UTF-8, or with characters that hide something: no catalogue matches them"),
        (counts.too_long, "longer than 8 KiB"),
        (counts.too_varied, "of too many different forms"),
        (proposal.left_out(), "with hardly anything but values, or that another template could fit as well"),
    ] {
        if count > 0 {
            eprintln!("{count} lines {why}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing_to_learn(from: &Path, lines: u64) -> anyhow::Error {
    anyhow!(
        "{}: {lines} lines, and none that a template could be made of; name a folder with the instrument's logs as text",
        from.display()
    )
}

/// Matches all lines again, as if every word had been confirmed; where one does not match, the values
/// of the nearest event are dropped. Gives the number of lines that no event takes in the end.
fn verify(proposal: &mut Proposal, files: &[PathBuf], stream: &str) -> anyhow::Result<u64> {
    let site = stream::site_words(None);
    let mut unmatched = 0;
    for _ in 0..MOST_ROUNDS {
        let manifest = proposal.confirmed().fail_as(Failure::Found)?;
        let matcher = manifest.stream(stream).and_then(|(_, stream)| Matcher::of(stream));
        let Some(matcher) = matcher else { return Ok(0) };
        let mut matched = Matched::default();
        let mut nearest = Vec::new();
        unmatched = 0;
        each_line(files, MAX_LINE_BYTES, |line| {
            let fit = line.len() <= MAX_LINE_BYTES
                && labrelay_mining::is_readable(line)
                && !line.trim_ascii().is_empty();
            if fit && let Err(no) = matcher.match_line(line, &site, &mut matched) {
                unmatched += 1;
                nearest.extend(no.nearest);
            }
        })?;
        nearest.sort_unstable();
        nearest.dedup();
        if nearest.is_empty() || !proposal.ignore_values(&nearest) {
            break;
        }
    }
    Ok(unmatched)
}
