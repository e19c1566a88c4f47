//! A good manifest comes out as it was meant, and the schema speaks of all that can stand in one.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::time::Duration;

use labrelay_manifest::{About, AggregateKind, Every, Format, Manifest, Presence, SourceKind, schema};
use labrelay_model::{CellKind, Course, FieldType, FloatRange, IntRange};

const GOOD: &str = r#"
manifest: 1
family: navios
title: Navios / Navios EX flow cytometer
version: 1.0.0
sources:
  listmode: {kind: folder, pattern: "*.lmd|*.fcs", settle: 500ms, format: fcs}
  log: {kind: folder, pattern: "*.log"}
streams:
  bead_qc:
    about: qc                     # declared QC panels only
    description: Laser and detector state of one bead acquisition.
    event_time: started_at
    fields:
      instrument:      {type: serial}
      started_at:      {type: timestamp}
      software_build:  {type: code, pattern: "[0-9]{3,6}[a-z]?", optional: true}
      red_laser_start: {type: float, unit: mW, range: [0, 100.5], decimals: 2, description: At the start.}
      stop_reason:     {type: enum, values: [time, events, user, error]}
      events:          {type: int, range: [-9007199254740992, 9007199254740992], monotone: true}
      took:            {type: duration, range: [0s, 24h]}
      software:        {type: version}
      aborted:         {type: bool}
  acquisition:
    about: specimen
    description: What a patient's tube cost the instrument.
    aggregate: {every: 1d, at_least: 6}
    event_time: started_at
    fields:
      instrument:      {type: serial}
      started_at:      {type: timestamp}
      red_laser_start: {type: float, unit: mW, range: [0, 100], decimals: 2, as: [mean, min, max, sd]}
      aborted:         {type: bool, as: [share]}
"#;

fn good() -> Manifest {
    Manifest::parse(GOOD.as_bytes()).unwrap()
}

#[test]
fn names_version_and_sources_are_read_in_order() {
    let manifest = good();
    assert_eq!(manifest.family().as_str(), "navios");
    assert_eq!(manifest.version(), "1.0.0");
    let [listmode, log] = manifest.sources() else { panic!("two sources") };
    let SourceKind::Folder { pattern, settle, format } = &listmode.kind else { panic!("a folder") };
    assert_eq!((&**pattern, *settle, *format), ("*.lmd|*.fcs", Duration::from_millis(500), Format::Fcs));
    let SourceKind::Folder { settle, format, .. } = &log.kind else { panic!("a folder") };
    assert_eq!((*settle, *format), (Duration::from_secs(5), Format::Other), "defaults");
}

#[test]
fn fields_keep_their_order_type_and_bounds() {
    let manifest = good();
    let (_, stream) = manifest.stream("bead_qc").unwrap();
    assert_eq!(stream.event_time.as_ref().unwrap().as_str(), "started_at");
    let types: Vec<&FieldType> = stream.fields.iter().map(|field| &field.ty).collect();
    let values = ["time", "events", "user", "error"].map(Box::from).to_vec();
    assert_eq!(
        types,
        [
            &FieldType::Serial,
            &FieldType::Timestamp,
            &FieldType::Code { pattern: "[0-9]{3,6}[a-z]?".into(), max_bytes: 7 },
            &FieldType::Float { range: FloatRange { min: 0.0, max: 100.5 }, decimals: 2 },
            &FieldType::Enum { values },
            &FieldType::Int { range: IntRange { min: -(1 << 53), max: 1 << 53 }, course: Course::Monotone },
            &FieldType::Duration { range: IntRange { min: 0, max: 86_400_000_000 }, decimals: 0 },
            &FieldType::Version,
            &FieldType::Bool,
        ]
    );
    assert_eq!(stream.fields[2].presence, Presence::Optional);
    assert_eq!(stream.fields[3].unit.as_deref(), Some("mW"));
    assert_eq!(manifest.shapes()[1], [CellKind::Text, CellKind::Timestamp, CellKind::Float, CellKind::Bool]);
}

#[test]
fn specimen_streams_say_how_they_are_summed_up() {
    let manifest = good();
    let (_, stream) = manifest.stream("acquisition").unwrap();
    let aggregate = stream.aggregate.unwrap();
    assert_eq!((stream.about, aggregate.every, aggregate.at_least), (About::Specimen, Every::Day, 6));
    assert_eq!(stream.fields[3].aggregates, [AggregateKind::Share]);
}

