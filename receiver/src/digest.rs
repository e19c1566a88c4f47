//! `Content-Digest` (RFC 9530): the SHA-256 of a body, as a device announces and as the receiver computes it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::Digest;

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    Digest(out)
}

/// Reads the `sha-256` member of a `Content-Digest`; other algorithms beside it are ignored, as the RFC asks.
pub fn read_content_digest(header: &str) -> Option<Digest> {
    let member = header.split(',').find_map(|member| member.trim().strip_prefix("sha-256=:"))?;
    let bytes = STANDARD.decode(member.strip_suffix(':')?).ok()?;
    Some(Digest(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rfc_9530_example_is_read() {
        // RFC 9530, appendix B.1: the body is {"hello": "world"} with a final line feed.
        let header = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(read_content_digest(header), Some(sha256(b"{\"hello\": \"world\"}\n")));
        assert_eq!(read_content_digest(&format!("sha-512=:AAAA:, {header}")), read_content_digest(header));
        for bad in ["", "sha-256=", "sha-256=:AAAA:", "sha-512=:AAAA:", "sha-256=:****:"] {
            assert_eq!(read_content_digest(bad), None, "{bad}");
        }
    }
}
