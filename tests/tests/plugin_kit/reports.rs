//! The two written forms: XML that any parser reads, and JSON whose bytes depend on the result alone.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::{Faulty, plugin_test};

#[test]
fn junit_is_xml_that_tells_of_each_check() {
    let faulty = Faulty::with_misdeed("undeclared"); // its notes hold what XML has to escape
    let file = faulty.folder.path().join("kit.xml");
    plugin_test(faulty.folder.path(), &faulty.library, &["--junit", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut suite = BTreeMap::new();
    let mut reader = Reader::from_str(&text);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                if name == "testsuite" {
                    for attribute in element.attributes() {
                        let attribute = attribute.unwrap();
                        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                        suite.insert(key, attribute.unescape_value().unwrap().into_owned());
                    }
                }
                *counts.entry(name).or_default() += 1;
            }
            _ => {}
        }
    }
    for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
        let counted = counts.get(element).copied().unwrap_or(0);
        assert_eq!(suite[attribute], counted.to_string(), "{attribute}: {text}");
    }
    assert!(counts["failure"] >= 2 && counts["testcase"] >= 10, "{counts:?}");
}

#[test]
fn the_json_report_is_canonical_and_names_plugin_and_manifest() {
    let (_, report) = Faulty::new().failed();
    let mut sorted = report.clone();
    sorted.sort_all_objects();
    assert_eq!(report.to_string(), sorted.to_string(), "keys stand in order");
    assert_eq!(report["passed"], true);
    assert_eq!(report["family"], "faulty");
    for hash in [&report["plugin"]["sha256"], &report["manifest"]["sha256"]] {
        assert_eq!(hash.as_str().map(str::len), Some(64), "{hash}");
    }
    assert!(report["coverage"]["field reading.level"].as_u64() == Some(3));
    assert!(!holds_float(&report), "floats are written in more than one way");
}

fn holds_float(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(holds_float),
        Value::Object(map) => map.values().any(holds_float),
        other => other.is_f64(),
    }
}
