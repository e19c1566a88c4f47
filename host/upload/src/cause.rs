//! Why a batch did not arrive yet, in words for lab IT: what happened, and where to look.

use labrelay_model::Timestamp;

/// A closed list; all of them mean that the batch is kept and sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The name can't be resolved.
    #[error(
        "the receiver's name is not known to the DNS; check `receiver` in the configuration and the PC's DNS"
    )]
    UnknownName,
    /// Nobody listens there.
    #[error("nothing listens at the receiver's address and port; check `receiver`, or whether it is running")]
    ConnectionRefused,
    /// No connection for another reason.
    #[error("the receiver can't be reached; check the network, and that the firewall lets this PC out to it")]
    Unreachable,
    /// No connection within the time.
    #[error("no connection to the receiver in time; a firewall may be swallowing it")]
    ConnectTimeout,
    /// A connection, but no whole answer within the time.
    #[error("the receiver did not answer in time; it or the line is overloaded")]
    AnswerTimeout,
    /// The connection ended too soon.
    #[error("the connection to the receiver broke off; its log, or that of a proxy in between, may tell why")]
    BrokenOff,
    /// Not signed by a CA that is trusted.
    #[error(
        "the receiver's certificate is not signed by the configured CA; check `ca`, or whether a proxy in between \
         inspects TLS"
    )]
    UntrustedCertificate,
    /// For another name.
    #[error("the receiver's certificate is for another name than `receiver` says")]
    WrongCertificateName,
    /// Expired, or not valid yet.
    #[error("the receiver's certificate has expired or is not valid yet; renew it, or set this PC's clock")]
    CertificateDates,
    /// TLS failed in another way.
    #[error("no TLS with the receiver: it must speak TLS 1.2 or newer with a valid server certificate")]
    Tls,
    /// An answer that no receiver gives.
    #[error(
        "something other than a Labrelay receiver answered (HTTP {0}): a captive portal, a proxy, or a wrong address"
    )]
    NotTheReceiver(u16),
    /// A redirect.
    #[error("the answer was a redirect (HTTP {0}), which is not followed; give the receiver's own address")]
    Redirected(u16),
    /// 407.
    #[error("the proxy wants a password (HTTP 407); let this PC through, or give another proxy")]
    ProxyPassword,
    /// 413 that did not come from the receiver.
    #[error("a proxy before the receiver refuses the size (HTTP 413); let it take bodies of 2 MiB")]
    ProxySizeLimit,
    /// An answer longer than any receiver's.
    #[error("the answer was longer than any receiver's; a wrong address, or a proxy")]
    EndlessAnswer,
    /// 401.
    #[error(
        "the receiver does not believe this device; register its public key there with `labrelay-receiver device add`, \
         and check this PC's clock{}", quoted(.said)
    )]
    NotAuthenticated {
        /// The receiver's own words.
        said: Said,
        /// The receiver's clock: a signature that seems too old or too new is not believed.
        clock: Option<Timestamp>,
    },
    /// 403.
    #[error("the receiver knows this key under another device name; check `device` in the configuration")]
    WrongDevice,
    /// 424.
    #[error(
        "the receiver does not know this manifest yet; register it there with `labrelay-receiver manifest add`{}",
        quoted(.0)
    )]
    UnknownManifest(Said),
    /// 429.
    #[error("the receiver asks for fewer requests")]
    TooMany,
    /// 5xx.
    #[error("the receiver failed or is restarting (HTTP {0}); its log says why")]
    ReceiverFailed(u16),
    /// The second check refused the path or a header.
    #[error("the second check lets no request out: {0}; report it to Labrelay's authors")]
    Withheld(String),
    /// 409, after which a new epoch was begun.
    #[error(
        "the receiver holds another batch under this number: this PC was copied or restored; numbers begin anew"
    )]
    NumberTaken,
}

impl Cause {
    /// What the receiver's clock shows, if it said so.
    pub(crate) fn receiver_clock(&self) -> Option<Timestamp> {
        match self {
            Cause::NotAuthenticated { clock, .. } => *clock,
            _ => None,
        }
    }

    /// Whether nobody answered at all: the next success of any stream ends the wait.
    pub fn is_connection(&self) -> bool {
        matches!(
            self,
            Cause::UnknownName
                | Cause::ConnectionRefused
                | Cause::Unreachable
                | Cause::ConnectTimeout
                | Cause::AnswerTimeout
                | Cause::BrokenOff
        )
    }
}

/// Longest sentence of a receiver that is shown. Its own are shorter.
const MAX_SAID_CHARS: usize = 200;

/// What the receiver said to it, cut to a length and to printable ASCII. It said so before it looked at any
/// record, so no content is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said(String);

impl Said {
    pub(crate) fn new(message: &str) -> Self {
        Self(message.chars().filter(|c| matches!(c, ' '..='~')).take(MAX_SAID_CHARS).collect())
    }
}

fn quoted(Said(text): &Said) -> String {
    if text.is_empty() { String::new() } else { format!(" (it says: {text})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_says_is_shown_but_bounded_and_printable() {
        let refused = |said| Cause::NotAuthenticated { said, clock: None }.to_string();
        let shown = refused(Said::new(&format!("\u{1b}[2Jtoo old\n{}", "x".repeat(9999))));
        assert!(shown.contains("(it says: [2Jtoo oldxxx"), "{shown}");
        assert!(shown.len() < 500 && !shown.contains('\u{1b}'));
        assert!(refused(Said::default()).ends_with("clock"));
    }
}
