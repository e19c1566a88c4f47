//! Opening what a line runs over, a loopback port or a serial line, and reading it for a moment at a time.
//!
//! Knows nothing of frames.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serial2::{CharSize, Parity, SerialPort, Settings, StopBits};

/// Longest wait for a byte, and so for a stop or a commit to be noticed: a reply is late by this at most.
const LOOK: Duration = Duration::from_millis(20);
/// Longest wait until a sender takes our single byte; then it is as good as gone.
const WRITE_WITHIN: Duration = Duration::from_secs(5);
/// Pause between looks for a sender at a port.
const ACCEPT_EVERY: Duration = Duration::from_millis(50);

/// Where the site has the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineAddress {
    /// A port of this PC, for programs of this PC.
    Port(SocketAddr),
    /// A serial line.
    Serial(SerialSettings),
}

impl fmt::Display for LineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(address) => address.fmt(f),
            Self::Serial(settings) => f.write_str(&settings.device),
        }
    }
}

/// A serial line and how it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialSettings {
    /// `COM3`, `/dev/ttyUSB0`.
    pub device: String,
    /// Bits per second.
    pub baud: u32,
    /// Bits of a character.
    pub data_bits: DataBits,
    /// Parity bit.
    pub parity: LineParity,
    /// Stop bits.
    pub stop_bits: LineStopBits,
}

/// Bits of a character: LIS01-A2 uses 8, old instruments 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataBits {
    /// 7.
    Seven,
    /// 8.
    Eight,
}

/// Parity bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineParity {
    /// None.
    None,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// Stop bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStopBits {
    /// 1.
    One,
    /// 2.
    Two,
}

/// A line that is open, with a sender or not.
pub(crate) enum Line {
    Port(TcpListener),
    /// A serial line has no connections: whoever is at its other end is there.
    Serial(SerialPort),
}

/// A sender at the other end.
pub(crate) enum Wire<'a> {
    Tcp(TcpStream),
    Serial(&'a SerialPort),
}

impl Line {
    /// Opens it. A port is bound for this program alone.
    pub(crate) fn open(address: &LineAddress) -> io::Result<Self> {
        match address {
            LineAddress::Port(address) if !address.ip().is_loopback() => {
                Err(ErrorKind::AddrNotAvailable.into())
            }
            LineAddress::Port(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Self::Port(listener))
            }
            LineAddress::Serial(settings) => {
                let mut port =
                    SerialPort::open(&settings.device, |current: Settings| settings.apply(current))?;
                port.set_read_timeout(LOOK)?;
                port.set_write_timeout(WRITE_WITHIN)?;
                Ok(Self::Serial(port))
            }
        }
    }

    /// The next sender, if one is there. One at a time: others wait in the system's queue.
    pub(crate) fn sender(&self) -> io::Result<Option<Wire<'_>>> {
        let listener = match self {
            Self::Serial(port) => return Ok(Some(Wire::Serial(port))),
            Self::Port(listener) => listener,
        };
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(LOOK))?;
                stream.set_write_timeout(Some(WRITE_WITHIN))?;
                Ok(Some(Wire::Tcp(stream)))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(ACCEPT_EVERY);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Wire<'_> {
    /// What has come, nothing if nothing does for a moment; `None` at the end of the connection.
    pub(crate) fn read<'b>(&mut self, buffer: &'b mut [u8]) -> io::Result<Option<&'b [u8]>> {
        let read = match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Serial(port) => port.read(buffer),
        };
        match read {
            Ok(0) => Ok(None),
            Ok(count) => Ok(buffer.get(..count)),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                Ok(Some(&[]))
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a reply.
    pub(crate) fn write(&mut self, byte: u8) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(&[byte]),
            Self::Serial(port) => port.write_all(&[byte]),
        }
    }
}

impl SerialSettings {
    fn apply(&self, mut settings: Settings) -> io::Result<Settings> {
        settings.set_raw();
        settings.set_baud_rate(self.baud)?;
        settings.set_char_size(match self.data_bits {
            DataBits::Seven => CharSize::Bits7,
            DataBits::Eight => CharSize::Bits8,
        });
        settings.set_parity(match self.parity {
            LineParity::None => Parity::None,
            LineParity::Even => Parity::Even,
            LineParity::Odd => Parity::Odd,
        });
        settings.set_stop_bits(match self.stop_bits {
            LineStopBits::One => StopBits::One,
            LineStopBits::Two => StopBits::Two,
        });
        Ok(settings)
    }
}
