//! Logs and tables as a manifest describes them, read in the test's own process.

mod real;

use labrelay_collector::Reason;
use labrelay_collector::testing::{Harness, MemoryFile, PollReply, Site, UnitOutcome, Value};

use super::Stock;

const LOG: &str = r#"
manifest: 1
family: heater
title: A heater
version: 1.0.0
plugin: stock
settings:
  log: {textlog: SETTINGS}
sources:
  log: {kind: folder, pattern: "*.log"}
streams:
  event:
    about: instrument
    description: Events.
    event_time: at
    fields:
      instrument: {type: serial, optional: true}
      at: {type: timestamp}
    catalogue:
      hot: {severity: warning, template: "Heater at {degrees} Cel", slots: {degrees: {type: int, range: [0, 99]}}}
      failed:
        severity: error
        template: "Heater failed\n  code {code}"
        slots: {code: {type: int, range: [0, 99]}}
"#;

const TABLE: &str = r#"
manifest: 1
family: reader
title: A reader
version: 1.0.0
plugin: stock
settings:
  results:
    table:
      delimiter: ";"
      decimal: comma
      empty: ["-"]
      qc: Sample
      streams:
        control: {fields: FIELDS}
        specimen: {fields: FIELDS}
sources:
  results: {kind: KIND, pattern: "*.csv"}
streams:
  control:
    about: qc
    description: Controls.
    fields: &fields
      instrument: {type: serial}
      at: {type: timestamp}
      value: {type: float, range: [0, 100], decimals: 2, optional: true}
      state: {type: enum, values: [good, bad]}
  specimen:
    about: specimen
    description: Specimens.
    event_time: at
    aggregate: {every: 1h, at_least: 5}
    fields:
      instrument: {type: serial}
      at: {type: timestamp}
      value: {type: float, range: [0, 100], decimals: 2, optional: true, as: [mean]}
      state: {type: enum, values: [good, bad], as: [count]}
"#;

const FIELDS: &str = r#"{instrument: {heading: Serial}, at: {columns: [Date, Time], format: "%d.%m.%Y %-H:%M"},
    value: {column: Value}, state: {column: State, words: {OK: good, "!": bad}}}"#;

fn log(settings: &str, text: &str) -> Vec<String> {
    units(&LOG.replace("SETTINGS", settings), "log", text, Site::default())
}

fn table(text: &str) -> Vec<String> {
    let qc = Some(vec!["Control A".into()]);
    units(
        &TABLE.replace("FIELDS", FIELDS).replace("KIND", "folder"),
        "results",
        text,
        Site { qc, ..Site::default() },
    )
}

/// What became of each unit, however many polls it took.
fn units(manifest: &str, source: &str, text: &str, site: Site) -> Vec<String> {
    let read = |max_records: u32, restart: bool| {
        let mut harness =
            Harness::<Stock>::open(manifest.as_bytes(), Site { max_records, ..site.clone() }).unwrap();
        let file = MemoryFile::new(source, 1, text);
        let mut units = Vec::new();
        loop {
            let reply = harness.poll(std::slice::from_ref(&file)).unwrap();
            units.extend(told(&harness, &reply));
            if format!("{:?}", reply.inputs).contains("finished: Finished") {
                return units;
            }
            if restart {
                let site = Site { max_records, ..site.clone() };
                harness = Harness::reopen(manifest.as_bytes(), site, Some(reply.cursor)).unwrap();
            } else {
                harness.commit(&reply);
            }
        }
    };
    let whole = read(1024, false);
    assert_eq!(read(1, false), whole, "poll by poll");
    assert_eq!(read(1, true), whole, "with a worker of its own for each poll");
    whole
}

fn told(harness: &Harness<Stock>, reply: &PollReply) -> Vec<String> {
    let one = |unit: &labrelay_collector::testing::Unit| {
        let outcome = match &unit.outcome {
            UnitOutcome::Records(records) => {
                let names = ["at", "event", "degrees", "code", "instrument", "value", "state"];
                let values = names.iter().filter_map(|name| {
                    Some(match harness.value(records.first()?, name)? {
                        Value::Timestamp(time) => time.to_string(),
                        Value::Text(text) => text.to_string(),
                        Value::Float(number) => number.to_string(),
                        Value::Int(number) => number.to_string(),
                        Value::Enum(word) => format!("#{word}"),
                        other => format!("{other:?}"),
                    })
                });
                values.collect::<Vec<_>>().join(" ")
            }
            UnitOutcome::Refused(reason, _) => format!("refused {reason}"),
            UnitOutcome::Dropped(reason, units) => format!("dropped {units} {reason}"),
        };
        format!("{}: {outcome}", unit.position.0)
    };
    reply.units.iter().map(one).collect()
}

const TIMED: &str = r#"{stream: event, time: {field: at, format: "%d.%m.%Y %H:%M:%S"}}"#;

#[test]
fn an_entry_begins_with_a_time_and_takes_the_lines_behind_it() {
    let text = "01.03.2026 10:00:00 Heater at 40 Cel\n\n01.03.2026 10:00:01\tHeater failed\n  code 7\n01.03.2026 10:00:02 Hello";
    assert_eq!(
        log(TIMED, text),
        ["0: 2026-03-01T10:00:00Z #0 40", "38: 2026-03-01T10:00:01Z #1 7", "81: refused unmatched_event",]
    );
}

#[test]
fn lines_before_the_first_entry_and_impossible_times_are_kept_for_a_person() {
    let text = "Log of heater\nversion 3\n31.02.2026 10:00:00 Heater at 40 Cel\n01.03.2026 10:00:00 Heater at 41 Cel";
    assert_eq!(
        log(TIMED, text),
        ["0: refused unparsable", "24: refused unparsable", "61: 2026-03-01T10:00:00Z #0 41",]
    );
}

