//! Plugins that are none, manifests with mistakes: clear words in `status` and `check`; the other family goes on.

use std::path::PathBuf;

use labrelay_tests::site::{Site, library, plugin, text_of};

use crate::put_good;

/// The place of the navios plugin in this site.
fn installed(site: &Site) -> PathBuf {
    site.host.plugins().join(plugin("navios").file_name().unwrap())
}

/// With a broken navios, `status` and `check` say so in these words, and dxflex delivers.
fn is_told_while_the_other_family_delivers(mut site: Site, words: &str) {
    site.start();
    put_good(&site, "dxflex", "good.fcs");
    let status = site.host.wait_for(words, |status| {
        status.trouble("navios").contains(words) && status.count("dxflex", "accepted", None) == 1
    });
    assert_eq!(status.state("navios"), "restarting");
    assert_eq!(status.trouble("dxflex"), "");
    site.wait_for_units(1);
    let checked = site.host.run(&["check"]);
    assert_eq!(checked.status.code(), Some(1));
    let said = text_of(&checked);
    assert!(said.contains(words) && said.contains("FAIL  navios"), "{said}");
}

#[test]
fn a_text_file_is_no_plugin() {
    let site = Site::new();
    std::fs::write(installed(&site), "a plugin, honestly\n").unwrap();
    is_told_while_the_other_family_delivers(site, "can't load this file as a library");
}

#[test]
fn an_empty_file_is_no_plugin() {
    let site = Site::new();
    std::fs::write(installed(&site), "").unwrap();
    is_told_while_the_other_family_delivers(site, "install the plugin again");
}

#[test]
fn a_plugin_that_was_cut_short_is_damaged() {
    let site = Site::new();
    let whole = std::fs::read(plugin("navios")).unwrap();
    // In the middle of its code: behind that lies what only a debugger reads.
    std::fs::write(installed(&site), &whole[..whole.len() / 8]).unwrap();
    is_told_while_the_other_family_delivers(site, "install the plugin again");
}

#[test]
fn a_library_of_something_else_is_no_plugin() {
    let site = Site::new();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let libc = maps.split_whitespace().find(|word| word.contains("/libc.so")).unwrap();
    std::fs::copy(libc, installed(&site)).unwrap();
    is_told_while_the_other_family_delivers(site, "this library is not a Labrelay plugin");
}

#[test]
fn a_plugin_that_talks_rubbish_is_ended() {
    let site = Site::new();
    std::fs::copy(library("labrelay_hostile_bare"), installed(&site)).unwrap();
    is_told_while_the_other_family_delivers(site, "replied with something that is no valid reply");
}

#[test]
fn a_plugin_for_another_interface_is_told_from_it() {
    let site = Site::new();
    std::fs::copy(library("labrelay_hostile_other_layout"), installed(&site)).unwrap();
    is_told_while_the_other_family_delivers(site, "built against another plugin interface");
}

#[test]
fn a_manifest_with_an_unknown_key_is_named_with_its_line() {
    let site = Site::new();
    let manifest = site.host.manifests().join("navios.yaml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let line = text.lines().position(|line| line.contains("pattern: \"*.lmd\"")).unwrap() + 1;
    std::fs::write(&manifest, text.replacen("pattern:", "patern:", 1)).unwrap();
    is_told_while_the_other_family_delivers(site, &format!("{line}:"));
}

#[test]
fn a_plugin_that_is_mended_is_used_without_a_restart() {
    let mut site = Site::new();
    std::fs::write(installed(&site), "").unwrap();
    site.start();
    put_good(&site, "navios", "good.lmd");
    site.host.wait_for("trouble is shown", |status| !status.trouble("navios").is_empty());
    std::fs::remove_file(installed(&site)).unwrap();
    std::fs::copy(plugin("navios"), installed(&site)).unwrap();
    assert_eq!(site.wait_for_units(1).count("navios", "accepted", None), 1);
}
