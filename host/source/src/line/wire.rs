//! Where an instrument is connected, and opening that: a port on this PC's loopback, or a serial line.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serial2::{CharSize, SerialPort, StopBits};

/// How long a read waits: as soon a stop is noticed, and another connection.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// Where the instrument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineAt {
    /// A TCP port on loopback, where its program on this PC connects.
    Port(SocketAddr),
    /// A serial line.
    Serial(Serial),
}

/// A serial line and how it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    /// `COM3`, `/dev/ttyUSB0`.
    pub device: String,
    /// Bits per second.
    pub baud: u32,
    /// Bits of a character: 7 or 8.
    pub data_bits: u8,
    /// Bits at its end: 1 or 2.
    pub stop_bits: u8,
    /// Its parity bit.
    pub parity: Parity,
}

/// A character's parity bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parity {
    /// None.
    #[default]
    None,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// Why a line can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Another program listens there, or the port is reserved.
    #[error("can't listen on {at}: {error}; is another program using this port?")]
    Port {
        /// Where.
        at: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// There is no such device, or another program has it.
    #[error(
        "can't open the serial line {device}: {error}; check its name, and whether another program or a missing right keeps it away"
    )]
    Serial {
        /// Which.
        device: String,
        /// What the system says.
        error: io::Error,
    },
}

impl fmt::Display for LineAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(at) => write!(f, "port {at}"),
            Self::Serial(Serial { device, .. }) => write!(f, "serial line {device}"),
        }
    }
}

impl LineAt {
    /// Whether it can be used now: opens it and lets go of it at once.
    pub fn examine(&self) -> Result<(), LineError> {
        Wire::open(self).map(drop)
    }
}

/// An opened line.
pub(super) enum Wire {
    /// A port, and who is connected.
    Port(TcpListener, Option<TcpStream>),
    Serial(SerialPort),
}

/// What came of a read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// So many bytes.
    Bytes(usize),
    /// Nothing for a tick.
    Silence,
    /// The instrument is another one now, or none: what was half said is void.
    Broken,
}

impl Wire {
    pub(super) fn open(at: &LineAt) -> Result<Self, LineError> {
        match at {
            LineAt::Port(at) => {
                let listener = TcpListener::bind(at).and_then(|listener| {
                    listener.set_nonblocking(true)?;
                    Ok(listener)
                });
                Ok(Self::Port(listener.map_err(|error| LineError::Port { at: *at, error })?, None))
            }
            LineAt::Serial(serial) => serial
                .open()
                .map(Self::Serial)
                .map_err(|error| LineError::Serial { device: serial.device.clone(), error }),
        }
    }

    /// Whether there is somebody to hear.
    pub(super) fn is_connected(&self) -> bool {
        !matches!(self, Self::Port(_, None))
    }

    /// Takes who wants to connect: an instrument that was restarted comes anew, and its old connection is dead.
    pub(super) fn accept(&mut self) -> bool {
        let Self::Port(listener, stream) = self else { return false };
        let Ok((new, _)) = listener.accept() else { return false };
        let ready = new.set_nonblocking(false).and_then(|()| new.set_read_timeout(Some(TICK)));
        if ready.and_then(|()| new.set_write_timeout(Some(TICK))).is_err() {
            return false;
        }
        *stream = Some(new);
        true
    }

    /// Reads what there is, or waits a tick for it. An error is one of the line, which has to be opened again.
    pub(super) fn hear(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        let read = match self {
            Self::Port(_, None) => return Ok(Heard::Silence),
            Self::Port(_, Some(stream)) => stream.read(buffer),
            Self::Serial(port) => port.read(buffer),
        };
        match (read, &mut *self) {
            (Ok(0), Self::Serial(_)) => Ok(Heard::Silence),
            (Ok(0), Self::Port(_, stream)) => {
                *stream = None;
                Ok(Heard::Broken)
            }
            (Ok(bytes), _) => Ok(Heard::Bytes(bytes)),
            (Err(error), _) if is_silence(&error) => Ok(Heard::Silence),
            (Err(_), Self::Port(_, stream)) => {
                *stream = None;
                Ok(Heard::Broken)
            }
            (Err(error), Self::Serial(_)) => Err(error),
        }
    }

    /// Sends one byte; whether it went out.
    pub(super) fn say(&mut self, byte: u8) -> bool {
        let said = match self {
            Self::Port(_, None) => return false,
            Self::Port(_, Some(stream)) => stream.write_all(&[byte]),
            Self::Serial(port) => port.write_all(&[byte]),
        };
        said.is_ok()
    }
}

fn is_silence(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

impl Serial {
    fn open(&self) -> io::Result<SerialPort> {
        let mut port = SerialPort::open(&self.device, |mut settings: serial2::Settings| {
            settings.set_raw();
            settings.set_baud_rate(self.baud)?;
            settings.set_char_size(if self.data_bits == 7 { CharSize::Bits7 } else { CharSize::Bits8 });
            settings.set_stop_bits(if self.stop_bits == 2 { StopBits::Two } else { StopBits::One });
            settings.set_parity(match self.parity {
                Parity::None => serial2::Parity::None,
                Parity::Even => serial2::Parity::Even,
                Parity::Odd => serial2::Parity::Odd,
            });
            Ok(settings)
        })?;
        port.set_read_timeout(TICK)?;
        port.set_write_timeout(TICK)?;
        Ok(port)
    }
}
