//! `docs/reasons.md` lists every reason with its own words: no more, no less, in order.

use labrelay_model::Reason;

#[test]
fn the_documentation_lists_every_reason() {
    let row =
        |reason: &Reason| format!("| `{reason}` | {} | {} |\n", reason.explanation(), reason.what_to_do());
    let rows: String = Reason::ALL.iter().map(row).collect();
    let documented = include_str!("../../../docs/reasons.md").split_once("|---|---|---|\n").unwrap().1;
    assert!(documented == rows, "the table of docs/reasons.md should be:\n{rows}");
}