#[test]
fn further_lines_may_be_dropped_unread() {
    let settings = TIMED.replacen("stream", "further_lines: drop, stream", 1);
    let text = "Log of heater\n01.03.2026 10:00:00 Heater at 40 Cel\n   at Heater.Watch()\n   at Main()\n";
    assert_eq!(log(&settings, text), ["14: 2026-03-01T10:00:00Z #0 40"]);
}

#[test]
fn an_entry_may_be_a_line_or_begin_where_none_is_indented() {
    let text = "2026-03-01 10:00:00 Heater at 40 Cel\nHeater at 41 Cel\n2026-03-01 10:00:01 Heater failed\n  code 7\n";
    let line = "{stream: event, entry: line, time: {field: at}}";
    let expected = [
        "0: 2026-03-01T10:00:00Z #0 40",
        "37: refused unparsable",
        "54: refused unmatched_event",
        "88: refused unparsable",
    ];
    assert_eq!(log(line, text), expected);
    let unindented = "{stream: event, entry: unindented, time: {field: at}}";
    assert_eq!(log(unindented, text)[2], "54: 2026-03-01T10:00:01Z #1 7");
}

#[test]
fn a_line_beyond_all_bounds_is_refused_and_the_next_is_read() {
    let text = format!("2026-03-01 10:00:00 {}\n2026-03-01 10:00:00 Heater at 40 Cel\n", "x".repeat(70_000));
    let entries = log("{stream: event, time: {field: at}}", &text);
    assert_eq!(entries[0], "0: refused too_long");
    assert!(entries[1].ends_with("#0 40"), "{entries:?}");
}

#[test]
fn the_site_names_the_instrument_of_a_log() {
    let settings = "{stream: event, time: {field: at}, fields: {instrument: {setting: serial}}}";
    let manifest = LOG.replace("SETTINGS", settings);
    let site = Site { settings_json: r#"{"serial": "ZZ00001"}"#.into(), ..Site::default() };
    let text = "2026-03-01 10:00:00 Heater at 40 Cel";
    assert_eq!(units(&manifest, "log", text, site), ["0: 2026-03-01T10:00:00Z #0 40 ZZ00001"]);
    let required = manifest.replace("serial, optional: true", "serial");
    let error = Harness::<Stock>::open(required.as_bytes(), Site::default()).err().unwrap().to_string();
    assert!(error.contains("serial"), "{error}");
}

const HEAD: &str = "Serial;ZZ00001\nDate;Time;Sample;Value;State\n";

#[test]
fn a_row_goes_where_the_site_s_list_has_it() {
    let text = format!("{HEAD}01.03.2026;9:05;Control A;12,50;OK\n01.03.2026;9:06;4711;-;!\n");
    assert_eq!(
        table(&text),
        ["44: 2026-03-01T09:05:00Z ZZ00001 12.5 #0", "79: 2026-03-01T09:06:00Z ZZ00001 #1",]
    );
    let mut harness = {
        let qc = Some(vec!["Control A".into()]);
        let manifest = TABLE.replace("FIELDS", FIELDS).replace("KIND", "folder");
        Harness::<Stock>::open(manifest.as_bytes(), Site { qc, ..Site::default() }).unwrap()
    };
    let reply = harness.poll(&[MemoryFile::new("results", 1, text)]).unwrap();
    let streams: Vec<_> = reply.units.iter().map(|unit| unit.stream.unwrap().0).collect();
    assert_eq!(streams, [0, 1], "control, then specimen");
}

#[test]
fn a_cell_that_can_t_be_read_costs_its_row() {
    let text =
        format!("{HEAD}01.03.2026;9:05;Control A;12.50;OK\n1.3.26;9:06;x;1;OK\n01.03.2026;9:06;x;1;OK\n");
    let rows = table(&text);
    assert_eq!(rows[..2], ["44: refused unparsable", "79: refused unparsable"]);
    assert!(rows[2].ends_with(" 1 #0"), "{rows:?}");
}

#[test]
fn a_file_without_rows_is_counted() {
    assert_eq!(table(""), ["0: dropped 1 empty"]);
    assert_eq!(table(HEAD), ["0: dropped 1 empty"]);
    assert_eq!(table("Serial;ZZ00001\nDate;Time\n1;2\n"), ["0: refused bad_header"]);
}

#[test]
fn a_table_that_is_followed_keeps_its_header() {
    let manifest = TABLE.replace("FIELDS", FIELDS).replace("KIND", "tail");
    let mut harness = Harness::<Stock>::open(manifest.as_bytes(), Site::default()).unwrap();
    let row = "01.03.2026;9:05;Control A;12,50;OK\n";
    let mut text = HEAD.to_owned();
    let mut given = Vec::new();
    for _ in 0..3 {
        let mut file = MemoryFile::new("results", 1, text.clone());
        file.begin_at(
            given.len() as u64 * row.len() as u64 + if given.is_empty() { 0 } else { HEAD.len() as u64 },
        );
        let reply = harness.poll(&[file]).unwrap();
        given.extend(told(&harness, &reply));
        harness.commit(&reply);
        text += row;
    }
    assert_eq!(
        given,
        ["44: 2026-03-01T09:05:00Z ZZ00001 12.5 #0", "79: 2026-03-01T09:05:00Z ZZ00001 12.5 #0"]
    );
    assert!(!given.iter().any(|unit| unit.contains(&Reason::Empty.to_string())));
}
