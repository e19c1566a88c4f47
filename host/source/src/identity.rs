//! What makes an input the same input: volume, file id, size and a hash of its telling parts, keyed.
//!
//! Never the name. Works on the open handle that is given out, and reads at most some hundred KiB of it (TEXT
//! of an FCS file, or both ends), so that 8 GiB cost as little as 8 KiB.

use std::fs::File;
use std::io;
use std::ops::Range;

use aws_lc_rs::{digest, hmac};
use labrelay_model::InputIdentity;
use labrelay_os::file::{FileFacts, read_at};

use crate::FileFormat;
use crate::fcs_header::{FcsHeader, HEADER_BYTES};

/// Most of TEXT that is hashed. Real ones are 5 to 50 KiB; a larger one differs in its first MiB too.
const MAX_TEXT_BYTES: u64 = 1024 * 1024;
/// Hashed at each end of a file of another format. Logs and reports differ there.
const EDGE_BYTES: u64 = 64 * 1024;
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// What was learnt about an open file.
pub(crate) struct Identified {
    pub(crate) identity: InputIdentity,
    /// Whether it holds what it announces: not empty, and of an FCS file all segments that its header names.
    pub(crate) whole: bool,
}

/// Knows `file`, of which `facts` are true.
pub(crate) fn identify(
    key: &hmac::Key,
    format: FileFormat,
    file: &File,
    facts: &FileFacts,
) -> io::Result<Identified> {
    let size = facts.stamp.size;
    let header = match format {
        FileFormat::Fcs => read_header(file, size)?,
        FileFormat::Other => None,
    };
    let hash = match &header {
        Some((bytes, header)) if header.text.end <= size => hash_header_and_text(file, bytes, header)?,
        _ => hash_edges(file, size)?,
    };
    let whole = match (format, &header) {
        (FileFormat::Other, _) => size > 0,
        (FileFormat::Fcs, Some((_, header))) => header.is_whole(size),
        (FileFormat::Fcs, None) => false,
    };
    Ok(Identified { identity: keyed(key, facts, hash.as_ref()), whole })
}

fn keyed(key: &hmac::Key, facts: &FileFacts, hash: &[u8]) -> InputIdentity {
    let mut context = hmac::Context::with_key(key);
    context.update(&facts.id.volume.to_be_bytes());
    context.update(&facts.id.file.to_be_bytes());
    context.update(&facts.stamp.size.to_be_bytes());
    context.update(hash);
    let mut identity = [0; 32];
    identity.copy_from_slice(context.sign().as_ref());
    InputIdentity(identity)
}

fn read_header(file: &File, size: u64) -> io::Result<Option<([u8; HEADER_BYTES], FcsHeader)>> {
    if size < HEADER_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = [0; HEADER_BYTES];
    read_exact_at(file, 0, &mut bytes)?;
    Ok(FcsHeader::parse(&bytes).map(|header| (bytes, header)))
}

fn hash_header_and_text(file: &File, bytes: &[u8], header: &FcsHeader) -> io::Result<digest::Digest> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(bytes);
    let end = header.text.end.min(header.text.start + MAX_TEXT_BYTES);
    hash_range(file, &mut context, header.text.start..end)?;
    Ok(context.finish())
}

fn hash_edges(file: &File, size: u64) -> io::Result<digest::Digest> {
    let mut context = digest::Context::new(&digest::SHA256);
    let first_end = size.min(EDGE_BYTES);
    hash_range(file, &mut context, 0..first_end)?;
    hash_range(file, &mut context, size.saturating_sub(EDGE_BYTES).max(first_end)..size)?;
    Ok(context.finish())
}

fn hash_range(file: &File, context: &mut digest::Context, range: Range<u64>) -> io::Result<()> {
    let mut left = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut buffer = vec![0; left.min(CHUNK_BYTES)];
    let mut offset = range.start;
    while left > 0 {
        buffer.truncate(left);
        read_exact_at(file, offset, &mut buffer)?;
        context.update(&buffer);
        left -= buffer.len();
        offset += buffer.len() as u64;
    }
    Ok(())
}

/// A file shorter than its size said a moment ago is being written to.
fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    if read_at(file, offset, buffer)? == buffer.len() {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
