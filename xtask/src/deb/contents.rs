//! What lies in the package: everything that belongs there, nothing else, with the right owners and rights; its version is that of
//! the changelog; and `lintian` has no complaint where it is installed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::cargo::{families, plugins, repository};

/// Files beside plugins, manifests and documents, with what `dpkg-deb` says of their rights.
const FILES: [(&str, &str); 8] = [
    ("-rwxr-xr-x", "usr/lib/labrelay/labrelay"),
    ("-rwxr-xr-x", "usr/lib/labrelay/labrelay-worker"),
    ("lrwxrwxrwx", "usr/bin/labrelay"),
    ("-rwxr-xr-x", "usr/sbin/labrelay-as-service"),
    ("-rw-r--r--", "usr/lib/systemd/system/labrelay.service"),
    ("-rw-r--r--", "usr/share/doc/labrelay/copyright"),
    ("-rw-r--r--", "usr/share/doc/labrelay/changelog.gz"),
    ("-rw-r--r--", "usr/share/doc/labrelay/changelog.Debian.gz"),
];
/// A file's rights and its path.
type Entry = (String, String);

/// Complaints of lintian that are no fault here, with the reason.
const ACCEPTED: [&str; 3] = [
    "initial-upload-closes-no-bugs", // nothing is uploaded to Debian
    "no-manual-page", // the programs explain themselves, and the documents lie in /usr/share/doc
    "embedded-library", // SQLite and zstd are linked in, of the versions that Cargo.lock names
];

/// Looks into `package`.
pub(super) fn check(package: &Path) -> anyhow::Result<()> {
    let listed = said(Command::new("dpkg-deb").arg("--contents").arg(package))?;
    let entries: Vec<Entry> = listed.lines().map(entry).collect::<anyhow::Result<_>>()?;
    let files: BTreeSet<Entry> = entries.into_iter().filter(|(rights, _)| !rights.starts_with('d')).collect();
    let expected = expected()?;
    let missing: Vec<&Entry> = expected.difference(&files).collect();
    ensure!(missing.is_empty(), "the package lacks {missing:?}");
    let is_document = |(rights, path): &Entry| {
        let in_folder = path.strip_prefix("usr/share/doc/labrelay/");
        rights == "-rw-r--r--"
            && in_folder.is_some_and(|name| name.ends_with(".md") || name.ends_with(".md.gz"))
    };
    let more: Vec<&Entry> = files.difference(&expected).filter(|entry| !is_document(entry)).collect();
    ensure!(more.is_empty(), "the package holds what nobody expects: {more:?}");
    changelog_matches(package)?;
    lintian(package)
}

/// What must lie there.
fn expected() -> anyhow::Result<BTreeSet<Entry>> {
    let mut files: BTreeSet<Entry> = FILES.map(|(rights, path)| (rights.to_owned(), path.to_owned())).into();
    let mut file = |path: String| files.insert(("-rw-r--r--".to_owned(), path));
    for plugin in plugins()? {
        file(format!("usr/lib/labrelay/plugins/liblabrelay_plugin_{plugin}.so"));
    }
    for family in families()? {
        file(format!("usr/lib/labrelay/manifests/{family}.yaml"));
    }
    file("usr/share/doc/labrelay/examples/labrelay.yaml".to_owned());
    for document in ["configuration", "install-linux", "exit-codes"] {
        file(format!("usr/share/doc/labrelay/{document}.md"));
    }
    Ok(files)
}

/// Of a line `rights owner/group size date time ./path[ -> target]`; owner and group have to be root.
fn entry(line: &str) -> anyhow::Result<Entry> {
    let mut words = line.split_whitespace();
    let (rights, owner) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = words.nth(3).and_then(|path| path.strip_prefix("./"));
    let path = path.with_context(|| format!("dpkg-deb says something else than expected: {line}"))?;
    ensure!(matches!(owner, "0/0" | "root/root"), "{path} belongs to {owner}");
    Ok((rights.to_owned(), path.to_owned()))
}

/// The changelog is written by hand, the version comes from Cargo.toml.
fn changelog_matches(package: &Path) -> anyhow::Result<()> {
    let version = said(Command::new("dpkg-deb").arg("--field").arg(package).arg("Version"))?;
    let path = repository().join("packaging/debian/changelog");
    let changelog = std::fs::read_to_string(&path)?;
    let first = changelog.lines().next().unwrap_or_default();
    let begins = format!("labrelay ({}) ", version.trim());
    ensure!(first.starts_with(&begins), "{} begins with {first:?}, and not with {begins:?}", path.display());
    Ok(())
}

fn lintian(package: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("lintian");
    command.arg("--allow-root").arg("--no-tag-display-limit").arg(package);
    let Ok(output) = command.output() else {
        println!("lintian is not installed, and was not asked");
        return Ok(());
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let accepted = |line: &&str| ACCEPTED.iter().any(|tag| line.split_whitespace().nth(2) == Some(tag));
    let complaints: Vec<&str> = said.lines().filter(|line| !accepted(line)).collect();
    ensure!(complaints.is_empty(), "lintian says:\n{}", complaints.join("\n"));
    Ok(())
}

/// What a command prints that has to succeed.
fn said(command: &mut Command) -> anyhow::Result<String> {
    let output =
        command.output().with_context(|| format!("{:?} could not be started", command.get_program()))?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_told_by_rights_and_path() {
        let line = "-rwxr-xr-x 0/0  35664 2026-11-27 00:00 ./usr/lib/labrelay/labrelay";
        assert_eq!(entry(line).unwrap(), ("-rwxr-xr-x".to_owned(), "usr/lib/labrelay/labrelay".to_owned()));
        let link = "lrwxrwxrwx 0/0  0 2026-11-27 00:00 ./usr/bin/labrelay -> ../lib/labrelay/labrelay";
        assert_eq!(entry(link).unwrap().1, "usr/bin/labrelay");
    }

    #[test]
    fn what_is_not_root_s_is_an_error() {
        let line = "-rwxr-xr-x 1000/1000  35664 2026-11-27 00:00 ./usr/lib/labrelay/labrelay";
        assert!(entry(line).unwrap_err().to_string().contains("1000/1000"));
    }
}
