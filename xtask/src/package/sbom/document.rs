//! The document itself: what cargo knows of each crate, in the words of CycloneDX.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::super::checksums::sha256;
use super::super::identity::{Moment, guid};
use super::super::stage::Staged;
use super::tree::{Crate, Linked};
use super::{last, package};
use crate::cargo::{cargo, repository};

/// What is known of every crate of the workspace's lock file.
pub(super) struct Crates {
    /// Licences, by crate.
    licences: BTreeMap<Crate, String>,
    /// SHA-256 of the published archives; ours have none.
    checksums: BTreeMap<Crate, String>,
}

impl Crates {
    /// Asks cargo for licences, and its lock file for checksums.
    pub(super) fn known() -> anyhow::Result<Self> {
        let output = cargo(&["metadata", "--format-version", "1", "--locked"]).output()?;
        ensure!(output.status.success(), "cargo metadata ended with {}", output.status);
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let text = |package: &Value, key| package.get(key).and_then(Value::as_str).map(str::to_owned);
        let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
        let licences = packages.filter_map(|package| {
            let id = (text(package, "name")?, text(package, "version")?);
            // Crates of long ago write `MIT/Apache-2.0`, which is no SPDX expression.
            Some((id, text(package, "license")?.replace('/', " OR ")))
        });
        let lock = std::fs::read_to_string(repository().join("Cargo.lock"))?;
        Ok(Self { licences: licences.collect(), checksums: checksums(&lock) })
    }
}

/// The checksums of cargo's lock file.
fn checksums(lock: &str) -> BTreeMap<Crate, String> {
    let packages = lock.split("[[package]]").skip(1);
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    packages
        .filter_map(|package| {
            Some(((value(package, "name")?, value(package, "version")?), value(package, "checksum")?))
        })
        .collect()
}

/// The bill of materials of `file`, into which `linked` is linked.
pub(super) fn document(
    file: &Staged,
    linked: &Linked,
    crates: &Crates,
    moment: Moment,
) -> anyhow::Result<Value> {
    let name = package(file);
    let root = linked.keys().find(|(crate_name, _)| *crate_name == name).context("the root is among them")?;
    let digest = sha256(&file.path)?;
    let mut described = crates.component(root);
    if let Some(described) = described.as_object_mut() {
        described.insert("type".into(), "application".into());
        described.insert("name".into(), last(&file.name).into());
        described.insert("hashes".into(), hashes(&digest));
    }
    let components: Vec<Value> =
        linked.keys().filter(|id| *id != root).map(|id| crates.component(id)).collect();
    let dependencies: Vec<Value> = linked
        .iter()
        .map(|(id, inner)| json!({"ref": crates.reference(id), "dependsOn": inner.iter().map(|id| crates.reference(id)).collect::<Vec<_>>()}))
        .collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": format!("urn:uuid:{}", guid(&format!("sbom {} {digest}", file.name)).to_lowercase()),
        "version": 1,
        "metadata": {"timestamp": moment.rfc3339(), "component": described},
        "components": components,
        "dependencies": dependencies,
    }))
}

impl Crates {
    fn component(&self, id: &Crate) -> Value {
        let mut component = json!({
            "type": "library",
            "bom-ref": self.reference(id),
            "name": id.0,
            "version": id.1,
        });
        let Some(known) = component.as_object_mut() else { return component };
        if let Some(licence) = self.licences.get(id) {
            known.insert("licenses".into(), json!([{"expression": licence}]));
        }
        if let Some(checksum) = self.checksums.get(id) {
            known.insert("purl".into(), self.reference(id).into());
            known.insert("hashes".into(), hashes(checksum));
        }
        component
    }

    /// How others are named: published crates as the world names them, ours by themselves.
    fn reference(&self, id: &Crate) -> String {
        let (name, version) = id;
        let kind = if self.checksums.contains_key(id) { "pkg:cargo/" } else { "" };
        format!("{kind}{name}@{version}")
    }
}

fn hashes(sha256: &str) -> Value {
    json!([{"alg": "SHA-256", "content": sha256}])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_published_crates_have_a_checksum() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"00ff\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&("a".into(), "1.0.0".into())], "00ff");
    }
}
