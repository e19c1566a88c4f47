//! `labrelay catalogue learn` as its user meets it.

use std::process::Command;

#[test]
fn a_folder_without_logs_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for empty in [true, false] {
        if !empty {
            std::fs::write(folder.path().join("numbers.log"), "17\n18\n").unwrap();
        }
        let learn = ["catalogue", "learn", "--from"];
        let output =
            Command::new(env!("CARGO_BIN_EXE_labrelay")).args(learn).arg(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("name a folder with the instrument's logs"), "{said}");
        assert!(output.stdout.is_empty(), "no manifest that can't be loaded");
    }
}
