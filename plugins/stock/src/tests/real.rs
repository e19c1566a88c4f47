//! Real exports and logs of instruments and PCs, read as a manifest describes them. Prints and compares counts, no value.
#![allow(clippy::print_stdout)] // what is skipped is told

use std::collections::BTreeMap;
use std::path::Path;

use crate::Stock;
use labrelay_collector::testing::{Harness, MemoryFile, Site, UnitOutcome};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/instruments");

/// A daily QC report: lines above, a table of detectors with a title in it, one of lasers, and single values behind.
const QC_REPORT: &str = r#"
manifest: 1
family: qc-report
title: A daily QC report
version: 1.0.0
plugin: stock
settings:
  report:
    table:
      skip: [Detector Settings, Laser Settings, FSC Area Scaling Factor, Flow Rate, Temperature]
      streams:
        detector:
          fields:
            instrument: {heading: Serial Number}
            laser: {column: Laser}
            gain: {column: Gain}
            cv: {column: "% rCV"}
        laser:
          fields:
            laser: {column: Laser}
            delay: {column: Laser Delay}
            power: {column: Laser Power}
sources:
  report: {kind: folder, pattern: "*.csv"}
streams:
  detector:
    about: qc
    description: Detectors.
    fields:
      instrument: {type: serial}
      laser: {type: enum, values: [UV, Violet, Blue, YellowGreen, Red]}
      gain: {type: int, range: [0, 5000]}
      cv: {type: float, range: [0, 100], decimals: 2}
  laser:
    about: qc
    description: Lasers.
    fields:
      laser: {type: enum, values: [UV, Violet, Blue, YellowGreen, Red]}
      delay: {type: float, range: [-100, 100], decimals: 2}
      power: {type: float, range: [0, 500], decimals: 2}
"#;

/// An analyser's export: everything quoted, with semicolons.
const ANALYSER: &str = r#"
manifest: 1
family: analyser
title: An analyser
version: 1.0.0
plugin: stock
settings:
  results:
    table:
      delimiter: ";"
      streams:
        result:
          fields:
            instrument: {column: Serial}
            at: {columns: [Date, Time], format: "%Y%m%d %H:%M"}
            software: {column: SW-Version}
            result: {column: Result}
sources:
  results: {kind: folder, pattern: "*.csv"}
streams:
  result:
    about: instrument
    description: Results.
    fields:
      instrument: {type: serial}
      at: {type: timestamp}
      software: {type: version}
      result: {type: float, range: [0, 10000], decimals: 2, optional: true}
"#;

/// A statistics export with US dates and names of columns that stand twice.
const STATISTICS: &str = r##"
manifest: 1
family: statistics
title: Statistics
version: 1.0.0
plugin: stock
settings:
  results:
    table:
      streams:
        tube:
          fields:
            at: {column: Record Date, format: "%-m/%-d/%Y %-H:%M"}
            events: {column: "P1 #Events"}
sources:
  results: {kind: folder, pattern: "*.csv"}
streams:
  tube:
    about: instrument
    description: Tubes.
    fields:
      at: {type: timestamp}
      events: {type: int, range: [0, 1000000]}
"##;

/// A log of a PC: a time before each entry, and lines that go on.
const LOG: &str = r#"
manifest: 1
family: pc
title: A PC
version: 1.0.0
plugin: stock
settings: {log: {textlog: {stream: event, time: {field: at}}}}
sources: {log: {kind: folder, pattern: "*.log"}}
streams:
  event:
    about: instrument
    description: Events.
    fields: {at: {type: timestamp}}
    catalogue:
      scavenge: {severity: info, template: ", Info                  CBS    Starting TrustedInstaller initialization."}
"#;

/// Records by the number of their stream, and other outcomes by their reasons; `None` where the file is not there.
fn outcomes(manifest: &str, source: &str, file: &str) -> Option<BTreeMap<String, usize>> {
    let path = Path::new(FOLDER).join(file);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("SKIPPED: no file {}: the stock plugin was not tried on it", path.display());
        return None;
    };
    let site = Site { max_records: 100_000, max_bytes: 64 << 20, ..Site::default() };
    let mut harness = Harness::<Stock>::open(manifest.as_bytes(), site).unwrap();
    let reply = harness.poll(&[MemoryFile::new(source, 1, bytes)]).unwrap();
    let mut counts = BTreeMap::new();
    for unit in &reply.units {
        let what = match &unit.outcome {
            UnitOutcome::Records(_) => unit.stream.unwrap().0.to_string(),
            UnitOutcome::Refused(reason, _) | UnitOutcome::Dropped(reason, _) => reason.to_string(),
        };
        *counts.entry(what).or_default() += 1;
    }
    Some(counts)
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect()
}

#[test]
#[ignore = "needs ../shared/data/instruments"]
fn tables_of_instruments_are_read_row_by_row() {
    let report = "qc-cytek/DailyQCReport_U1368_20250104_230737.CSV";
    for (manifest, source, file, expected) in [
        (QC_REPORT, "report", report, counts(&[("0", 67), ("1", 5)])),
        (ANALYSER, "results", "export-other/C111_exportfile.csv", counts(&[("0", 4)])),
        (STATISTICS, "results", "export-other/FacsCantoII_exportfile.csv", counts(&[("0", 7)])),
    ] {
        if let Some(found) = outcomes(manifest, source, file) {
            assert_eq!(found, expected, "{file}");
        }
    }
}

#[test]
#[ignore = "needs ../shared/data/instruments"]
fn every_entry_of_a_log_is_accounted_for() {
    if let Some(found) = outcomes(LOG, "log", "logs-loghub/Windows_2k.log") {
        println!("{found:?}");
        assert_eq!(found.values().sum::<usize>(), 2000);
    }
}
