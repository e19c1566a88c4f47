//! Where one of a manifest's sources is at this site: folders, or the line to an instrument.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use labrelay_manifest::settle_time;
use labrelay_source::{LineAt, Parity, Serial};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The place of a source.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) enum Location {
    /// Folders in which its files are.
    Folders(FolderLocation),
    /// A port or a serial line, on which it sends messages.
    Line(LineAt),
}

/// Where a source of files looks.
#[derive(Debug, Clone)]
pub(crate) struct FolderLocation {
    /// Folders to watch.
    pub folders: Vec<PathBuf>,
    /// Whether subfolders are watched too.
    pub recursive: bool,
    /// How long a file must have rested, if not as long as the manifest says: the instrument is slower, or a
    /// copying program is done at once.
    pub settle: Option<Duration>,
}

impl Location {
    /// Its folders; none of a line.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        match self {
            Self::Folders(location) => &location.folders,
            Self::Line(_) => &[],
        }
    }

    /// The same, to be changed.
    pub(crate) fn folders_mut(&mut self) -> &mut [PathBuf] {
        match self {
            Self::Folders(location) => &mut location.folders,
            Self::Line(_) => &mut [],
        }
    }
}

/// What a person writes: one of `folders`, `listen` and `serial`.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a place: {folders: [DIR]}, {listen: \"127.0.0.1:PORT\"} or {serial: {device: NAME, baud: 9600}}"
)]
struct Written {
    folders: Option<Vec<PathBuf>>,
    recursive: Option<bool>,
    #[serde(default, deserialize_with = "settle")]
    settle: Option<Duration>,
    listen: Option<SocketAddr>,
    serial: Option<WrittenSerial>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSerial {
    device: String,
    baud: u32,
    #[serde(default = "eight")]
    data_bits: u8,
    #[serde(default = "one")]
    stop_bits: u8,
    #[serde(default)]
    parity: WrittenParity,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenParity {
    #[default]
    None,
    Even,
    Odd,
}

fn eight() -> u8 {
    8
}

fn one() -> u8 {
    1
}

fn settle<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    settle_time(&text).map(Some).map_err(D::Error::custom)
}

impl TryFrom<Written> for Location {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { folders, recursive, settle, listen, serial } = written;
        if folders.is_none() && (recursive.is_some() || settle.is_some()) {
            return Err("`recursive` and `settle` belong to `folders`");
        }
        match (folders, listen, serial) {
            (Some(folders), None, None) => {
                let recursive = recursive.unwrap_or(false);
                Ok(Self::Folders(FolderLocation { folders, recursive, settle }))
            }
            (None, Some(at), None) if at.ip().is_loopback() => Ok(Self::Line(LineAt::Port(at))),
            (None, Some(_), None) => Err(
                "Labrelay listens on this PC's loopback alone, such as 127.0.0.1:5000: the protocol of instruments has no \
                 key, so anybody in the network could send to another address",
            ),
            (None, None, Some(serial)) => serial.try_into().map(|serial| Self::Line(LineAt::Serial(serial))),
            _ => Err("a source has one of `folders`, `listen` and `serial`"),
        }
    }
}

impl TryFrom<WrittenSerial> for Serial {
    type Error = &'static str;

    fn try_from(written: WrittenSerial) -> Result<Self, Self::Error> {
        let WrittenSerial { device, baud, data_bits, stop_bits, parity } = written;
        if !(7..=8).contains(&data_bits) || !(1..=2).contains(&stop_bits) {
            return Err("a serial line has 7 or 8 `data_bits`, and 1 or 2 `stop_bits`");
        }
        let parity = match parity {
            WrittenParity::None => Parity::None,
            WrittenParity::Even => Parity::Even,
            WrittenParity::Odd => Parity::Odd,
        };
        Ok(Self { device, baud, data_bits, stop_bits, parity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Result<Location, String> {
        labrelay_manifest::yaml::read(yaml.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_port_is_one_of_this_pc_alone() {
        let at = "127.0.0.1:5000".parse().unwrap();
        assert!(
            matches!(read("{listen: '127.0.0.1:5000'}"), Ok(Location::Line(LineAt::Port(port))) if port == at)
        );
        assert!(matches!(read("{listen: '[::1]:5000'}"), Ok(Location::Line(_))));
        for open in ["0.0.0.0:5000", "192.168.1.4:5000", "[::]:5000"] {
            let error = read(&format!("{{listen: '{open}'}}")).unwrap_err();
            assert!(error.contains("loopback alone"), "{error}");
        }
    }

    #[test]
    fn a_serial_line_has_the_usual_settings_unless_it_says_otherwise() {
        let Ok(Location::Line(LineAt::Serial(serial))) = read("{serial: {device: COM3, baud: 9600}}") else {
            panic!("no serial line")
        };
        assert_eq!((serial.data_bits, serial.stop_bits, serial.parity), (8, 1, Parity::None));
        let error = read("{serial: {device: COM3, baud: 9600, data_bits: 5}}").unwrap_err();
        assert!(error.contains("7 or 8"), "{error}");
    }

    #[test]
    fn a_source_is_in_one_place() {
        for wrong in ["{}", "{folders: [a], listen: '127.0.0.1:1'}", "{listen: '127.0.0.1:1', settle: 2s}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
