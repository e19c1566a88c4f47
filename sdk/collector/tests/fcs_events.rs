//! Events and their figures: every form that is read, made beads against a naive computation, and real files.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

use std::fs;

use labrelay_collector::fcs::{
    DataSet, DataSets, FcsError, Layout, ListMode, Population, Scatter, Summary, summarize,
};
use labrelay_collector::testing::fcs::FcsMaker;
use labrelay_model::Reason;
use proptest::prelude::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/instruments");
const SCATTER: Option<Scatter> = Some(Scatter { forward: 0, side: 1 });

fn set(mut file: &[u8]) -> DataSet {
    DataSets::of(&mut file).next().unwrap().unwrap()
}

/// One data set of as many parameters as `ranges`, all of one form.
fn file(data_type: &str, order: &str, bits: &str, ranges: &[&str], data: &[u8]) -> Vec<u8> {
    let bytes: usize = bits.parse::<usize>().unwrap().div_ceil(8) * ranges.len();
    let maker = FcsMaker::new().with_all([("$MODE", "L"), ("$DATATYPE", data_type), ("$BYTEORD", order)]);
    let maker = maker.with("$PAR", &ranges.len().to_string()).with("$TOT", &(data.len() / bytes).to_string());
    let each = |(maker, number): (FcsMaker, usize), range: &&str| {
        let named = maker.with(&format!("$P{number}B"), bits).with(&format!("$P{number}R"), range);
        (named, number + 1)
    };
    ranges.iter().fold((maker, 1), each).0.events(data).build()
}

/// All values, by parameter.
fn values(mut file: &[u8]) -> Result<Vec<Vec<f64>>, FcsError> {
    let set = set(file);
    let layout = Layout::of(&set)?;
    let mut all = vec![Vec::new(); layout.parameters().len()];
    let mut list = ListMode::of(&mut file, &set, &layout);
    while let Some(block) = list.next_block()? {
        for (parameter, values) in layout.parameters().iter().zip(&mut all) {
            block.each(parameter, |value| values.push(value));
        }
    }
    Ok(all)
}

fn summary(mut file: &[u8], scatter: Option<Scatter>) -> Result<Summary, FcsError> {
    let set = set(file);
    let layout = Layout::of(&set)?;
    let wanted: Vec<_> = (0..layout.parameters().len()).map(Some).collect();
    summarize(&mut file, &set, &layout, scatter, &wanted)
}

#[test]
fn every_form_of_a_value_is_read() {
    let floats = |bytes: [[u8; 4]; 2]| bytes.concat();
    let doubles = |bytes: [[u8; 8]; 2]| bytes.concat();
    for (data_type, order, bits, range, data, expected) in [
        ("I", "1,2,3,4", "8", "256", vec![1, 255], [1.0, 255.0]),
        ("I", "1,2", "16", "65536", vec![1, 2, 255, 255], [513.0, 65535.0]),
        ("I", "2,1", "16", "65536", vec![2, 1, 0, 7], [513.0, 7.0]),
        ("I", "1,2", "10", "1024", vec![1, 0xFE, 0xFF, 0xFF], [513.0, 1023.0]),
        ("I", "1,2,3", "24", "16777216", vec![1, 0, 1, 0, 1, 0], [65537.0, 256.0]),
        ("I", "1,2,3,4", "32", "1048576", vec![5, 0, 0xF0, 0xFF, 0, 0, 8, 0], [5.0, 524_288.0]),
        ("I", "4,3,2,1", "32", "1048576", vec![0xFF, 0xF0, 0, 5, 0, 8, 0, 0], [5.0, 524_288.0]),
        (
            "F",
            "1,2,3,4",
            "32",
            "1024",
            floats([1.5_f32.to_le_bytes(), (-2.25_f32).to_le_bytes()]),
            [1.5, -2.25],
        ),
        (
            "F",
            "4,3,2,1",
            "32",
            "1024",
            floats([1.5_f32.to_be_bytes(), (-2.25_f32).to_be_bytes()]),
            [1.5, -2.25],
        ),
        ("D", "1,2,3,4", "64", "1024", doubles([0.1_f64.to_le_bytes(), 7e9_f64.to_le_bytes()]), [0.1, 7e9]),
        ("D", "4,3,2,1", "64", "1024", doubles([0.1_f64.to_be_bytes(), 7e9_f64.to_be_bytes()]), [0.1, 7e9]),
    ] {
        let one = file(data_type, order, bits, &[range], &data);
        assert_eq!(values(&one).unwrap(), [expected.to_vec()], "{data_type} {order} {bits}");
        let two = file(data_type, order, bits, &[range, range], &data);
        assert_eq!(
            values(&two).unwrap(),
            [vec![expected[0]], vec![expected[1]]],
            "{data_type} {order} {bits}"
        );
    }
}

