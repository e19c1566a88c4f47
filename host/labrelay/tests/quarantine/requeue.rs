//! A manifest that was too narrow loses nothing: what it refused enters the spool once it is wider.

use crate::site::{Site, VALUE, record};

/// Units and records of the ledger by outcome.
fn counted(site: &Site, outcome: &str) -> (u64, u64) {
    let status = site.json("status --json").remove(0);
    let lines = status["families"]["bench"]["ledger"].as_array().unwrap().clone();
    let of_it = lines.iter().filter(|line| line["outcome"] == outcome);
    of_it.fold((0, 0), |(units, records), line| {
        (units + line["units"].as_u64().unwrap(), records + line["records"].as_u64().unwrap())
    })
}

const REQUEUE: &str = "quarantine requeue --key key.txt --reason out_of_range";

#[test]
fn what_a_wider_manifest_takes_is_sent_and_the_ledger_moves() {
    let site = Site::with_refused_units();
    let printed = site.succeed(REQUEUE);
    assert!(printed.contains("0 units passed") && printed.contains("4 units stay"), "{printed}");
    assert_eq!((counted(&site, "quarantined"), counted(&site, "accepted")), ((5, 0), (0, 0)));

    site.install_manifest("[0, 500]");
    let printed = site.succeed(REQUEUE);
    assert!(printed.contains("3 units passed") && printed.contains("3 records"), "{printed}");
    assert!(printed.contains("1 units stay") && !printed.contains(VALUE), "{printed}");
    assert_eq!((counted(&site, "quarantined"), counted(&site, "accepted")), ((2, 0), (3, 3)));

    let waiting = site.json("spool peek");
    let power = waiting.iter().filter_map(|line| line["fields"]["power"].as_f64()).collect::<Vec<_>>();
    assert_eq!(power, [471.1, 471.1, 100.5]);
    assert_eq!(waiting[0]["plugin_version"], "3.1.4", "the plugin that read them");
    let rows: std::collections::BTreeSet<_> =
        waiting.iter().filter_map(|line| line["row_id"].as_str()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        site.json("quarantine list --json").len(),
        2,
        "what is refused still, and what could not be read"
    );
    assert!(site.succeed(REQUEUE).contains("0 units passed"), "nothing comes twice");
    let audit = site.audit();
    assert_eq!(audit[1]["counts"]["records"], 3);
}

#[test]
fn what_no_plugin_could_read_stays_with_advice() {
    let site = Site::with_refused_units();
    let printed = site.succeed("quarantine requeue --key key.txt --reason bad_text");
    assert!(
        printed.contains("1 units stay") && printed.contains("copy the instrument's files into"),
        "{printed}"
    );
    let printed = site.succeed("quarantine requeue --key key.txt --reason too_long");
    assert!(printed.contains("nothing in the quarantine"), "{printed}");
    let (printed, code) = site.run("quarantine requeue --key key.txt --reason bad_weather");
    assert!(code == 2 && printed.contains("not a reason"), "{printed}");
}

#[test]
fn a_stream_may_be_named_and_another_key_changes_nothing() {
    let site = Site::with_refused_units();
    site.install_manifest("[0, 500]");
    let (printed, code) = site.run("quarantine requeue --key other.txt --reason out_of_range");
    assert!(code == 1 && printed.contains("stays as it is"), "{printed}");
    assert!(site.succeed(&format!("{REQUEUE} --stream walk")).contains("nothing in the quarantine"));
    assert!(site.succeed(&format!("{REQUEUE} --stream run")).contains("3 units passed"));
}

#[test]
fn a_service_without_the_family_says_what_to_do() {
    let mut site = Site::with_refused_units();
    site.install_manifest("[0, 500]");
    site.start(); // there is no plugin, so no collector runs
    let (printed, code) = site.run(REQUEUE);
    assert!(code == 1 && printed.contains("bench can't be collected"), "{printed}");
    assert_eq!(counted(&site, "quarantined"), (5, 0));
}

#[test]
fn counts_only_keeps_nothing_new() {
    let site = Site::new("counts_only");
    site.refuse(0, vec![record(1, VALUE)]); // by a configuration before
    site.install_manifest("[0, 500]");
    let printed = site.succeed(REQUEUE);
    assert!(printed.contains("1 units passed"), "nothing is left to seal again: {printed}");
}
