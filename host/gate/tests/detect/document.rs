//! `docs/detectors.md` lists the rows as they are.

use labrelay_gate::detect::{Strength, all};

const DOCUMENT: &str = include_str!("../../../../docs/detectors.md");

fn table() -> String {
    let mut table = String::from("| detector | finds | by | source |\n|---|---|---|---|\n");
    for row in all() {
        let by = match row.strength {
            Strength::Checksum => "check digit",
            Strength::Shape => "shape",
            Strength::Label => "label",
        };
        table += &format!("| `{}` | {} | {by} | {} |\n", row.name, row.what, row.source);
    }
    table
}

#[test]
fn the_document_lists_every_detector() {
    let table = table();
    assert!(DOCUMENT.contains(&table), "docs/detectors.md should hold this table:\n{table}");
}
