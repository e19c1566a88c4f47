//! `trust.yaml` beside the plugins: whom this site believes. Only an administrator writes it, as the plugins themselves.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use labrelay_bundle::TrustList;
use labrelay_manifest::yaml;
use labrelay_os::readable;

use crate::config::read_text;
use crate::exit::{FailAs as _, Failure};

const FILE: &str = "trust.yaml";
/// Version of the list's format.
const FORMAT: u32 = 1;

/// Where it stands.
pub(crate) fn trust_file(plugins: &Path) -> PathBuf {
    plugins.join(FILE)
}

/// The list; one that believes nobody if there is none.
pub(crate) fn trust_list(plugins: &Path) -> anyhow::Result<TrustList> {
    let path = trust_file(plugins);
    if !path.exists() {
        return Ok(TrustList::default());
    }
    read(&path).with_context(|| format!("in {}", path.display())).fail_as(Failure::Configuration)
}

fn read(path: &Path) -> anyhow::Result<TrustList> {
    readable::check(path)?;
    let list: TrustList = yaml::read(read_text(path)?.as_bytes())?;
    if list.trust != FORMAT {
        bail!("this program reads `trust: {FORMAT}`; the file says {}", list.trust);
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<TrustList, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(trust_file(folder.path()), text).unwrap();
        trust_list(folder.path()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn without_a_file_nobody_is_believed() {
        assert!(trust_list(tempfile::tempdir().unwrap().path()).unwrap().keys.is_empty());
    }

    #[test]
    fn keys_revocations_and_lowest_versions_are_read() {
        let digest = "ab".repeat(32);
        let read = list(&format!(
            "trust: 1\nkeys:\n  - {{name: Flow, public_key: {}, families: [navios]}}\nrevoked: [{digest}]\nlowest: {{navios: 1.2.0}}\n",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        ))
        .unwrap();
        assert_eq!((read.keys.len(), read.revoked.len(), read.lowest.len()), (1, 1, 1));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let said = list("trust: 1\nkeis: []\n").unwrap_err();
        assert!(said.contains("trust.yaml") && said.contains("2:1"), "{said}");
        let said = list("trust: 1\nkeys: [{name: F, public_key: abc, families: []}]\n").unwrap_err();
        assert!(said.contains("not an Ed25519 public key"), "{said}");
        assert!(list("trust: 2\n").unwrap_err().contains("trust: 1"));
    }
}
