//! The page about the project's own manifests: does it say all of them, and what changed?

#![allow(clippy::unwrap_used)] // all of this is test code

use labrelay_explain::explain;
use labrelay_manifest::Manifest;

const NAVIOS: &str = include_str!("../../../manifests/navios.yaml");
const MADE_UP: &str = include_str!("../../../tests/made_up/manifest.yaml");
const EVENTS: &str = include_str!("events.yaml");
const DXFLEX: &str = include_str!("../../../manifests/dxflex.yaml");
const CELLMEK: &str = include_str!("../../../manifests/cellmek.yaml");

fn parse(text: &str) -> Manifest {
    Manifest::parse(text.as_bytes()).unwrap()
}

fn markdown(newer: &str, older: &str) -> String {
    explain(&parse(newer), Some(&parse(older))).to_markdown()
}

#[test]
fn every_stream_and_field_has_its_line() {
    for manifest in [NAVIOS, DXFLEX, CELLMEK, EVENTS].map(parse) {
        let text = explain(&manifest, None).to_markdown();
        assert!(text.contains(&manifest.sha256().to_string()));
        for stream in manifest.streams() {
            let (_, section) = text.split_once(&format!("## Stream `{}`", stream.name)).unwrap();
            let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
            for field in stream.leaving() {
                assert!(
                    section.contains(&format!("\n| `{}`", field.name)),
                    "{}: {}",
                    stream.name,
                    field.name
                );
            }
        }
    }
}

#[test]
fn exact_sets_are_told() {
    let text = explain(&parse(NAVIOS), None).to_markdown();
    assert!(text.contains("0.00 to 200.00<br>20,001 possible values"), "{text}");
    assert!(text.contains("`protocol`, `time`, `events`, `user`, `error`, `other`<br>6 possible values"));
    assert!(text.contains("`FL`, then one of 1–9, then optionally one digit<br>pattern `"));
    assert!(text.contains("at most 4 characters, 101 possible values"));
    assert!(text.contains("no single record ever leaves"));
}

#[test]
fn what_the_stock_plugin_reads_is_told() {
    let text = explain(&parse(CELLMEK), None).to_markdown();
    for line in [
        "| `performed_at` | columns `Date`, `Time`, written `%Y-%m-%d %H:%M` |",
        "| `instrument` | line above the table, `Serial Number` |",
        "| `instrument` | the site's configuration, `serial` |",
        "its time goes into `at`, written `%Y-%m-%d %H:%M:%S%.3f`",
        "The column `Panel` is compared to the site's list of QC names",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let other = CELLMEK.replace("{column: Position}", "{column: Specimen}");
    let text = markdown(&other, CELLMEK);
    assert!(text.contains("**Those that let more leave: 1.**") && text.contains("| `settings` |"), "{text}");
}

#[test]
fn what_lets_more_leave_is_marked() {
    let wider = NAVIOS.replacen("range: [0, 200], unit: mW", "range: [0, 300], unit: mW", 1);
    let text = markdown(&wider, NAVIOS);
    assert!(text.contains("Changes: 1. **Those that let more leave: 1.**"), "{text}");
    assert!(
        text.contains("| `bead_qc`, field `red_laser_start` | could contain: 0.00 to 200.00; 20,001 possible values<br>can now contain: 0.00 to 300.00"),
        "{text}"
    );
    assert!(text.contains("**lets more leave** |"), "{text}");

    let text = markdown(NAVIOS, &wider);
    assert!(text.contains("**None lets more leave.**") && text.contains("| lets less leave |"), "{text}");
}

#[test]
fn words_streams_and_fields_that_come_and_go_are_told() {
    let older = NAVIOS
        .replacen("[navios, navios_ex, gallios, fc500]", "[navios, gallios]", 1)
        .replacen("bead_qc_detector:", "bead_qc_gain:", 1)
        .replacen("      baseline_offset:", "      baseline_moved:", 1);
    let text = markdown(NAVIOS, &older);
    assert!(
        text.contains("| `bead_qc`, field `model` | new: `fc500`, `navios_ex` | **lets more leave** |"),
        "{text}"
    );
    assert!(text.contains("| `bead_qc_gain` | no longer leaves | lets less leave |"), "{text}");
    assert!(text.contains("| `bead_qc_detector` | new stream about declared control material"), "{text}");
    assert!(
        text.contains("| `bead_qc`, field `baseline_offset` | new: yes or no | **lets more leave** |"),
        "{text}"
    );
    assert!(markdown(NAVIOS, NAVIOS).contains("Nothing that decides about what leaves."));
}

#[test]
fn both_forms_say_the_same() {
    let page = explain(&parse(NAVIOS), None);
    let (markdown, html) = (page.to_markdown(), page.to_html());
    let rows = markdown.lines().filter(|line| line.starts_with("| `")).count();
    assert!(rows > 50);
    assert_eq!(html.matches("<tr><td><code>").count(), rows);
}

#[test]
fn an_event_tells_its_lines_what_leaves_and_what_is_dropped() {
    let text = explain(&parse(EVENTS), None).to_markdown();
    assert!(
        text.contains("| `laser_power_low`<br>warning<br>A laser gives less than it should. |"),
        "{text}"
    );
    assert!(text.contains("`Laser {laser}: Leistung {power} mW zu gering`"), "{text}");
    assert!(text.contains("`power`: number with 1 decimal, in `mW`; 0.0 to 500.0"), "{text}");
    assert!(text.contains("| `id`: hexadecimal digits"), "{text}");
}

#[test]
fn changed_lines_and_parts_of_events_are_told() {
    let older = EVENTS.replacen(r#", "Laser {laser}: Leistung {power} mW zu gering""#, "", 1).replacen(
        "{type: ignored, shape: hex}",
        "{type: ignored, shape: token}",
        1,
    );
    let text = markdown(EVENTS, &older);
    assert!(
        text.contains("| `event`, event `laser_power_low` | new line: `Laser {laser}: Leistung"),
        "{text}"
    );
    assert!(text.contains("| `event`, event `file_saved`, part `id` | dropped before and now"), "{text}");
    assert!(markdown(&older, EVENTS).contains("| line gone: `Laser {laser}: Leistung"));
}

#[test]
fn all_that_is_read_of_a_database_is_named_and_so_is_what_is_read_as_well() {
    let text = explain(&parse(MADE_UP), None).to_markdown();
    let read = "the columns `id`, `instrument`, `measured_at`, `level`, `value` of the table `qc_result`";
    assert!(text.contains(read), "{text}");
    assert!(text.contains("no other table and no other column is read"));
    let more = MADE_UP.replacen("level, value]", "level, value, remark]", 1);
    assert!(
        markdown(&more, MADE_UP).contains("| source `results` | is read of it as well: `qc_result.remark` |")
    );
    assert!(markdown(MADE_UP, &more).contains("is no longer read of it: `qc_result.remark`"));
}