#[test]
fn events_that_are_not_there_are_a_cut_off_file() {
    let short = FcsMaker::new().events(&[0; 6]).with_all([
        ("$PAR", "1"),
        ("$TOT", "4"),
        ("$DATATYPE", "I"),
        ("$BYTEORD", "1,2"),
        ("$P1B", "16"),
        ("$P1R", "1024"),
    ]);
    assert_eq!(values(&short.build()).unwrap_err().reason(), Reason::Truncated);
    assert_eq!(values(&short.changed("$TOT", "0").events(&[]).build()).unwrap(), [Vec::<f64>::new()]);
}

/// A generator by hand (Marsaglia's xorshift), so that the beads are the same on every machine and in every version.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, by Box and Muller.
    fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let (radius, turn) = ((-2.0 * (1.0 - self.unit()).ln()).sqrt(), self.unit());
        mean + sd * radius * (std::f64::consts::TAU * turn).cos()
    }
}

/// Forward scatter, side scatter and fluorescence of single beads, of doublets with twice the signal, and of debris.
fn beads(singles: usize, doublets: usize, debris: usize) -> Vec<[f64; 3]> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut bead = |times: f64| {
        [(300_000.0, 9_000.0), (150_000.0, 7_500.0), (60_000.0, 1_200.0)]
            .map(|(mean, sd)| (times * random.normal(mean, sd)).round().clamp(0.0, 1_048_575.0))
    };
    let mut events: Vec<_> = (0..singles).map(|_| bead(1.0)).chain((0..doublets).map(|_| [0.0; 3])).collect();
    events.iter_mut().skip(singles).for_each(|event| *event = bead(2.0));
    events.extend((0..debris).map(|n| [(n % 40_000) as f64, (n % 9_000) as f64, (n % 500) as f64]));
    events
}

fn stored(events: &[[f64; 3]]) -> Vec<u8> {
    let data: Vec<u8> = events.iter().flatten().flat_map(|value| (*value as u32).to_le_bytes()).collect();
    file("I", "1,2,3,4", "32", &["1048576"; 3], &data)
}

/// Mean, median and CV (%) by sorting and by two passes.
fn naive(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, values[(values.len() - 1) / 2], 100.0 * (squares / (count - 1.0)).sqrt() / mean)
}

#[test]
fn figures_are_of_single_beads_and_not_of_doublets_and_debris() {
    let events = beads(20_000, 1_500, 6_000);
    let summary = summary(&stored(&events), SCATTER).unwrap();
    assert_eq!((summary.population, summary.events), (Population::Main, 20_000));
    for (at, cv) in [3.0, 5.0, 2.0].into_iter().enumerate() {
        let (mean, median, spread) = naive(events[..20_000].iter().map(|event| event[at]).collect());
        let figures = summary.figures[at];
        assert!((figures.mean.unwrap() - mean).abs() < 1e-6 * mean, "{at}: {figures:?}");
        assert!((figures.median.unwrap() / median - 1.0).abs() < 0.001, "{at}: {figures:?}");
        assert!((figures.cv_percent.unwrap() - spread).abs() < 1e-6, "{at}: {figures:?}");
        let half = figures.half_peak_cv_percent.unwrap();
        assert!((half / cv - 1.0).abs() < 0.06, "{at}: {half} for {cv}");
        assert!((figures.peak.unwrap() / mean - 1.0).abs() < 0.01, "{at}: {figures:?}");
        assert_eq!((figures.at_top_percent, figures.bits), (Some(0.0), Some(20)));
    }
}

