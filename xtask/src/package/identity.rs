//! Names, numbers and times of a package that follow from what is in it, so that two makings give the same file.

use std::fmt;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use crate::cargo::{cargo, repository};

/// Before the names that our identifiers are derived from. Never changed: a file's identifier is the same in every version.
const NAMESPACE: &str = "labrelay package ";

/// The identifier of something with this name, as Windows Installer writes them but for its braces: the beginning of a digest
/// (RFC 9562, version 8).
pub(super) fn guid(name: &str) -> String {
    let digest: [u8; 32] = Sha256::new().chain_update(NAMESPACE).chain_update(name).finalize().into();
    let mut beginning = [0; 16];
    beginning.iter_mut().zip(digest).for_each(|(to, byte)| *to = byte);
    Builder::from_custom_bytes(beginning).into_uuid().as_hyphenated().to_string().to_uppercase()
}

/// The product's version: three numbers, since Windows Installer compares no more and knows no other form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version([u16; 3]);

impl Version {
    /// That of the workspace's programs.
    pub(super) fn of_workspace() -> anyhow::Result<Self> {
        let output = cargo(&["metadata", "--format-version", "1", "--no-deps", "--locked"]).output()?;
        ensure!(output.status.success(), "cargo metadata ended with {}", output.status);
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
        let found =
            packages.filter(|package| package.get("name").and_then(Value::as_str) == Some("labrelay"));
        let version = found.filter_map(|package| package.get("version").and_then(Value::as_str)).next();
        Self::parse(version.context("the workspace has no package labrelay")?)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let numbers: Option<Vec<u16>> = text.split('.').map(|number| number.parse().ok()).collect();
        let numbers = numbers.and_then(|numbers| <[u16; 3]>::try_from(numbers).ok());
        let version = numbers.map(Self).with_context(|| {
            format!("version {text}: Windows Installer knows only three numbers, such as 1.2.3; give none before a release")
        })?;
        let [major, minor, _] = version.0;
        ensure!(
            major < 256 && minor < 256,
            "version {text}: Windows Installer's first two numbers end at 255"
        );
        Ok(version)
    }

    /// A higher one, for a test of upgrades.
    pub(super) fn next(&self) -> Self {
        let [major, minor, patch] = self.0;
        Self([major, minor, patch.saturating_add(1)])
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The one time that stands in a package: of the commit that it is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(DateTime<Utc>);

impl Moment {
    /// `SOURCE_DATE_EPOCH` where it is set, as reproducible-builds.org describes it; else the time of the last commit.
    pub(super) fn of_commit() -> anyhow::Result<Self> {
        let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(seconds) => seconds,
            Err(_) => {
                let mut git = std::process::Command::new("git");
                let output = git.args(["log", "-1", "--format=%ct"]).current_dir(repository()).output();
                let output = output.context("git could not be started; set SOURCE_DATE_EPOCH instead")?;
                ensure!(output.status.success(), "git knows no commit here; set SOURCE_DATE_EPOCH instead");
                String::from_utf8(output.stdout)?
            }
        };
        let seconds = seconds.trim().parse().context("SOURCE_DATE_EPOCH is no number of seconds")?;
        Ok(Self(DateTime::from_timestamp(seconds, 0).context("SOURCE_DATE_EPOCH is no time")?))
    }

    /// As RFC 3339 has it.
    pub(super) fn rfc3339(self) -> String {
        self.0.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// As a table of Windows Installer has it.
    pub(super) fn of_table(self) -> String {
        self.0.format("%Y/%m/%d %H:%M:%S").to_string()
    }

    /// For a file's time.
    pub(super) fn of_file(self) -> SystemTime {
        let seconds = u64::try_from(self.0.timestamp()).unwrap_or_default();
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_three_numbers_or_an_error() {
        assert_eq!(Version::parse("0.12.7").unwrap().next().to_string(), "0.12.8");
        for wrong in ["1.2", "1.2.3.4", "1.2.3-rc1", "256.0.0", "1.256.0", "", "1.2.65536"] {
            Version::parse(wrong).unwrap_err();
        }
    }

    #[test]
    fn identifiers_of_earlier_versions_stay() {
        assert_eq!(guid("file labrelay.exe"), guid("file labrelay.exe"));
        assert_eq!(guid("file labrelay.exe"), "B6EAF8CE-BE0D-830B-8E7A-E06269A1D0E9");
    }
}
