//! `listen` and `serial`: where a site has the line that a source's messages come over.
//!
//! Says whether an address may be listened at; opens nothing.

use std::net::SocketAddr;

use labrelay_source::{DataBits, LineAddress, LineParity, LineStopBits, SerialSettings};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Location;

/// A serial line. What most instruments of LIS01-A2 are set to is the default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Serial {
    /// `COM3`, `/dev/ttyUSB0`.
    device: String,
    /// Bits per second.
    #[serde(default = "usual_baud")]
    baud: u32,
    /// 7 or 8.
    #[serde(default = "usual_data_bits", deserialize_with = "data_bits")]
    data_bits: DataBits,
    #[serde(default)]
    parity: Parity,
    /// 1 or 2.
    #[serde(default = "usual_stop_bits", deserialize_with = "stop_bits")]
    stop_bits: LineStopBits,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Parity {
    #[default]
    None,
    Even,
    Odd,
}

/// LIS01-A2, 5.2.2.2.
fn usual_baud() -> u32 {
    9600
}

fn usual_data_bits() -> DataBits {
    DataBits::Eight
}

fn usual_stop_bits() -> LineStopBits {
    LineStopBits::One
}

fn data_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DataBits, D::Error> {
    match u8::deserialize(deserializer)? {
        7 => Ok(DataBits::Seven),
        8 => Ok(DataBits::Eight),
        _ => Err(D::Error::custom("a character has 7 or 8 data bits")),
    }
}

fn stop_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LineStopBits, D::Error> {
    match u8::deserialize(deserializer)? {
        1 => Ok(LineStopBits::One),
        2 => Ok(LineStopBits::Two),
        _ => Err(D::Error::custom("a character has 1 or 2 stop bits")),
    }
}

/// An address of this PC. Messages name patients and the protocol seals nothing: no other PC may reach the port.
pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address: SocketAddr = text.parse().map_err(|_| {
        D::Error::custom(format!("`{text}` is no address with a port; write `127.0.0.1:5000`"))
    })?;
    if !address.ip().is_loopback() {
        return Err(D::Error::custom(format!(
            "`{text}` can be reached from other PCs, and LIS01-A2 neither seals nor asks who sends; \
             Labrelay listens at 127.0.0.1 or [::1] alone"
        )));
    }
    if address.port() == 0 {
        return Err(D::Error::custom(
            "port 0 is another one at each start; name the one that the instrument sends to",
        ));
    }
    Ok(Some(address))
}

impl Location {
    /// The line, if the site has one here.
    pub(crate) fn line(&self) -> Option<LineAddress> {
        let port = self.listen.map(LineAddress::Port);
        port.or_else(|| self.serial.as_ref().map(|serial| LineAddress::Serial(serial.settings())))
    }

    /// What is wrong with it: it names exactly one of the three ways.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        let ways = [!self.folders.is_empty(), self.listen.is_some(), self.serial.is_some()];
        let of_files = self.recursive || self.settle.is_some();
        match ways.iter().filter(|way| **way).count() {
            0 => Some("names neither `folders` nor `listen` nor `serial`"),
            1 if of_files && self.folders.is_empty() => Some("`recursive` and `settle` are of folders"),
            1 => None,
            _ => Some("names more than one of `folders`, `listen` and `serial`; a source is at one place"),
        }
    }
}

impl Serial {
    fn settings(&self) -> SerialSettings {
        let parity = match self.parity {
            Parity::None => LineParity::None,
            Parity::Even => LineParity::Even,
            Parity::Odd => LineParity::Odd,
        };
        let (device, baud) = (self.device.clone(), self.baud);
        SerialSettings { device, baud, data_bits: self.data_bits, parity, stop_bits: self.stop_bits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(yaml: &str) -> Result<Location, String> {
        labrelay_manifest::yaml::read(yaml.as_bytes()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn other_pcs_reach_no_port() {
        let line = |yaml| location(yaml).unwrap().line();
        assert_eq!(line("listen: 127.0.0.1:5000").unwrap().to_string(), "127.0.0.1:5000");
        assert_eq!(line("listen: '[::1]:5000'").unwrap().to_string(), "[::1]:5000");
        for open in ["0.0.0.0:5000", "192.168.1.4:5000"] {
            let error = location(&format!("listen: {open}")).unwrap_err();
            assert!(error.contains("can be reached from other PCs"), "{error}");
        }
        assert!(location("listen: 127.0.0.1").unwrap_err().contains("no address with a port"));
    }

    #[test]
    fn a_serial_line_has_the_usual_settings_unless_told() {
        let LineAddress::Serial(usual) = location("serial: {device: COM3}").unwrap().line().unwrap() else {
            panic!("serial")
        };
        assert_eq!((usual.baud, usual.data_bits, usual.parity), (9600, DataBits::Eight, LineParity::None));
        let error = location("serial: {device: COM3, data_bits: 5}").unwrap_err();
        assert!(error.contains("7 or 8 data bits"), "{error}");
    }

    #[test]
    fn a_source_is_at_one_place() {
        let trouble = |yaml| location(yaml).unwrap().contradiction();
        assert!(trouble("{}").unwrap().contains("neither"));
        assert!(trouble("{folders: [a], listen: 127.0.0.1:5000}").unwrap().contains("more than one"));
        assert!(trouble("{listen: 127.0.0.1:5000, settle: 1s}").unwrap().contains("of folders"));
        assert_eq!(trouble("{folders: [a], settle: 1s}"), None);
    }
}