#[test]
fn without_a_population_in_scatter_figures_are_of_all_events() {
    let events = beads(2_000, 0, 500);
    let all = summary(&stored(&events), None).unwrap();
    assert_eq!((all.population, all.events), (Population::All, 2_500));
    assert!(all.figures[2].cv_percent.unwrap() > 30.0 && all.figures[2].half_peak_cv_percent.unwrap() < 3.0);
    let few = summary(&stored(&events[..50]), SCATTER).unwrap();
    assert_eq!((few.population, few.events), (Population::All, 50));
}

#[test]
fn a_detector_at_its_end_says_so_and_tells_no_peak() {
    let mut events = beads(2_000, 0, 0);
    events.iter_mut().for_each(|event| event[2] = 1_048_575.0);
    let figures = summary(&stored(&events), SCATTER).unwrap().figures[2];
    assert_eq!((figures.at_top_percent, figures.peak), (Some(100.0), None));
    assert_eq!((figures.cv_percent, figures.half_peak_cv_percent), (Some(0.0), None));
}

proptest! {
    #[test]
    fn figures_agree_with_a_naive_computation(
        values in prop::collection::vec(1_u32..1 << 20, 2..2_000),
    ) {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let summary = summary(&file("I", "1,2,3,4", "32", &["1048576"], &data), None).unwrap();
        let (mean, median, cv) = naive(values.iter().map(|value| f64::from(*value)).collect());
        let figures = summary.figures[0];
        prop_assert!((figures.mean.unwrap() - mean).abs() < 1e-6);
        prop_assert!((figures.median.unwrap() - median).abs() <= median / 512.0);
        prop_assert!((figures.cv_percent.unwrap() - cv).abs() < 1e-6);
    }

    #[test]
    fn any_events_end_in_an_answer(
        data in prop::collection::vec(any::<u8>(), 0..2_000),
        form in prop::sample::select(vec![("I", "1,2", "16"), ("F", "1,2,3,4", "32"), ("D", "4,3,2,1", "64")]),
        range in prop::sample::select(vec!["1", "1000", "1048576", "1e300"]),
    ) {
        let file = file(form.0, form.1, form.2, &[range; 3], &data);
        prop_assert!(summary(&file, SCATTER).unwrap().figures.len() == 3);
    }
}

/// Counts of events and parameters in every data set, as another reader (FlowIO, Python) has them. Prints no value.
#[test]
fn real_files_have_the_events_that_another_reader_finds() {
    let Ok(oracle) = fs::read_to_string(format!("{FOLDER}/oracle-flowio.json")) else {
        println!("SKIPPED: no folder {FOLDER}: events of real files were not read");
        return;
    };
    let oracle: serde_json::Value = serde_json::from_str(&oracle).unwrap();
    for (name, sets) in oracle.as_object().unwrap() {
        let Some(expected) = sets.as_array() else { continue };
        let bytes = fs::read(format!("{FOLDER}/{name}")).unwrap();
        let sets: Vec<_> = DataSets::of(&mut bytes.as_slice()).collect::<Result<_, _>>().unwrap();
        for (set, expected) in sets.iter().zip(expected) {
            let layout = Layout::of(set).unwrap_or_else(|error| panic!("{name}: {error}"));
            let wanted: Vec<_> = (0..layout.parameters().len()).map(Some).collect();
            let summary = summarize(&mut bytes.as_slice(), set, &layout, None, &wanted).unwrap();
            assert_eq!(Some(summary.events), expected["events"].as_u64(), "{name}: events");
            assert_eq!(Some(wanted.len() as u64), expected["channels"].as_u64(), "{name}: channels");
            let within = |(figures, top): (_, f64)| {
                let labrelay_collector::fcs::Figures { mean, median, .. } = figures;
                mean.is_some_and(|mean: f64| mean <= top) && median.is_none_or(|median| median <= top + 1.0)
            };
            let tops = layout.parameters().iter().map(|parameter| parameter.top());
            let plausible = summary.figures.iter().copied().zip(tops).filter(|pair| within(*pair)).count();
            assert!(plausible + 1 >= wanted.len(), "{name}: {plausible} of {} are in range", wanted.len());
        }
    }
}
