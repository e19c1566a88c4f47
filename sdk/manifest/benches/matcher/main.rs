//! Lines matched in a second on one core, against catalogues of 100 to 10,000 events, beside a `RegexSet` of the
//! same templates; and what memory does over ten million lines.
//!
//! `cargo bench -p labrelay-manifest`; `-- --json` prints a JSON object a line. A figure, not a test: nothing
//! fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

mod synthetic;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use labrelay_manifest::{Manifest, Matched, Matcher, Part, SiteWords, Stream};

use synthetic::{Lines, Random, catalogue_yaml};

type Failure = Box<dyn std::error::Error>;

const EVENTS: [usize; 3] = [100, 1_000, 10_000];
/// More than a cache holds.
const LINES: usize = 100_000;
/// Ten million lines for the last and largest catalogue.
const ROUNDS: usize = 100;
/// Enough for a figure of the others.
const FEW_ROUNDS: usize = 10;
/// A `RegexSet` of many templates is slow: it gets this long, and not all lines.
const REGEX_SET_TIME: Duration = Duration::from_secs(3);
/// What a `RegexSet` of 10,000 templates needs, and more.
const REGEX_SET_BYTES: usize = 4 << 30;

fn main() -> Result<(), Failure> {
    for events in EVENTS {
        let manifest = Manifest::parse(catalogue_yaml(events, &mut Random::new(1)).as_bytes())?;
        let (_, stream) = manifest.stream("event").ok_or("no stream")?;
        let lines = Lines::of(stream, LINES, &mut Random::new(2))?;
        measure(events, stream, &lines)?;
    }
    Ok(())
}

fn measure(events: usize, stream: &Stream, lines: &Lines) -> Result<(), Failure> {
    let before = resident_kib();
    let start = Instant::now();
    let matcher = Matcher::of(stream).ok_or("no catalogue")?;
    let (building, memory) = (start.elapsed(), resident_kib().saturating_sub(before));

    let mut out = Matched::default();
    let site = SiteWords::new([], Tz::UTC);
    let mut pass = || lines.iter().filter(|line| matcher.match_line(line, &site, &mut out).is_ok()).count();
    let matched = pass();
    let (rounds, warm) = (if events == 10_000 { ROUNDS } else { FEW_ROUNDS }, resident_kib());
    let start = Stopwatch::start();
    for _ in 0..rounds {
        black_box(pass());
    }
    let per_line = start.elapsed() / u32::try_from(rounds * LINES)?;
    let growth = resident_kib().saturating_sub(warm);

    let p99 = slowest_percent(lines, |line| black_box(matcher.match_line(line, &site, &mut out).is_ok()));
    let bytes_per_line = lines.bytes() as f64 / LINES as f64;
    let set = regex_set(stream)?;
    let per_line_of_set = time_some(lines, |line| {
        black_box(set.matches(line).iter().next());
    });
    let figures = serde_json::json!({
        "events": events,
        "build_ms": building.as_millis() as u64,
        "bytes_per_template": memory * 1024 / events,
        "lines_per_second": (1.0 / per_line.as_secs_f64()).round(),
        "mb_per_second": (bytes_per_line / per_line.as_secs_f64() / 1e6).round(),
        "p99_us": p99.as_nanos() as f64 / 1e3,
        "matched_percent": matched * 100 / LINES,
        "lines": rounds * LINES,
        "memory_growth_kib": growth,
        "regex_set_lines_per_second": (1.0 / per_line_of_set.as_secs_f64()).round(),
    });
    report(&figures);
    Ok(())
}

/// Measures the processor's time where the system tells it, so that other programs don't count; else the clock's.
struct Stopwatch {
    processor: Option<Duration>,
    clock: Instant,
}

impl Stopwatch {
    fn start() -> Self {
        Self { processor: processor_time(), clock: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        let spent = processor_time().zip(self.processor).map(|(now, start)| now.saturating_sub(start));
        spent.unwrap_or_else(|| self.clock.elapsed())
    }
}

/// Time that this thread ran.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The 99th percentile of the time a line takes, clock included.
fn slowest_percent(lines: &Lines, mut work: impl FnMut(&[u8]) -> bool) -> Duration {
    let mut times: Vec<Duration> = lines
        .iter()
        .map(|line| {
            let start = Instant::now();
            work(line);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

/// The time a line takes, over as many lines as fit in [`REGEX_SET_TIME`].
fn time_some(lines: &Lines, mut work: impl FnMut(&[u8])) -> Duration {
    let (start, deadline) = (Stopwatch::start(), Instant::now() + REGEX_SET_TIME);
    let mut count = 0;
    for line in lines.iter().take_while(|_| Instant::now() < deadline) {
        work(line);
        count += 1;
    }
    start.elapsed() / count.max(1)
}

fn regex_set(stream: &Stream) -> Result<regex::bytes::RegexSet, Failure> {
    let events = stream.catalogue.iter().flat_map(|catalogue| catalogue.events());
    let patterns = events.flat_map(|event| {
        event.templates.iter().map(|template| {
            let part = |part: &Part| match part {
                Part::Literal(text) => regex::escape(text),
                Part::Slot(slot) => {
                    let slot = event.slots.get(usize::from(*slot));
                    slot.map_or_else(String::new, |slot| format!("(?:{})", slot.kind.written().regex))
                }
            };
            format!("^{}$", template.parts.iter().map(part).collect::<String>())
        })
    });
    let mut builder = regex::bytes::RegexSetBuilder::new(patterns);
    Ok(builder.unicode(false).size_limit(REGEX_SET_BYTES).dfa_size_limit(64 << 20).build()?)
}

/// Memory of this process; 0 where the system does not tell.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn report(figures: &serde_json::Value) {
    if std::env::args().any(|argument| argument == "--json") {
        return println!("{figures}");
    }
    let table = figures.as_object().into_iter().flatten();
    println!("{}", table.map(|(name, figure)| format!("{name} {figure}")).collect::<Vec<_>>().join(", "));
}
