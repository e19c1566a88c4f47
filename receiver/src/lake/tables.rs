//! The tables that are open, each behind its own lock.

use std::collections::HashMap;
use std::sync::Arc;

use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use labrelay_model::{Seq, StreamId};
use tokio::sync::{Mutex, MutexGuard};

use super::table::{LakeError, LakeTable};
use crate::chain::Chain;
use crate::location::Location;

/// The lake's folder with its open tables: as many as there are streams in the registered manifests.
#[derive(Debug)]
pub struct Lake {
    pub(super) location: Location,
    tables: Mutex<HashMap<StreamId, Arc<Mutex<Option<LakeTable>>>>>,
}

impl Lake {
    /// The lake at this place.
    pub fn new(location: Location) -> Self {
        Self { location, tables: Mutex::default() }
    }

    /// The last number of this chain that is in the lake as far as this receiver knows; 0 if none.
    pub async fn position(&self, chain: &Chain) -> Result<Seq, LakeError> {
        let slot = self.slot(&chain.stream).await;
        let mut guard = slot.lock().await;
        self.opened(&mut guard, &chain.stream).await?.position(chain).await
    }

    /// The table's lock; see [`Lake::opened`].
    pub(super) async fn slot(&self, stream: &StreamId) -> Arc<Mutex<Option<LakeTable>>> {
        self.tables.lock().await.entry(stream.clone()).or_default().clone()
    }

    /// The table behind its lock, opened at first use.
    pub(super) async fn opened<'a>(
        &self,
        slot: &'a mut MutexGuard<'_, Option<LakeTable>>,
        stream: &StreamId,
    ) -> Result<&'a mut LakeTable, LakeError> {
        let table = match slot.take() {
            Some(open) => open,
            None => LakeTable::open(self.delta(stream)?).await?,
        };
        Ok(slot.insert(table))
    }

    /// Forgets an open table, so that it is read from the store again.
    pub(super) async fn close(&self, stream: &StreamId) {
        self.tables.lock().await.remove(stream);
    }

    /// The table as it stands in the store, not loaded.
    pub(super) fn delta(&self, stream: &StreamId) -> Result<DeltaTable, DeltaTableError> {
        let path = format!("{}/{}/", stream.family, stream.stream);
        let url = self
            .location
            .url
            .join(&path)
            .map_err(|why| DeltaTableError::InvalidTableLocation(why.to_string()))?;
        let store = self.location.store.clone();
        DeltaTableBuilder::from_url(url.clone())?.with_storage_backend(store, url).build()
    }
}
