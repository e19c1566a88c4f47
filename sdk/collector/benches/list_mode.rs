//! Megabytes of list-mode data that are summed up in a second on one core, over memory.
//!
//! `cargo bench -p labrelay-collector`. A figure, not a test: nothing fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

use std::hint::black_box;
use std::time::Instant;

use labrelay_collector::fcs::{DataSets, FcsError, Layout, Scatter, summarize};
use labrelay_collector::testing::fcs::FcsMaker;

/// Events of a long bead acquisition.
const EVENTS: usize = 200_000;
/// Times that each form is summed up; the median of their rates is told.
const ROUNDS: usize = 9;
/// A Navios stores twelve parameters: ten colours and two scatters.
const PARAMETERS: usize = 12;

fn main() -> Result<(), FcsError> {
    for (name, data_type, bits, range) in [
        ("10 bits in words of 16", "I", 16, 1024_u32),
        ("20 bits in words of 32", "I", 32, 1 << 20),
        ("floats of 32 bits", "F", 32, 1 << 24),
    ] {
        let file = file(data_type, bits, range);
        let all = rate(&file, None)?;
        let main = rate(&file, Some(Scatter { forward: 0, side: 1 }))?;
        println!("{name}: {all:.0} MB/s over all events, {main:.0} MB/s over the main population");
    }
    Ok(())
}

fn rate(file: &[u8], scatter: Option<Scatter>) -> Result<f64, FcsError> {
    let mut input = file;
    let Some(set) = DataSets::of(&mut input).next().transpose()? else { return Ok(0.0) };
    let layout = Layout::of(&set)?;
    let wanted: Vec<_> = (0..PARAMETERS).map(Some).collect();
    let mut rates = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        black_box(summarize(&mut input, &set, &layout, scatter, &wanted)?);
        rates.push(layout.bytes() as f64 / 1e6 / begin.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates.get(ROUNDS / 2).copied().unwrap_or(0.0))
}

/// Beads around a third of the range, spread by some 5 %, so that branches and bins behave as with real ones.
fn file(data_type: &str, bits: usize, range: u32) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut data = Vec::with_capacity(EVENTS * PARAMETERS * bits / 8);
    for _ in 0..EVENTS * PARAMETERS {
        let mut spread = 0.0;
        for _ in 0..4 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            spread += (state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5;
        }
        let value = f64::from(range) / 3.0 * (1.0 + 0.08 * spread);
        match data_type {
            "F" => data.extend((value as f32).to_le_bytes()),
            _ => data.extend((value as u32).to_le_bytes().iter().take(bits / 8)),
        }
    }
    let about = [("$DATATYPE", data_type), ("$BYTEORD", "1,2,3,4"), ("$MODE", "L")];
    let maker = FcsMaker::new().with_all(about).with("$PAR", &PARAMETERS.to_string());
    let maker = maker.with("$TOT", &EVENTS.to_string());
    let each = |maker: FcsMaker, number: usize| {
        let maker = maker.with(&format!("$P{number}B"), &bits.to_string());
        maker.with(&format!("$P{number}R"), &range.to_string())
    };
    (1..=PARAMETERS).fold(maker, each).events(&data).build()
}
