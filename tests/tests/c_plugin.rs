//! Is a library whose code is C a plugin like any other: compiled by the system's compiler against the header, loaded into
//! a confined worker, read to its golden, and gone on with by the real host after a restart?

#![cfg(target_os = "linux")] // the commands below are those of its compiler
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use labrelay_tests::site::{Family, SERIAL, Site, host_program, repository, static_library};
use tempfile::TempDir;

const FAMILY: &str = "c_pump";
/// By this the plugin is known. Without asking for it, the linker would leave out the archive that has it.
const ROOT_MODULE: &str = "_1as_0lib_1header_0root_bmodule_bloader";

fn source(name: &str) -> PathBuf {
    repository().join("tests/c_plugin").join(name)
}

/// An author's folder, with the library built.
struct Author(TempDir);

impl Author {
    /// Compiles `code` as docs/c-plugins.md says, warnings being errors.
    fn compile(code: &str) -> Self {
        let author = Self(TempDir::new().unwrap());
        fs::create_dir(author.path("plugins")).unwrap();
        fs::create_dir(author.path("manifests")).unwrap();
        fs::copy(source("manifest.yaml"), author.path("manifests/c_pump.yaml")).unwrap();
        let embedded =
            run(Command::new(host_program()).args(["manifest", "embed"]).arg(source("manifest.yaml")));
        fs::write(author.path("manifest.h"), embedded.stdout).unwrap();
        fs::write(author.path("plugin.c"), code).unwrap();
        let include = repository().join("sdk/abi/include");
        run(Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2", "-fPIC", "-shared"])
            .args(["-I".into(), include.clone(), "-I".into(), author.path("")])
            .arg(author.path("plugin.c"))
            .arg(format!("-Wl,--gc-sections,--strip-all,--undefined={ROOT_MODULE}"))
            .arg(format!("-Wl,--version-script={}", include.join("labrelay.map").display()))
            .arg(static_library("labrelay_c"))
            .args(["-lpthread", "-ldl", "-lm", "-o"])
            .arg(author.library()));
        author
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn library(&self) -> PathBuf {
        self.path("plugins/libpump.so")
    }

    /// Replays the fixture, and compares with its golden.
    fn replay(&self) -> Output {
        let mut command = Command::new(host_program());
        command.args(["replay", "--case"]).arg(source("fixtures/c_pump/log"));
        command.arg("--plugins").arg(self.path("plugins")).arg("--manifests").arg(self.path("manifests"));
        command.output().unwrap()
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", text(&output));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

fn pump() -> String {
    fs::read_to_string(source("plugin.c")).unwrap()
}

/// The pump's code with one thing wrong.
fn pump_but(right: &str, wrong: &str) -> String {
    let code = pump();
    assert_eq!(code.matches(right).count(), 1, "`{right}` stands in plugin.c once");
    code.replace(right, wrong)
}

#[test]
fn a_plugin_in_c_gives_what_its_golden_says() {
    let output = Author::compile(&pump()).replay();
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn a_restart_goes_on_with_state_and_position() {
    let author = Author::compile(&pump());
    let mut site = Site::new();
    site.host.add_plugin(FAMILY, &author.library(), &source("manifest.yaml"));
    site.receiver.add_manifest_file(&source("manifest.yaml"));
    site.host.config.families = vec![Family::new(FAMILY, "log")];
    site.host.config.inventory = Some(format!("{{serials: [{SERIAL}], collect_since: 2026-01-01}}"));
    site.start();
    site.write(FAMILY, "first.log", reading("10:00:00").as_bytes());
    site.wait_for_units(1);
    site.host.kill();
    site.write(FAMILY, "second.log", reading("11:00:00").as_bytes());
    site.host.start();
    let status = site.wait_for_units(2);
    assert_eq!(status.count(FAMILY, "accepted", None), 2, "a state that it could not read would stop it");
    assert!(site.host.sent().iter().all(|row| row.fields["pressure"] == 101.5));
}

fn reading(time: &str) -> String {
    format!("2026-03-01 {time} {SERIAL} READ 101.5 12 0 0.250 run\n")
}

#[test]
fn a_field_that_is_not_declared_fails_the_poll_and_nothing_else() {
    let author = Author::compile(&pump_but("\"strokes\", strokes", "\"beats\", strokes"));
    let output = text(&author.replay());
    assert!(output.contains("1 seen, 0 accepted, 0 quarantined, 1 dropped"), "{output}");
    assert!(
        output.contains("crashes_plugin"),
        "it is set aside like any input that a plugin can't take: {output}"
    );
}

#[test]
fn a_plugin_for_another_header_says_so() {
    let author = Author::compile(&pump_but(".api = LABRELAY_C_API", ".api = LABRELAY_C_API + 1"));
    let output = text(&author.replay());
    assert!(output.contains("the plugin contradicts its own manifest"), "{output}");
}
