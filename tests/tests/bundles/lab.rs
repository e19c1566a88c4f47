//! A site that runs the made-up instrument from a bundle, and an author with a key.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use labrelay_tests::site::{Family, SERIAL, Site, host_program, library, repository, text_of};
use serde_json::Value;

pub(crate) const FAMILY: &str = "made_up";
/// Version of the first plugin, and of the next.
pub(crate) const FIRST: &str = "0.1.0";
pub(crate) const NEXT: &str = "0.2.0";

/// The author's folder within a site.
pub(crate) struct Lab {
    pub(crate) site: Site,
}

/// A plugin of the made-up instrument: its library and manifest.
pub(crate) struct Made {
    library: PathBuf,
    manifest: PathBuf,
    readme: Option<PathBuf>,
}

impl Made {
    /// The same with a readme, so with another content.
    pub(crate) fn with_readme(self) -> Self {
        Self { readme: Some(repository().join("README.md")), ..self }
    }
}

pub(crate) fn first() -> Made {
    made("labrelay_made_up", "tests/made_up/manifest.yaml")
}

pub(crate) fn next() -> Made {
    made("labrelay_made_up_next", "tests/made_up_next/manifest.yaml")
}

fn made(file: &str, manifest: &str) -> Made {
    Made { library: library(file), manifest: repository().join(manifest), readme: None }
}

/// Runs `labrelay` without a configuration.
pub(crate) fn labrelay(arguments: &[&str]) -> Output {
    Command::new(host_program()).args(arguments).output().unwrap()
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", text_of(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

impl Lab {
    /// A site whose only family is the made-up instrument, with nothing installed; it trusts the author's key. Unsigned plugins
    /// are refused.
    pub(crate) fn new() -> Self {
        let mut site = Site::new();
        for made in [first(), next()] {
            site.receiver.add_manifest_file(&made.manifest);
        }
        site.host.config.plugins = "./plugins".into();
        site.host.config.families = vec![Family::new(FAMILY, "log")];
        site.host.config.inventory = Some(format!("{{serials: [{SERIAL}], collect_since: 2026-01-01}}"));
        let lab = Self { site };
        for entry in std::fs::read_dir(lab.site.host.plugins()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        lab.key("author");
        lab.trust(&[], "");
        lab.site.host.write_config();
        lab
    }

    fn author(&self, name: &str) -> PathBuf {
        self.site.folder().join("author").join(name)
    }

    /// Makes a key, or finds the public half of one that was made.
    pub(crate) fn key(&self, name: &str) -> String {
        let file = self.author(name);
        let file = file.to_str().unwrap();
        let printed = match Path::new(file).exists() {
            true => done(&labrelay(&["plugin", "key", "show", "--key", file])),
            false => done(&labrelay(&["plugin", "key", "new", "--out", file])),
        };
        printed.lines().last().unwrap().strip_prefix("public key ").unwrap().to_owned()
    }

    /// Writes the site's list: the author's key, these revoked bundles, and further lines.
    pub(crate) fn trust(&self, revoked: &[&str], more: &str) {
        let list = format!(
            "trust: 1\nkeys:\n  - {{name: The author, public_key: {}, families: [{FAMILY}]}}\nrevoked: [{}]\n{more}",
            self.key("author"),
            revoked.join(", "),
        );
        std::fs::write(self.site.host.plugins().join("trust.yaml"), list).unwrap();
    }

    /// Packs a plugin; nobody has signed it.
    pub(crate) fn pack(&self, made: &Made, name: &str) -> PathBuf {
        let out = self.site.folder().join(name);
        let [library, manifest, to] =
            [&made.library, &made.manifest, &out].map(|path| path.to_str().unwrap());
        let mut arguments = vec!["plugin", "pack", "--library", library, "--manifest", manifest, "--out", to];
        arguments.extend(made.readme.iter().flat_map(|file| ["--readme", file.to_str().unwrap()]));
        done(&labrelay(&arguments));
        out
    }

    /// Signs it by this key.
    pub(crate) fn sign(&self, bundle: &Path, key: &str) {
        let (bundle, key) = (bundle.to_str().unwrap(), self.author(key));
        done(&labrelay(&["plugin", "sign", bundle, "--key", key.to_str().unwrap()]));
    }

    /// Packs and signs.
    pub(crate) fn signed(&self, made: &Made, name: &str) -> PathBuf {
        let bundle = self.pack(made, name);
        self.sign(&bundle, "author");
        bundle
    }

    /// Installs a signed bundle.
    pub(crate) fn install(&self, made: &Made, name: &str) -> PathBuf {
        let bundle = self.signed(made, name);
        done(&self.site.host.run(&["plugin", "install", bundle.to_str().unwrap()]));
        bundle
    }

    /// Waits until this version runs.
    pub(crate) fn wait_for_version(&self, version: &str) {
        let runs = |status: &labrelay_tests::site::Status| {
            status.0["families"][FAMILY]["plugin"]["version"] == version
        };
        self.site.host.wait_for(&format!("{FAMILY} {version} runs"), runs);
    }

    /// Waits until the log tells of an event.
    pub(crate) fn wait_for_event(&self, words: &str) {
        let host = &self.site.host;
        labrelay_tests::site::wait_until(words, labrelay_tests::site::SOON, || {
            host.log().contains(words).then_some(())
        });
    }

    /// Writes a log with this many pumps that stopped, each at its own time from `minute` on.
    pub(crate) fn write_pumps(&self, name: &str, minute: u32, count: u32) {
        let entry = |n: u32| {
            format!("2026-03-01T10:{minute:02}:{n:02}Z {SERIAL} pump P{} stopped\n  cause: stall\n", n % 90)
        };
        let log: String = (0..count).map(entry).collect();
        self.site.write(FAMILY, name, log.as_bytes());
    }

    /// Records that have left, by the version of the plugin that read them.
    pub(crate) fn sent_by(&self, version: &str) -> usize {
        let mut is_its = false;
        let mut records = 0;
        for line in self.site.host.sent_text().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            match line.get("row_id") {
                None => is_its = line["plugin_version"] == version,
                Some(_) => records += usize::from(is_its),
            }
        }
        records
    }
}
