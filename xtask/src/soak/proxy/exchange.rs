//! One connection of the host: request after request goes to a receiver, unless a fault strikes.
//!
//! Knows as much of HTTP/1.1 as ends a message: the head's empty line and `content-length`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rustls::{ClientConnection, ServerConnection, StreamOwned};
use rustls_pki_types::ServerName;

use super::super::fault::Fault;
use super::{Line, SILENCE};

/// Longest head: ours have some 600 bytes.
const MAX_HEAD: usize = 64 * 1024;
/// Longest body: the largest batch has 2 MiB.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// Pause between two pieces of a slow answer.
const SLOW: Duration = Duration::from_millis(5);
/// Reads at once.
const CHUNK: usize = 16 * 1024;

type FromHost = StreamOwned<ServerConnection, TcpStream>;

/// A request or an answer, as it came.
struct Message {
    bytes: Vec<u8>,
    /// Method and target, or version and status.
    first_line: String,
}

/// Until the host closes, a fault ends the connection, or nothing comes for long.
pub(super) fn serve(line: &Line, connection: TcpStream) -> io::Result<()> {
    connection.set_read_timeout(Some(SILENCE))?;
    connection.set_write_timeout(Some(SILENCE))?;
    let tls = ServerConnection::new(Arc::clone(&line.server)).map_err(io::Error::other)?;
    let mut host = StreamOwned::new(tls, connection);
    while let Some(request) = read_message(&mut host)? {
        let target = request.first_line.clone();
        if target.starts_with("PUT ") {
            line.note_request(&target);
        }
        let fault = line.draw_fault();
        match before_receiver(line, &mut host, &request, fault)? {
            Next::Answered => continue,
            Next::Ended => return Ok(()),
            Next::ToReceiver => {}
        }
        let Some(receiver) = line.receiver() else { return reset(&host.sock) };
        let answer = ask(line, receiver, &request.bytes)?;
        if target.starts_with("PUT ")
            && answer.first_line.split(' ').nth(1).is_some_and(|status| status.starts_with('2'))
        {
            line.note_landed(&target);
        }
        answer_host(line, &mut host, &answer, fault)?;
    }
    Ok(())
}

enum Next {
    ToReceiver,
    Answered,
    Ended,
}

/// Faults that keep a whole request from the receiver.
fn before_receiver(
    line: &Line,
    host: &mut FromHost,
    request: &Message,
    fault: Option<Fault>,
) -> io::Result<Next> {
    let next = match fault {
        Some(Fault::Reset) => {
            reset(&host.sock)?;
            Next::Ended
        }
        Some(Fault::RequestCut) => {
            let Some(receiver) = line.receiver() else { return Ok(Next::Ended) };
            let half = request.bytes.get(..request.bytes.len() / 2).unwrap_or_default();
            let mut receiver = to_receiver(line, receiver)?;
            receiver.write_all(half)?;
            receiver.flush()?;
            reset(&receiver.sock)?;
            reset(&host.sock)?;
            Next::Ended
        }
        Some(Fault::Unavailable) => {
            host.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")?;
            Next::Answered
        }
        Some(Fault::TooMany) => {
            host.write_all(b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")?;
            Next::Answered
        }
        _ => return Ok(Next::ToReceiver),
    };
    host.flush().ok(); // a connection that was reset takes nothing any more
    fault.into_iter().for_each(|fault| line.struck.note(fault));
    Ok(next)
}

/// Faults on the way back; any ends the connection but a slow answer.
fn answer_host(line: &Line, host: &mut FromHost, answer: &Message, fault: Option<Fault>) -> io::Result<()> {
    match fault {
        Some(fault @ Fault::AnswerLost) => {
            line.struck.note(fault);
            reset(&host.sock)?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Some(fault @ Fault::AnswerCut) => {
            host.write_all(answer.bytes.get(..answer.bytes.len() / 2).unwrap_or_default())?;
            host.flush()?;
            line.struck.note(fault);
            host.sock.shutdown(Shutdown::Both)?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Some(fault @ Fault::AnswerSlow) => {
            for byte in &answer.bytes {
                host.write_all(std::slice::from_ref(byte))?;
                host.flush()?;
                sleep(SLOW);
            }
            line.struck.note(fault);
            Ok(())
        }
        _ => {
            host.write_all(&answer.bytes)?;
            host.flush()
        }
    }
}

fn to_receiver(line: &Line, receiver: TcpStream) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    receiver.set_read_timeout(Some(SILENCE))?;
    receiver.set_write_timeout(Some(SILENCE))?;
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    let tls = ClientConnection::new(Arc::clone(&line.client), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(tls, receiver))
}

fn ask(line: &Line, receiver: TcpStream, request: &[u8]) -> io::Result<Message> {
    let mut receiver = to_receiver(line, receiver)?;
    receiver.write_all(request)?;
    receiver.flush()?;
    read_message(&mut receiver)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// The next whole message; `None` if the other side has closed before one.
fn read_message(from: &mut impl Read) -> io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if read_some(from, &mut bytes)? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let text = String::from_utf8_lossy(bytes.get(..head).unwrap_or_default()).into_owned();
    let length = content_length(&text);
    if length > MAX_BODY {
        return Err(io::ErrorKind::InvalidData.into());
    }
    while bytes.len() < head + length {
        if read_some(from, &mut bytes)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(Some(Message { bytes, first_line: text.lines().next().unwrap_or_default().to_owned() }))
}

fn read_some(from: &mut impl Read, into: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0; CHUNK];
    let read = from.read(&mut chunk)?;
    into.extend_from_slice(chunk.get(..read).unwrap_or_default());
    Ok(read)
}

fn content_length(head: &str) -> usize {
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let length =
        headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value);
    length.filter_map(|value| value.trim().parse().ok()).next().unwrap_or_default()
}

/// Not a clean end but an RST, which is what a middlebox that has lost its memory sends.
fn reset(socket: &TcpStream) -> io::Result<()> {
    rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_where_its_length_says() {
        let bytes = b"PUT /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
        let message = read_message(&mut &bytes[..]).unwrap().unwrap();
        assert_eq!((message.bytes.as_slice(), message.first_line.as_str()), (&bytes[..], "PUT /a HTTP/1.1"));
        assert!(read_message(&mut &bytes[..bytes.len() - 1]).is_err(), "cut in its body");
        assert!(read_message(&mut &bytes[..10]).is_err(), "cut in its head");
        assert!(read_message(&mut &b""[..]).unwrap().is_none());
    }
}
