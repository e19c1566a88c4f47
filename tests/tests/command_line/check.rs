//! `labrelay check`: every line of a good site is fine, and each thing that is wrong has its line.

use labrelay_tests::site::{Site, text_of};

#[test]
fn a_good_site() {
    let site = Site::running();
    let output = site.host.run(&["check"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in ["configuration", "navios: manifest", "dxflex: manifest", "state folder", "knows this device"]
    {
        assert!(said.lines().any(|line| line.starts_with("ok") && line.contains(part)), "{part}: {said}");
    }
    assert!(!said.contains("FAIL"), "{said}");
}

#[test]
fn a_site_with_all_sorts_of_mistakes() {
    let site = Site::new(); // no receiver runs
    std::fs::remove_dir_all(site.host.input("dxflex")).unwrap();
    std::fs::remove_file(
        labrelay_tests::site::plugin("navios").file_name().map(|n| site.host.plugins().join(n)).unwrap(),
    )
    .unwrap();
    let output = site.host.run(&["check"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for (part, advice) in [
        ("navios: plugin and manifest", "no plugin for navios"),
        ("dxflex: listmode", "correct the path"),
        ("receiver https://localhost:1", "nothing listens"),
    ] {
        let told =
            said.lines().any(|line| line.starts_with("FAIL") && line.contains(part) && line.contains(advice));
        assert!(told, "{part}: {said}");
    }
    assert!(said.lines().any(|line| line.starts_with("ok") && line.contains("dxflex: manifest")), "{said}");
}

#[test]
fn a_wrong_key_in_the_configuration_is_the_first_thing_said() {
    let mut site = Site::new();
    site.host.config.more = "journl: {max_days: 3}\n".into();
    site.host.write_config();
    let output = site.host.run(&["check"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("FAIL  configuration") && said.contains("`journal`"), "{said}");
}