#[test]
fn figures_leave_in_place_of_a_specimen_s_fields() {
    let manifest = good();
    let (_, stream) = manifest.stream("acquisition").unwrap();
    let told: Vec<_> = stream.leaving().iter().map(|field| (field.name.as_str(), &field.ty)).collect();
    let power = |min, max, decimals| FieldType::Float { range: FloatRange { min, max }, decimals };
    let windows = ["1h", "1d", "1w"].map(Box::from).to_vec();
    let acquisitions = IntRange { min: 6, max: 1_000_000 };
    assert_eq!(
        told,
        [
            ("instrument", &FieldType::Serial),
            ("window_start", &FieldType::Timestamp),
            ("window", &FieldType::Enum { values: windows }),
            ("acquisitions", &FieldType::Int { range: acquisitions, course: Course::Any }),
            ("red_laser_start_mean", &power(0.0, 100.0, 3)),
            ("red_laser_start_min", &power(0.0, 100.0, 2)),
            ("red_laser_start_max", &power(0.0, 100.0, 2)),
            ("red_laser_start_sd", &power(0.0, 100.0, 3)),
            ("aborted_share", &power(0.0, 1.0, 3)),
        ]
    );
    assert_eq!(stream.leaving_time().unwrap().as_str(), "window_start");
    assert_eq!(stream.leaving()[4].unit.as_deref(), Some("mW"));
    let (_, qc) = manifest.stream("bead_qc").unwrap();
    assert_eq!((qc.leaving(), qc.leaving_time()), (&*qc.fields, qc.event_time.as_ref()));
}

/// The type of the figure `kind` of a field declared as `ty`.
fn figure(ty: &str, kind: &str) -> FieldType {
    let field = format!("red_laser_start: {{type: {ty}, as: [{kind}]}}");
    let declared =
        "red_laser_start: {type: float, unit: mW, range: [0, 100], decimals: 2, as: [mean, min, max, sd]}";
    let manifest = Manifest::parse(GOOD.replace(declared, &field).as_bytes()).unwrap();
    manifest.stream("acquisition").unwrap().1.leaving().get(4).unwrap().ty.clone()
}

#[test]
fn a_figure_is_bound_however_its_field_is() {
    let float = |min, max, decimals| FieldType::Float { range: FloatRange { min, max }, decimals };
    let int = IntRange { min: 5, max: 900 };
    assert_eq!(figure("int, range: [5, 900]", "min"), FieldType::Int { range: int, course: Course::Any });
    assert_eq!(figure("int, range: [5, 900]", "mean"), float(5.0, 900.0, 1));
    assert_eq!(figure("int, range: [5, 900]", "sd"), float(0.0, 895.0, 1));
    assert_eq!(figure("int, range: [0, 5000000]", "mean"), float(0.0, 5e6, 0));
    assert_eq!(
        figure("duration, decimals: 2, range: [0s, 12h]", "max"),
        float(0.0, 43_200.0, 2),
        "in seconds"
    );
    assert_eq!(figure("float, decimals: 3, range: [0, 9999.9]", "max"), float(0.0, 9999.9, 3));
    assert_eq!(figure("float, decimals: 3, range: [0, 9999.9]", "mean"), float(0.0, 9999.9, 3));
    let values = IntRange { min: 0, max: 1_000_000 };
    assert_eq!(
        figure("enum, values: [a, b]", "count"),
        FieldType::Int { range: values, course: Course::Any }
    );
}

#[test]
fn the_hash_is_that_of_the_file() {
    let other = GOOD.replace("# declared", "#  declared");
    assert_ne!(good().sha256(), Manifest::parse(other.as_bytes()).unwrap().sha256());
    assert_eq!(good().sha256(), good().sha256());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing_but_the_hash() {
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let manifest = Manifest::parse(windows.as_bytes()).unwrap();
    assert_eq!(manifest.streams(), good().streams());
    assert_ne!(manifest.sha256(), good().sha256());
}

proptest::proptest! {
    /// Whatever is cut out of a manifest and put in its place: a manifest, or errors that lie in the file.
    #[test]
    fn a_spoilt_manifest_gives_errors_within_the_file(
        at in 0..GOOD.len(),
        cut in 0..20_usize,
        put in r"[ -~\n]{0,6}",
    ) {
        let mut spoilt = GOOD.as_bytes().to_vec();
        spoilt.splice(at..(at + cut).min(GOOD.len()), put.bytes());
        // The reader puts the end of a file without a last line feed on the line after.
        let lines = spoilt.iter().filter(|&&byte| byte == b'\n').count() + 2;
        if let Err(errors) = Manifest::parse(&spoilt) {
            proptest::prop_assert!(errors.iter().count() > 0);
            proptest::prop_assert!(errors.iter().all(|error| (1..=lines).contains(&error.line) && error.column > 0));
        }
    }
}

#[test]
fn the_schema_describes_every_key_and_allows_no_other() {
    let schema = schema();
    assert_eq!(schema["additionalProperties"], false);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{key} has a description");
        }
    }
    let field = &schema["$defs"]["Field"]["properties"];
    for key in ["type", "unit", "range", "decimals", "pattern", "max_length", "values", "optional", "as"] {
        assert!(field[key].is_object(), "{key}");
    }
    assert!(schema["$defs"]["Event"]["properties"]["template"].is_object());
}
