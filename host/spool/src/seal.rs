//! Sealing by AES-256-GCM: a random data key per opening and per 64 MiB, counter nonces, bound to its place.
//!
//! A nonce is used once by construction: a data key lives in one [`Sealer`] only, is never read back for sealing,
//! and its counter only rises, also when the transaction it was drawn for is given up.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use redb::{ReadableTable, Table};

use crate::layout::BatchKey;
use crate::{KeyError, SpoolError, SpoolKeys};

/// Bytes sealed under one data key before the next: bounds what a broken key reveals.
const MAX_BYTES_PER_KEY: u64 = 64 * 1024 * 1024;
/// Data key id and nonce counter.
const PREFIX_BYTES: usize = 12;
/// What sealing adds to a body: prefix and tag.
pub(crate) const SEALING_BYTES: u64 = PREFIX_BYTES as u64 + 16;

/// Where sealed bytes belong. They open nowhere else.
pub(crate) enum Place<'a> {
    /// The body of this batch. Associated data: `labrelay spool v1 batch`, length of the stream's name (one
    /// byte) and the name, epoch, number (`u64` big-endian), data key id (`u32` big-endian).
    Batch(&'a BatchKey),
    /// The cursor of this family. Associated data: `labrelay spool v1 cursor`, length of the family's name (one
    /// byte) and the name, data key id.
    Cursor(&'a str),
    /// The gate's state of this family. Associated data: as a cursor's, with `labrelay spool v1 gate`.
    GateState(&'a str),
    /// What was read of this log of this source. Associated data: `labrelay spool v1 log`, length of the family's name and
    /// the name, the same of the source, the log's identity, data key id.
    Log(&'a str, &'a str, &'a [u8; 32]),
}

impl Place<'_> {
    fn associated_data(&self, key_id: u32) -> Vec<u8> {
        let mut data = Vec::with_capacity(128);
        match self {
            Place::Batch(batch) => {
                let (stream, epoch, seq) = batch.key();
                data.extend_from_slice(b"labrelay spool v1 batch");
                push_name(&mut data, stream);
                data.extend_from_slice(epoch);
                data.extend_from_slice(&seq.to_be_bytes());
            }
            Place::Cursor(family) => {
                data.extend_from_slice(b"labrelay spool v1 cursor");
                push_name(&mut data, family);
            }
            Place::GateState(family) => {
                data.extend_from_slice(b"labrelay spool v1 gate");
                push_name(&mut data, family);
            }
            Place::Log(family, source, identity) => {
                data.extend_from_slice(b"labrelay spool v1 log");
                push_name(&mut data, family);
                push_name(&mut data, source);
                data.extend_from_slice(*identity);
            }
        }
        data.extend_from_slice(&key_id.to_be_bytes());
        data
    }
}

/// Names have at most 97 bytes (`family.stream`), so one byte holds their length.
fn push_name(data: &mut Vec<u8>, name: &str) {
    data.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    data.extend_from_slice(name.as_bytes());
}

/// Seals under the current data key and makes the next one when it is due.
pub(crate) struct Sealer {
    keys: SpoolKeys,
    current: Option<DataKey>,
}

struct DataKey {
    id: u32,
    key: LessSafeKey,
    wrapped: Vec<u8>,
    next_nonce: u64,
    sealed_bytes: u64,
}

impl Sealer {
    pub(crate) fn new(keys: SpoolKeys) -> Self {
        Self { keys, current: None }
    }

    /// Seals `plain` for `place`. `table` is that of the transaction that stores the result, so a body never lies
    /// there without its key.
    pub(crate) fn seal(
        &mut self,
        table: &mut Table<'_, u32, &'static [u8]>,
        place: &Place<'_>,
        plain: &[u8],
    ) -> Result<Vec<u8>, SpoolError> {
        let due = self.current.as_ref().is_none_or(|key| key.sealed_bytes >= MAX_BYTES_PER_KEY);
        if due {
            self.current = Some(new_data_key(&self.keys, table)?);
        }
        let current = self.current.as_mut().ok_or(KeyError::Library)?;
        if table.get(current.id)?.is_none() {
            // New, or stored by a transaction that did not take place.
            table.insert(current.id, current.wrapped.as_slice())?;
        }
        Ok(current.seal(place, plain)?)
    }

    /// Opens what was sealed for `place`; `None` if a bit of it, its key or its place has changed.
    pub(crate) fn open(
        &self,
        table: &impl ReadableTable<u32, &'static [u8]>,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SpoolError> {
        let Some((key_id, nonce, ciphertext)) = split(sealed) else { return Ok(None) };
        let Some(wrapped) = table.get(key_id)? else { return Ok(None) };
        let Some(key) = self.keys.unwrap_data_key(key_id, wrapped.value()) else { return Ok(None) };
        let mut plain = ciphertext.to_vec();
        let aad = Aad::from(place.associated_data(key_id));
        let Ok(opened) = key.open_in_place(nonce_of(nonce), aad, &mut plain) else { return Ok(None) };
        let length = opened.len();
        plain.truncate(length);
        Ok(Some(plain))
    }

    /// Whether the storage key is the one that wrapped this proof, the data key 0.
    pub(crate) fn proves(&self, proof: &[u8]) -> bool {
        self.keys.unwrap_data_key(0, proof).is_some()
    }

    /// A data key 0, to prove the storage key by.
    pub(crate) fn proof(&self) -> Result<Vec<u8>, KeyError> {
        Ok(self.keys.new_data_key(0)?.1)
    }
}

fn new_data_key(keys: &SpoolKeys, table: &Table<'_, u32, &'static [u8]>) -> Result<DataKey, SpoolError> {
    let last = table.last()?.map_or(0, |(id, _)| id.value());
    let id = last.checked_add(1).ok_or(KeyError::Library)?;
    let (key, wrapped) = keys.new_data_key(id)?;
    Ok(DataKey { id, key, wrapped, next_nonce: 0, sealed_bytes: 0 })
}

impl DataKey {
    fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let counter = self.next_nonce;
        self.next_nonce = counter.checked_add(1).ok_or(KeyError::Library)?;
        self.sealed_bytes = self.sealed_bytes.saturating_add(plain.len() as u64);
        let mut sealed = Vec::with_capacity(plain.len() + PREFIX_BYTES + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&self.id.to_be_bytes());
        sealed.extend_from_slice(&counter.to_be_bytes());
        sealed.extend_from_slice(plain);
        let body = sealed.get_mut(PREFIX_BYTES..).ok_or(KeyError::Library)?;
        let aad = Aad::from(place.associated_data(self.id));
        let tag = self.key.seal_in_place_separate_tag(nonce_of(counter), aad, body)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }
}

fn nonce_of(counter: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    if let Some(low) = nonce.last_chunk_mut::<8>() {
        *low = counter.to_be_bytes();
    }
    Nonce::assume_unique_for_key(nonce)
}

/// Data key id, nonce counter, ciphertext with tag.
fn split(sealed: &[u8]) -> Option<(u32, u64, &[u8])> {
    let (key_id, rest) = sealed.split_first_chunk::<4>()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<8>()?;
    Some((u32::from_be_bytes(*key_id), u64::from_be_bytes(*nonce), ciphertext))
}
