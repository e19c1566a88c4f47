//! `labrelay manifest check|schema`: for whoever writes or reviews a manifest.

use std::io::Write as _;
use std::process::Command;

use labrelay_tests::python;
use labrelay_tests::site::text_of;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{labrelay, manifest, text};

#[test]
fn the_project_s_manifests_are_right() {
    let (navios, dxflex) = (manifest("navios"), manifest("dxflex"));
    let output = labrelay(&["manifest", "check", text(&navios), text(&dxflex)]);
    assert!(output.status.success(), "{}", text_of(&output));
    assert_eq!(text_of(&output).matches(": ok: ").count(), 2);
}

#[test]
fn a_mistake_is_named_with_line_column_and_the_nearest_key() {
    let right = std::fs::read_to_string(manifest("navios")).unwrap();
    let line = right.lines().position(|line| line.contains("pattern: \"*.lmd\"")).unwrap();
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(right.replacen("pattern:", "patern:", 1).as_bytes()).unwrap();

    let output = labrelay(&["manifest", "check", text(file.path())]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("{}:{}:", file.path().display(), line + 1)), "{said}");
    assert!(said.contains("`patern`") && said.contains("`pattern`"), "{said}");
}

#[test]
fn the_schema_takes_the_project_s_manifests() {
    let output = labrelay(&["manifest", "schema"]);
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema["$schema"].is_string() && schema["properties"]["streams"].is_object(), "{schema:#}");

    let Some(python) = python::with("jsonschema, yaml") else {
        return labrelay_tests::skipped(
            "Python with `jsonschema` and `yaml` is not there: the schema was not applied",
        );
    };
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&output.stdout).unwrap();
    let program = "import json, sys, yaml, jsonschema\n\
                   schema = json.load(open(sys.argv[1]))\n\
                   jsonschema.validators.validator_for(schema).check_schema(schema)\n\
                   [jsonschema.validate(yaml.safe_load(open(f)), schema) for f in sys.argv[2:]]";
    let output = Command::new(python)
        .args(["-c", program])
        .args([file.path(), &manifest("navios"), &manifest("dxflex")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
}
