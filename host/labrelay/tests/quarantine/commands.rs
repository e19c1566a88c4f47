//! Looking into the quarantine, taking out of it, and emptying it. Each with the service running and without.

use base64::Engine as _;

use crate::site::{Site, VALUE, record};

/// Runs a test at rest, then with the service running.
fn both_ways(test: impl Fn(&Site)) {
    let mut site = Site::with_refused_units();
    test(&site);
    site = Site::with_refused_units();
    site.start();
    test(&site);
}

#[test]
fn the_list_tells_counts_and_what_to_do_and_no_value() {
    both_ways(|site| {
        let lines = site.json("quarantine list --json");
        let shown =
            lines.iter().map(|line| (&line["number"], &line["reason"], &line["units"], &line["stream"]));
        let json = serde_json::to_string(&shown.collect::<Vec<_>>()).unwrap();
        assert_eq!(
            json,
            r#"[[1,"out_of_range",2,"run"],[2,"bad_text",1,null],[2,"out_of_range",1,"run"],[3,"out_of_range",1,"run"]]"#
        );
        assert!(lines[0]["day"].as_str().unwrap() < lines[1]["day"].as_str().unwrap());
        assert_eq!((&lines[0]["family"], &lines[1]["bytes"]), (&"bench".into(), &10.into()));
        let list = site.succeed("quarantine list");
        assert!(list.contains("out_of_range") && list.contains("widen the range"), "{list}");
        let status = site.json("status --json").remove(0);
        assert_eq!(status["quarantine"]["units"], 5);
        for text in [list, serde_json::to_string(&lines).unwrap(), site.succeed("status"), site.log()] {
            assert!(!text.contains(VALUE), "{text}");
        }
        assert!(site.audit().is_empty(), "who lists sees nothing");
    });
}

#[test]
fn only_the_key_shows_content_and_the_audit_log_says_who_looked() {
    both_ways(|site| {
        let shown = site.succeed("quarantine show --key key.txt 2");
        assert!(
            shown.contains(VALUE) && shown.contains("out_of_range") && shown.contains("source files"),
            "{shown}"
        );
        assert!(!shown.contains('\x1b') && !shown.contains('\x07'), "it could steer the terminal");
        let audit = site.audit().remove(0);
        assert_eq!((&audit["command"], &audit["counts"]["units"]), (&"quarantine show".into(), &2.into()));
        for (command, says) in [
            ("quarantine show --key other.txt 2", "another key"),
            ("quarantine show --key labrelay.yaml 2", "no age identity"),
            ("quarantine show --key key.txt 99", "quarantine list"),
        ] {
            let (printed, code) = site.run(command);
            assert!(code == 1 && printed.contains(says) && !printed.contains(VALUE), "{command}: {printed}");
        }
        assert_eq!(site.audit().len(), 1);
    });
}

#[test]
fn an_export_is_sealed_unless_the_key_is_given_and_overwrites_nothing() {
    both_ways(|site| {
        site.succeed("quarantine export --to sealed.ndjson");
        let sealed = std::fs::read_to_string(site.path("sealed.ndjson")).unwrap();
        let messages: Vec<serde_json::Value> =
            sealed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(messages.len(), 3);
        let age =
            base64::prelude::BASE64_STANDARD.decode(messages[0]["age_base64"].as_str().unwrap()).unwrap();
        assert!(age.starts_with(b"age-encryption.org/v1"), "`age --decrypt` opens it");

        site.succeed("quarantine export --to open.ndjson --key key.txt");
        let open = std::fs::read_to_string(site.path("open.ndjson")).unwrap();
        let entries: Vec<serde_json::Value> =
            open.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(entries.len(), 5);
        assert_eq!((&entries[0]["form"], &entries[0]["reason"]), (&"records".into(), &"out_of_range".into()));
        let (printed, code) = site.run("quarantine export --to open.ndjson");
        assert!(code == 1 && printed.contains("open.ndjson"), "{printed}");
        assert_eq!(std::fs::read_to_string(site.path("open.ndjson")).unwrap(), open);
        let (printed, code) = site.run("quarantine export --to other.ndjson --key other.txt");
        assert!(code == 1 && printed.contains("left out"), "{printed}");
        let commands: Vec<_> = site.audit().iter().map(|line| line["command"].clone()).collect();
        assert_eq!(commands, ["quarantine export", "quarantine export --key", "quarantine export --key"]);
    });
}

#[test]
fn what_is_purged_is_gone_and_counted() {
    both_ways(|site| {
        let (printed, code) = site.run("quarantine purge");
        assert!(code == 2 && printed.contains("--before"), "{printed}");
        let today = site.json("quarantine list --json")[1]["day"].as_str().unwrap().to_owned();
        assert!(site.succeed(&format!("quarantine purge --before {today}")).contains("2 units"));
        assert_eq!(site.json("quarantine list --json").len(), 3);
        assert!(site.succeed("quarantine purge --all").contains("3 units"));
        assert!(site.succeed("quarantine list").contains("empty"));
        let status = site.json("status --json").remove(0);
        assert_eq!((&status["quarantine"]["purged"], &status["quarantine"]["units"]), (&5.into(), &0.into()));
        let units: Vec<_> = site.audit().iter().map(|line| line["counts"]["units"].clone()).collect();
        assert_eq!(units, [2, 3]);
    });
}

#[test]
fn days_beyond_the_bound_go_though_nothing_new_is_refused() {
    let mut site = Site::new("{recipient: KEY, keep: {max_days: 2}}");
    site.refuse(2, vec![record(1, VALUE)]);
    site.refuse(1, vec![record(2, VALUE)]);
    site.start();
    let status = site.json("status --json").remove(0);
    assert_eq!((&status["quarantine"]["purged"], &status["quarantine"]["units"]), (&1.into(), &1.into()));
}
