//! Which crate may depend on which: the map of ARCHITECTURE.md, asked of `cargo metadata`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Breach;

const MAP_RULE: &str = "ARCHITECTURE.md, \"Map\"";
const PLUGIN_RULE: &str = "ARCHITECTURE.md, \"Map\": a plugin depends on labrelay-collector alone";

/// What a crate may depend on among our own, by folder. `None`: anything.
const MAP: &[(&str, Option<&[&str]>)] = &[
    ("sdk/model", Some(&[])),
    ("sdk/manifest", Some(&["labrelay-model"])),
    ("sdk/abi", Some(&["labrelay-model"])),
    ("sdk/collector", Some(&["labrelay-model", "labrelay-manifest", "labrelay-abi"])),
    ("sdk/c", Some(&["labrelay-abi", "labrelay-collector"])),
    ("host/os", Some(&[])),
    ("host/bundle", Some(&["labrelay-model"])),
    ("host/explain", Some(&["labrelay-model", "labrelay-manifest"])),
    ("host/gate", Some(&["labrelay-model", "labrelay-manifest"])),
    (
        "host/kit",
        Some(&[
            "labrelay-model",
            "labrelay-manifest",
            "labrelay-abi",
            "labrelay-collector",
            "labrelay-gate",
            "labrelay-os",
            "labrelay-source",
            "labrelay-worker",
        ]),
    ),
    ("host/mining", Some(&["labrelay-model", "labrelay-manifest"])),
    ("host/source", Some(&["labrelay-model", "labrelay-os"])),
    ("host/worker", Some(&["labrelay-abi", "labrelay-model", "labrelay-os"])),
    ("host/spool", Some(&["labrelay-model", "labrelay-os"])),
    ("host/upload", Some(&["labrelay-model"])),
    ("host/labrelay", None),
    ("receiver", Some(&["labrelay-model", "labrelay-manifest", "labrelay-gate", "labrelay-os"])),
    ("tests", None),
    ("tests/fuzz", None),
    ("xtask", None),
];

/// Libraries that only these folders may depend on.
const CONFINED: &[(&str, &[&str], &str)] = &[
    ("abi_stable", &["sdk/abi", "host/worker"], "ARCHITECTURE.md, \"Invariants\": how a plugin is linked"),
    ("libloading", &["host/worker"], "ARCHITECTURE.md, \"Invariants\": where a library is loaded"),
    ("yaml_serde", &["sdk/manifest", "host/labrelay"], "ARCHITECTURE.md, \"Invariants\": where YAML is read"),
    ("anyhow", &["host/labrelay", "receiver", "xtask"], "ARCHITECTURE.md, \"Errors\""),
    ("deltalake", &["receiver"], "ARCHITECTURE.md, \"Map\": the lake is the receiver's"),
    (
        "reqwest",
        &["host/upload", "receiver", "tests"],
        "ARCHITECTURE.md, \"Map\": a transport is an uploader's",
    ),
    ("redb", &["host/spool"], "ARCHITECTURE.md, \"Map\": the database is the spool's"),
    (
        "rusqlite",
        &["host/source", "host/labrelay", "receiver", "tests"], // labrelay: the canary writes a database
        "ARCHITECTURE.md, \"Map\": instruments' databases are a source's, the registry is the receiver's",
    ),
];

/// A crate of the workspace and what its Cargo.toml names.
pub(crate) struct Crate {
    /// Relative to the repository, with `/` on every system.
    folder: String,
    manifest: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    /// The key in Cargo.toml, where it differs from the name.
    key: String,
    development: bool,
}

/// Every crate of the workspace at `root`.
pub(crate) fn of_workspace(root: &Path) -> Vec<Crate> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root).output().expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    // The workspace's root as cargo writes it, which may differ from ours by a link.
    let root = Path::new(metadata["workspace_root"].as_str().unwrap());
    metadata["packages"].as_array().unwrap().iter().map(|package| read(root, package)).collect()
}

fn read(root: &Path, package: &Value) -> Crate {
    let path = Path::new(package["manifest_path"].as_str().unwrap());
    let folder = path.parent().unwrap().strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    let dependencies = package["dependencies"].as_array().unwrap().iter().map(|dependency| {
        let name = dependency["name"].as_str().unwrap();
        Dependency {
            name: name.to_owned(),
            key: dependency["rename"].as_str().unwrap_or(name).to_owned(),
            development: dependency["kind"] == "dev",
        }
    });
    Crate { folder, manifest: std::fs::read_to_string(path).unwrap(), dependencies: dependencies.collect() }
}

/// Every dependency that the map does not allow, and every crate that the map does not know.
pub(crate) fn check(crates: &[Crate]) -> Vec<Breach> {
    crates.iter().flat_map(check_one).collect()
}

