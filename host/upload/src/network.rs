//! From an HTTP client's error to a cause that lab IT understands.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::Cause;

/// Deepest chain of sources that is looked through; real ones are 4 to 6 deep.
const MAX_DEPTH: usize = 16;

/// Why there is no answer.
pub(crate) fn cause(error: &reqwest::Error) -> Cause {
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(tls);
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => Cause::ConnectTimeout,
        (true, false) if error.is_dns() => Cause::UnknownName,
        (true, false) => of_connect(error),
        (false, true) => Cause::AnswerTimeout,
        (false, false) => Cause::BrokenOff,
    }
}

fn of_connect(error: &reqwest::Error) -> Cause {
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => Cause::ConnectionRefused,
        Some(io::ErrorKind::TimedOut) => Cause::ConnectTimeout,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof,
        ) => Cause::BrokenOff,
        _ => Cause::Unreachable,
    }
}

fn of_tls(error: &rustls::Error) -> Cause {
    match error {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Cause::UntrustedCertificate,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Cause::WrongCertificateName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Cause::CertificateDates,
            _ => Cause::Tls,
        },
        _ => Cause::Tls,
    }
}

/// The first error of a type in the chain of sources, also where an `io::Error` wraps it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    for _ in 0..MAX_DEPTH {
        let current = next?;
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| current.source());
    }
    None
}
