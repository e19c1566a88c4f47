//! What may lie in a bundle: a closed list, so that no name in it leads anywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::Platform;

/// Greatest manifest, readme and licence: theirs are some kilobytes; the manifest's reader takes no more either.
const MAX_TEXT_BYTES: u64 = 1 << 20;
/// Greatest report of tests.
const MAX_REPORT_BYTES: u64 = 4 << 20;
/// Greatest library: those of the project have less than one MiB, with everything a debugger wants 20.
const MAX_LIBRARY_BYTES: u64 = 32 << 20;

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `manifest.yaml`: what the plugin may send.
    Manifest,
    /// `README.md`: for whoever installs it.
    Readme,
    /// `LICENSE`.
    License,
    /// `report.json`: what the author's tests found.
    Report,
    /// `platforms/TRIPLE/plugin.so` or `…/plugin.dll`.
    Library(Platform),
}

/// Why a text is no part's path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no file of a bundle has this path (docs/bundles.md lists them)")]
pub struct UnknownPart;

const MANIFEST: &str = "manifest.yaml";
const README: &str = "README.md";
const LICENSE: &str = "LICENSE";
const REPORT: &str = "report.json";
const PLATFORMS: &str = "platforms/";

impl Part {
    /// The most bytes that it may have.
    pub fn max_bytes(&self) -> u64 {
        match self {
            Part::Manifest | Part::Readme | Part::License => MAX_TEXT_BYTES,
            Part::Report => MAX_REPORT_BYTES,
            Part::Library(_) => MAX_LIBRARY_BYTES,
        }
    }

    /// The file's name without the folders before it: where one platform alone is unpacked, this is the path.
    pub fn file_name(&self) -> String {
        match self {
            Part::Manifest => MANIFEST.to_owned(),
            Part::Readme => README.to_owned(),
            Part::License => LICENSE.to_owned(),
            Part::Report => REPORT.to_owned(),
            Part::Library(platform) => format!("plugin.{}", platform.library_extension()),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Part::Library(platform) = self {
            write!(f, "{PLATFORMS}{platform}/")?;
        }
        f.write_str(&self.file_name())
    }
}

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let part = match text {
            MANIFEST => Part::Manifest,
            README => Part::Readme,
            LICENSE => Part::License,
            REPORT => Part::Report,
            _ => {
                let triple = text.strip_prefix(PLATFORMS).and_then(|rest| rest.split('/').next());
                Part::Library(triple.and_then(|triple| triple.parse().ok()).ok_or(UnknownPart)?)
            }
        };
        if part.to_string() == text { Ok(part) } else { Err(UnknownPart) }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_one_path() {
        let platforms =
            ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"].map(|text| text.parse().unwrap());
        let mut parts = vec![Part::Manifest, Part::Readme, Part::License, Part::Report];
        parts.extend(platforms.map(Part::Library));
        for part in parts {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_none() {
        for path in [
            "../manifest.yaml",
            "./manifest.yaml",
            "/etc/passwd",
            "platforms/x86_64-unknown-linux-gnu/../../plugin.so",
            "platforms/x86_64-unknown-linux-gnu/plugin.dll",
            "platforms/x86_64-unknown-linux-gnu/plugin.so/",
            "platforms\\x86_64-unknown-linux-gnu\\plugin.so",
            "MANIFEST.yaml",
            "",
        ] {
            assert_eq!(path.parse::<Part>(), Err(UnknownPart), "{path}");
        }
    }
}
