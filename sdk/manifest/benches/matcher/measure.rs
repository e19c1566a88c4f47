//! Time and memory of a benchmark on a machine that others use as well. The gate's benchmark of lines shares it.

use std::time::{Duration, Instant};

use crate::synthetic::Lines;

/// Sizes of catalogues that are measured.
pub(crate) const EVENTS: [usize; 3] = [100, 1_000, 10_000];
/// Lines that are read again and again: more than a cache holds.
pub(crate) const LINES: usize = 100_000;
/// Ten million lines for the last and largest catalogue.
const ROUNDS: usize = 100;
/// Enough for a figure of the others.
const FEW_ROUNDS: usize = 10;

/// How often the lines are read against a catalogue of this size.
pub(crate) fn rounds_for(events: usize) -> usize {
    if EVENTS.last() == Some(&events) { ROUNDS } else { FEW_ROUNDS }
}

/// For what is too slow to see all lines.
const SLOW_TIME: Duration = Duration::from_secs(3);

/// Measures the processor's time where the system tells it, so that other programs don't count; else the clock's.
pub(crate) struct Stopwatch {
    processor: Option<Duration>,
    clock: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { processor: processor_time(), clock: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
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
pub(crate) fn slowest_percent(lines: &Lines, mut work: impl FnMut(&[u8]) -> bool) -> Duration {
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

/// The time a line takes, over as many lines as fit in [`SLOW_TIME`].
pub(crate) fn time_some(lines: &Lines, mut work: impl FnMut(&[u8])) -> Duration {
    let (start, deadline) = (Stopwatch::start(), Instant::now() + SLOW_TIME);
    let mut count = 0;
    for line in lines.iter().take_while(|_| Instant::now() < deadline) {
        work(line);
        count += 1;
    }
    start.elapsed() / count.max(1)
}

/// Memory of this process; 0 where the system does not tell.
pub(crate) fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// A line of words for a person, or with `--json` an object for a program.
pub(crate) fn report(figures: &serde_json::Value) {
    if std::env::args().any(|argument| argument == "--json") {
        return println!("{figures}");
    }
    let table = figures.as_object().into_iter().flatten();
    println!("{}", table.map(|(name, figure)| format!("{name} {figure}")).collect::<Vec<_>>().join(", "));
}
