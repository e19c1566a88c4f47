//! Each exit code of docs/exit-codes.md, with words for a person.

use labrelay_tests::site::{Site, text_of};

use crate::labrelay;

#[test]
fn a_mistake_on_the_command_line_is_2() {
    let output = labrelay(&["statis"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("status"), "the nearest command is named");
}

#[test]
fn a_wrong_key_in_the_configuration_is_3_with_line_column_and_the_nearest_key() {
    let mut site = Site::new();
    site.host.config.more = "spol: {max_bytes: 1000000}\n".into();
    site.host.write_config();
    let lines = std::fs::read_to_string(site.host.config_file()).unwrap().lines().count();
    let output = site.host.run(&["run"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("{lines}:1")) && said.contains("`spool`"), "{said}");
}

#[test]
fn a_wrong_manifest_is_3() {
    let site = Site::new();
    let manifest = site.host.manifests().join("navios.yaml");
    std::fs::write(&manifest, "manifest: 1\nfamilly: navios\n").unwrap();
    let said = labrelay(&["gate", "--manifest", manifest.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(3), "{}", text_of(&said));
}

#[test]
fn a_state_folder_in_use_is_4() {
    let mut site = Site::new();
    site.host.start();
    let output = site.host.run(&["run"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("in use") || said.contains("another process"), "{said}");
    assert!(site.host.status().0["running"].as_bool().unwrap(), "the first one goes on");
}

#[test]
fn a_state_folder_that_others_can_read_is_4() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new();
    site.host.device_key();
    let keys = site.host.config.state.join("keys/device.ed25519");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = site.host.run(&["run"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("device.ed25519"), "{said}");
}

#[test]
fn a_missing_plugin_is_5() {
    let site = Site::new();
    std::fs::remove_dir_all(site.host.plugins()).unwrap();
    std::fs::create_dir_all(site.host.plugins()).unwrap();
    let (plugins, manifests) = (site.host.plugins(), site.host.manifests());
    let input = site.host.input("navios");
    let paths = [&plugins, &manifests, &input].map(|path| path.to_str().unwrap());
    let arguments = ["replay", "--family", "navios", "--plugins", paths[0], "--manifests", paths[1]];
    let output = labrelay(&[&arguments[..], &["--input", paths[2]]].concat());
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("no plugin for navios"), "{said}");
}
