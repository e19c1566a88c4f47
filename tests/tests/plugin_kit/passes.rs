//! The project's own plugins pass, and a plugin that can't be tested is told why.

use labrelay_tests::site::{plugin, repository, text_of};

use crate::{Faulty, plugin_test};

#[test]
fn the_project_s_plugins_pass() {
    for family in ["navios", "dxflex"] {
        let folder = repository().join("plugins").join(family);
        let output = plugin_test(&folder, &plugin(family), &[]);
        let said = text_of(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.ends_with("PASS\n") && !said.contains("skip"), "{said}");
    }
}

#[test]
fn an_input_that_a_plugin_fails_on_is_kept() {
    let faulty = Faulty::with_misdeed("panic");
    let kept = faulty.folder.path().join("kept");
    let output = plugin_test(faulty.folder.path(), &faulty.library, &["--keep", kept.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(std::fs::read_dir(&kept).unwrap().count() > 0);
    assert!(text_of(&output).contains("it lies at"));
}

#[test]
fn a_folder_without_fixtures_is_3_and_says_what_is_missing() {
    let faulty = Faulty::new();
    std::fs::remove_dir_all(faulty.folder.path().join("fixtures/faulty")).unwrap();
    std::fs::create_dir(faulty.folder.path().join("fixtures/faulty")).unwrap();
    let output = plugin_test(faulty.folder.path(), &faulty.library, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text_of(&output).contains("no fixture case"), "{}", text_of(&output));
}
