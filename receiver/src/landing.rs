//! Landing: where an acknowledged batch lies, exactly as it came, until it is in the lake and after.
//!
//! One object per batch, `{device}/{family.stream}/{epoch}/{seq:020}.ndjson.zst`, written once and never
//! changed, so several receivers and committers may share it without talking to each other.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use labrelay_model::{BatchId, DeviceName, Digest, Seq, StreamId};
use object_store::path::Path;
use object_store::{Error, GetResult, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

use crate::chain::Chain;
use crate::digest::sha256;

/// How an object's name ends, after its number.
const SUFFIX: &str = ".ndjson.zst";

/// What became of a batch offered to landing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// It is durable now.
    First,
    /// The same bytes were durable already.
    Replay,
    /// Other bytes hold its number.
    OtherDigest,
}

/// A batch read back.
#[derive(Debug, Clone)]
pub struct LandedBatch {
    /// The compressed body as it was sent.
    pub body: Bytes,
    /// When it landed: the same for every committer that looks.
    pub landed_at: DateTime<Utc>,
}

/// The landing area.
#[derive(Debug, Clone)]
pub struct Landing {
    store: Arc<dyn ObjectStore>,
    root: Path,
}

impl Landing {
    /// Landing below `root` of `store`. The store must be durable once `put` returns.
    pub fn new(store: Arc<dyn ObjectStore>, root: Path) -> Self {
        Self { store, root }
    }

    /// Writes the batch if its number is free.
    pub async fn put(
        &self,
        device: &DeviceName,
        batch: &BatchId,
        body: Bytes,
        digest: Digest,
    ) -> Result<Landed, Error> {
        let chain = Chain::of(device, batch);
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&self.object(&chain, batch.seq), body.into(), create).await {
            Ok(_) => Ok(Landed::First),
            Err(Error::AlreadyExists { .. }) => {
                Ok(self.compare(&chain, batch.seq, digest).await?.unwrap_or(Landed::OtherDigest))
            }
            Err(why) => Err(why),
        }
    }

    /// Whether this number holds these bytes; `None` while it is free.
    pub async fn compare(&self, chain: &Chain, seq: Seq, digest: Digest) -> Result<Option<Landed>, Error> {
        let there = self.get(chain, seq).await?;
        Ok(there
            .map(|batch| if sha256(&batch.body) == digest { Landed::Replay } else { Landed::OtherDigest }))
    }

    /// Reads one batch; `None` if it has not landed.
    pub async fn get(&self, chain: &Chain, seq: Seq) -> Result<Option<LandedBatch>, Error> {
        match self.store.get(&self.object(chain, seq)).await {
            Ok(found) => read(found).await.map(Some),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// The last number that landed without a gap after `seq`; `seq` itself if the next one is missing.
    pub async fn run_after(&self, chain: &Chain, mut seq: Seq) -> Result<Seq, Error> {
        loop {
            match self.store.head(&self.object(chain, seq.next())).await {
                Ok(_) => seq = seq.next(),
                Err(Error::NotFound { .. }) => return Ok(seq),
                Err(why) => return Err(why),
            }
        }
    }

    /// All chains, or those of one device. Lists folders only, never the batches in them.
    pub async fn chains(&self, device: Option<&DeviceName>) -> Result<Vec<Chain>, Error> {
        let devices = match device {
            Some(device) => vec![self.root.clone().join(device.as_str())],
            None => self.folders(&self.root).await?,
        };
        let mut chains = Vec::new();
        for device in devices {
            for stream in self.folders(&device).await? {
                let epochs = self.folders(&stream).await?;
                chains.extend(epochs.iter().filter_map(chain_of_folder));
            }
        }
        Ok(chains)
    }

    /// All chains of one device and stream: its epochs.
    pub async fn epochs(&self, device: &DeviceName, stream: &StreamId) -> Result<Vec<Chain>, Error> {
        let folder = self.root.clone().join(device.as_str()).join(stream.to_string());
        Ok(self.folders(&folder).await?.iter().filter_map(chain_of_folder).collect())
    }

    /// The numbers of one chain that have landed, ascending.
    pub async fn numbers(&self, chain: &Chain) -> Result<Vec<Seq>, Error> {
        let found = self.store.list_with_delimiter(Some(&self.folder(chain))).await?.objects;
        let mut numbers: Vec<Seq> = found.iter().filter_map(|object| number_of(&object.location)).collect();
        numbers.sort();
        Ok(numbers)
    }

    async fn folders(&self, of: &Path) -> Result<Vec<Path>, Error> {
        Ok(self.store.list_with_delimiter(Some(of)).await?.common_prefixes)
    }

    fn object(&self, chain: &Chain, seq: Seq) -> Path {
        self.folder(chain).join(format!("{seq:020}{SUFFIX}", seq = seq.0))
    }

    fn folder(&self, chain: &Chain) -> Path {
        let Chain { device, stream, epoch } = chain;
        self.root.clone().join(device.as_str()).join(stream.to_string()).join(epoch.to_string())
    }
}

async fn read(found: GetResult) -> Result<LandedBatch, Error> {
    let landed_at = found.meta.last_modified;
    Ok(LandedBatch { body: found.bytes().await?, landed_at })
}

/// Objects that are not named as we name them are not ours.
fn number_of(object: &Path) -> Option<Seq> {
    object.filename()?.strip_suffix(SUFFIX)?.parse().ok().map(Seq)
}

/// Folders that are not named as we name them are not ours and are left alone.
fn chain_of_folder(folder: &Path) -> Option<Chain> {
    let parts: Vec<_> = folder.parts().collect();
    let [.., device, stream, epoch] = parts.as_slice() else { return None };
    Some(Chain {
        device: device.as_ref().parse().ok()?,
        stream: stream.as_ref().parse().ok()?,
        epoch: epoch.as_ref().parse().ok()?,
    })
}
