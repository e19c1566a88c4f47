//! Decompression within bounds: stops at the first byte too many, and lets nothing stand beside the frame.

use std::io::Read as _;

use labrelay_model::wire::{MAX_BATCH_BYTES, MAX_BODY_BYTES};
use zstd::zstd_safe;

use super::BatchRefusal;

/// Largest window that a frame may ask for, as a power of two: 8 MiB, which no batch of ours exceeds.
const MAX_WINDOW_LOG: u32 = 23;
/// A frame of data starts so; a skippable frame, which could carry anything unseen, does not.
const FRAME_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

pub(super) fn unpack(body: &[u8]) -> Result<Vec<u8>, BatchRefusal> {
    if body.len() > MAX_BODY_BYTES {
        return Err(BatchRefusal::TooLarge);
    }
    if !is_one_frame(body) {
        return Err(BatchRefusal::NotZstd);
    }
    let mut reader = zstd::Decoder::with_buffer(body).map_err(|_| BatchRefusal::NotZstd)?.single_frame();
    reader.window_log_max(MAX_WINDOW_LOG).map_err(|_| BatchRefusal::NotZstd)?;
    let mut unpacked = Vec::new();
    reader.take(MAX_BATCH_BYTES as u64 + 1).read_to_end(&mut unpacked).map_err(|_| BatchRefusal::NotZstd)?;
    if unpacked.len() > MAX_BATCH_BYTES { Err(BatchRefusal::TooLarge) } else { Ok(unpacked) }
}

fn is_one_frame(body: &[u8]) -> bool {
    body.starts_with(&FRAME_MAGIC) && zstd_safe::find_frame_compressed_size(body) == Ok(body.len())
}
