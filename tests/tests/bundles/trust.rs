//! What nobody trusted has signed is not loaded: not at the start, not later, not to be asked what it is.

use labrelay_tests::site::{host_program, library, repository, text_of};

use crate::lab::{FAMILY, FIRST, Lab, first, next};

/// The bundle's digest, as `inspect` prints it.
fn digest(lab: &Lab, bundle: &str) -> String {
    let printed = text_of(&lab.site.host.run(&["plugin", "inspect", bundle]));
    let line = printed.lines().find_map(|line| line.strip_prefix("bundle")).expect("no digest");
    line.trim().to_owned()
}

/// Installing this fails with these words, and leaves nothing behind.
fn is_not_installed(lab: &Lab, bundle: &std::path::Path, words: &str) {
    let output = lab.site.host.run(&["plugin", "install", bundle.to_str().unwrap()]);
    let said = text_of(&output);
    assert!(output.status.code() == Some(5) && said.contains(words), "{said}");
    let versions = std::fs::read_dir(lab.site.host.plugins().join(FAMILY)).into_iter().flatten();
    assert_eq!(versions.count(), 0, "something was left behind");
}

#[test]
fn strangers_unsigned_revoked_and_old_bundles_are_not_installed() {
    let lab = Lab::new();
    let unsigned = lab.pack(&first(), "unsigned.lrbundle");
    is_not_installed(&lab, &unsigned, "nobody has signed it");
    lab.key("stranger");
    let strange = lab.pack(&first(), "strange.lrbundle");
    lab.sign(&strange, "stranger");
    is_not_installed(&lab, &strange, "signed by no key of the site's list");
    let good = lab.signed(&first(), "good.lrbundle");
    lab.trust(&[&digest(&lab, good.to_str().unwrap())], "");
    is_not_installed(&lab, &good, "revokes this bundle");
    lab.trust(&[], "lowest: {made_up: 0.1.1}\n");
    is_not_installed(&lab, &good, "asks for version 0.1.1 of made_up at least");
}

#[test]
fn an_altered_bundle_is_not_installed() {
    let lab = Lab::new();
    let bundle = lab.signed(&first(), "first.lrbundle");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2; // in the library
    bytes[middle] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    is_not_installed(&lab, &bundle, "is not the file that the index names");
}

#[test]
fn a_library_that_was_altered_after_its_installation_is_not_loaded() {
    let mut lab = Lab::new();
    lab.install(&first(), "first.lrbundle");
    let library = lab.site.host.plugins().join(FAMILY).join(FIRST).join("plugin.so");
    let mut bytes = std::fs::read(&library).unwrap();
    bytes.push(0);
    std::fs::write(&library, bytes).unwrap();
    lab.site.start();
    lab.site.host.wait_for("the altered library is refused", |status| {
        status.trouble(FAMILY).contains("not the library that its maker signed")
    });
    let checked = lab.site.host.run(&["check"]);
    assert!(text_of(&checked).contains("not the library that its maker signed"), "{}", text_of(&checked));

    // Installing it again puts it right, without a restart.
    let install = ["plugin", "install", "first.lrbundle"].map(str::to_owned);
    let bundle = lab.site.folder().join(&install[2]);
    assert!(lab.site.host.run(&["plugin", "install", bundle.to_str().unwrap()]).status.success());
    lab.wait_for_version(FIRST);
}

#[test]
fn a_library_that_nobody_signed_runs_only_where_the_site_says_so() {
    let mut lab = Lab::new();
    let file = library("labrelay_made_up");
    let manifest = repository().join("tests/made_up/manifest.yaml");
    lab.site.host.add_plugin(FAMILY, &file, &manifest);
    lab.site.start();
    lab.site.host.wait_for("the unsigned library is refused", |status| {
        status.trouble(FAMILY).contains("signed by nobody, so none is loaded")
    });
    lab.site.host.stop();

    lab.site.host.config.plugins = "{folder: ./plugins, unsigned: accept}".into();
    lab.site.host.start();
    lab.wait_for_version(FIRST);
    let status = lab.site.host.status();
    assert_eq!(status.0["families"][FAMILY]["plugin"]["origin"], "NOT SIGNED, accepted by the configuration");
    assert!(text_of(&lab.site.host.run(&["check"])).contains("warn  made_up: plugin: NOT SIGNED"));
    assert!(lab.site.host.log().contains("is not signed, and the configuration accepts that"));
    let audit = std::fs::read_to_string(lab.site.host.config.state.join("audit.log")).unwrap();
    assert!(audit.contains("run made_up 0.1.0: NOT SIGNED"), "{audit}");
}

#[test]
fn a_bundle_that_is_revoked_while_it_runs_runs_no_longer() {
    let mut lab = Lab::new();
    let bundle = lab.install(&next(), "next.lrbundle");
    lab.site.start();
    lab.wait_for_version(crate::lab::NEXT);
    lab.trust(&[&digest(&lab, bundle.to_str().unwrap())], "");
    lab.site.host.wait_for("it is stopped", |status| status.trouble(FAMILY).contains("revokes this bundle"));
}

#[test]
fn what_lies_beside_the_program_is_part_of_the_release() {
    let lab = Lab::new();
    let release = lab.site.folder().join("release");
    let [plugins, manifests] = ["plugins", "manifests"].map(|name| release.join(name));
    for folder in [&plugins, &manifests] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let program = release.join("labrelay");
    std::fs::copy(host_program(), &program).unwrap();
    std::fs::copy(host_program().with_file_name("labrelay-worker"), release.join("labrelay-worker")).unwrap();
    std::fs::copy(library("labrelay_made_up"), plugins.join("libmade_up.so")).unwrap();
    std::fs::copy(repository().join("tests/made_up/manifest.yaml"), manifests.join("made_up.yaml")).unwrap();
    let config = std::fs::read_to_string(lab.site.host.config_file()).unwrap();
    let config = config.replace("./plugins", plugins.to_str().unwrap());
    let config = config.replace("./manifests", manifests.to_str().unwrap());
    std::fs::write(release.join("labrelay.yaml"), config).unwrap();

    let check = |program: &std::path::Path| {
        let mut command = std::process::Command::new(program);
        text_of(&command.arg("check").arg("--config").arg(release.join("labrelay.yaml")).output().unwrap())
    };
    let said = check(&program);
    assert!(said.contains("ok    made_up: plugin part of this release of Labrelay"), "{said}");
    let said = check(&host_program());
    assert!(
        said.contains("signed by nobody, so none is loaded"),
        "to another program it is a stranger's: {said}"
    );
}