fn check_one(one: &Crate) -> Vec<Breach> {
    let plugins = ["plugins/", "tests/bench/", "tests/made_up", "tests/faulty"];
    if plugins.iter().any(|folder| one.folder.starts_with(folder)) {
        let other = one.dependencies.iter().filter(|used| used.name != "labrelay-collector");
        let other = other.filter(|used| !used.development || used.name.starts_with("labrelay-"));
        return other.map(|used| one.breach(used, PLUGIN_RULE)).collect();
    }
    if one.folder.starts_with("tests/hostile/") {
        return Vec::new(); // a hostile plugin keeps to nothing
    }
    let Some((_, may)) = MAP.iter().find(|(folder, _)| *folder == one.folder) else {
        let what = "this crate is not on the map".to_owned();
        return vec![Breach { file: format!("{}/Cargo.toml", one.folder), line: 1, what, rule: MAP_RULE }];
    };
    // A host crate's own tests may use the plugins and words that they need.
    let bound = |used: &&Dependency| !used.development || !one.folder.starts_with("host/");
    let ours = one.dependencies.iter().filter(|used| used.name.starts_with("labrelay")).filter(bound);
    let off_the_map = ours.filter(|used| may.is_some_and(|may| !may.contains(&used.name.as_str())));
    off_the_map.map(|used| one.breach(used, MAP_RULE)).chain(confined(one)).collect()
}

fn confined(one: &Crate) -> Vec<Breach> {
    let rules = CONFINED.iter().filter(|(_, folders, _)| !folders.contains(&one.folder.as_str()));
    let pairs =
        rules.flat_map(|(library, _, rule)| one.dependencies.iter().map(move |used| (library, rule, used)));
    pairs
        .filter(|(library, _, used)| used.name == **library)
        .map(|(_, rule, used)| one.breach(used, rule))
        .collect()
}

impl Crate {
    fn breach(&self, used: &Dependency, rule: &'static str) -> Breach {
        let names_it = |line: &str| line.trim_start().starts_with(&used.key);
        Breach {
            file: format!("{}/Cargo.toml", self.folder),
            line: self.manifest.lines().position(names_it).map_or(1, |index| index + 1),
            what: format!("may not depend on `{}`", used.name),
            rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(folder: &str, dependencies: &[&str]) -> Vec<String> {
        let dependency = |name: &&str| Dependency {
            name: (*name).to_owned(),
            key: (*name).to_owned(),
            development: false,
        };
        let manifest = format!("[dependencies]\n{}", dependencies.join(".workspace = true\n"));
        let dependencies = dependencies.iter().map(dependency).collect();
        let one = Crate { folder: folder.to_owned(), manifest, dependencies };
        check(&[one]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_sdk_never_imports_the_host() {
        let expected =
            "sdk/collector/Cargo.toml:3: may not depend on `labrelay-gate` (rule: ARCHITECTURE.md, \"Map\")";
        assert_eq!(breaches("sdk/collector", &["labrelay-abi", "labrelay-gate"]), [expected]);
    }

    #[test]
    fn a_plugin_has_one_dependency() {
        assert_eq!(breaches("plugins/navios", &["labrelay-collector"]), Vec::<String>::new());
        for other in ["serde", "labrelay-abi", "labrelay-model"] {
            assert_eq!(breaches("plugins/navios", &["labrelay-collector", other]).len(), 1, "{other}");
        }
    }

    #[test]
    fn a_plugin_may_use_a_test_library_but_no_other_crate_of_ours() {
        let plugin = |name: &str| Crate {
            folder: "plugins/navios".to_owned(),
            manifest: String::new(),
            dependencies: vec![Dependency { name: name.to_owned(), key: name.to_owned(), development: true }],
        };
        assert_eq!(check(&[plugin("proptest")]), []);
        assert_eq!(check(&[plugin("labrelay-gate")]).len(), 1);
    }

    #[test]
    fn every_confined_library_is_refused_elsewhere() {
        for (library, folders, _) in CONFINED {
            assert_eq!(breaches("sdk/model", &[library]).len(), 1, "{library}");
            assert_eq!(breaches(folders[0], &[library]), Vec::<String>::new(), "{library}");
        }
    }

    #[test]
    fn a_crate_that_the_map_does_not_know_is_named() {
        assert!(
            breaches("host/notify", &[])[0]
                .contains("host/notify/Cargo.toml:1: this crate is not on the map")
        );
    }

    #[test]
    fn the_programs_may_depend_on_everything_of_ours() {
        assert_eq!(breaches("host/labrelay", &["labrelay-gate", "labrelay-spool"]), Vec::<String>::new());
    }
}
