//! What stands around a batch's body on its way: the object's name and the headers, by a closed list.
//!
//! Looks at what is about to be sent, whoever made it. A value of the right form tells of nobody: names from the
//! configuration and the manifest, numbers that count batches, digests and signatures.

use labrelay_model::{DeviceName, wire};

use crate::is_version;

/// Why an object's name or a header refuses its batch. Shows no name or value that is not on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeRefusal {
    /// The name of the object is of another shape.
    #[error("the path is neither that of a batch nor that of a device or its marks")]
    Path,
    /// A header that nothing declares.
    #[error("a header is not on the list of those that may leave")]
    UnknownHeader,
    /// A header that stands there twice.
    #[error("the header {0} stands twice")]
    RepeatedHeader(&'static str),
    /// A header whose value is of another form.
    #[error("the value of the header {0} is not of its form")]
    HeaderValue(&'static str),
}

/// One header that may leave.
struct Header {
    name: &'static str,
    /// Whether a value is of its form, in a request of this device.
    fits: fn(&str, &DeviceName) -> bool,
}

/// All that leave. The HTTP library adds `host` and `content-length` by itself, from the receiver's address and the
/// checked body.
const HEADERS: &[Header] = &[
    Header { name: "accept", fits: |value, _| value == "*/*" },
    Header { name: "content-type", fits: |value, _| value == wire::BATCH_MEDIA_TYPE },
    Header { name: "content-digest", fits: |value, _| is_bytes(value, "sha-256=:", 32) },
    Header { name: "signature", fits: |value, _| is_bytes(value, "labrelay=:", 64) },
    Header { name: "signature-input", fits: is_signature_input },
    Header { name: "user-agent", fits: |value, _| value.strip_prefix("labrelay/").is_some_and(is_version) },
];

/// Checks the path and headers of a request that is about to be sent.
pub fn check_envelope<'a>(
    path: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), EnvelopeRefusal> {
    let device = device_of(path).ok_or(EnvelopeRefusal::Path)?;
    let mut seen = Vec::with_capacity(HEADERS.len());
    for (name, value) in headers {
        let known = HEADERS.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        let header = known.ok_or(EnvelopeRefusal::UnknownHeader)?;
        if seen.contains(&header.name) {
            return Err(EnvelopeRefusal::RepeatedHeader(header.name));
        }
        if !(header.fits)(value, &device) {
            return Err(EnvelopeRefusal::HeaderValue(header.name));
        }
        seen.push(header.name);
    }
    Ok(())
}

/// The device in `/v1/batches/{device}/{stream}/{epoch}/{seq}`, `/v1/marks/{device}` or `/v1/devices/{device}`.
fn device_of(path: &str) -> Option<DeviceName> {
    let parts: Vec<&str> = path.split('/').collect();
    let device = match *parts.as_slice() {
        ["", "v1", "marks" | "devices", device] => device,
        ["", "v1", "batches", device, stream, epoch, seq] => {
            wire::batch_id(stream, epoch, seq).ok()?;
            device
        }
        _ => return None,
    };
    DeviceName::new(device).ok()
}

/// `prefix`, so many bytes in base64, and a colon: a byte sequence of RFC 8941.
fn is_bytes(value: &str, prefix: &str, bytes: usize) -> bool {
    let Some(encoded) = value.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(':')) else {
        return false;
    };
    let digits = encoded.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    encoded.len() == bytes.div_ceil(3) * 4
        && digits.len() == (bytes * 4).div_ceil(3)
        && digits.bytes().all(is_digit)
}

/// `labrelay=("@method" "@path" "content-digest");created=1767225600;alg="ed25519";keyid="flow-7"`.
fn is_signature_input(value: &str, device: &DeviceName) -> bool {
    let written = |covered: &[&str]| {
        let covered: Vec<_> = covered.iter().map(|component| format!("\"{component}\"")).collect();
        format!("{}=({});created=", wire::SIGNATURE_LABEL, covered.join(" "))
    };
    let (all, without_body) = (wire::SIGNED_COMPONENTS, wire::SIGNED_COMPONENTS.split_last());
    let start = [all, without_body.map_or(all, |(_, rest)| rest)].map(written);
    let rest = start.iter().find_map(|start| value.strip_prefix(start.as_str()));
    let end = format!(";alg=\"ed25519\";keyid=\"{device}\"");
    let created = rest.and_then(|rest| rest.strip_suffix(end.as_str()));
    created.is_some_and(is_seconds)
}

/// Seconds since 1970, from 2001 to 2286.
fn is_seconds(text: &str) -> bool {
    text.len() == 10 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}
