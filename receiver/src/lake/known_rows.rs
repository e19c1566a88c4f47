//! Which rows of a device a table already holds, once the device has delivered under more than one epoch.
//!
//! A host whose state was put back or taken away reads its files again and sends the same rows in a new chain.
//! Landing keeps every batch and the table says how far each chain is in it, so what the table holds is known
//! without reading it. A device with one epoch costs nothing here: its spool never sends a row twice.

use std::collections::{HashMap, HashSet};

use deltalake::arrow::array::{ArrayRef, AsArray as _, BooleanArray};
use labrelay_model::{DeviceName, Seq};

use crate::chain::Chain;

/// Row ids that one table keeps in memory between commits: about 40 bytes each, so 160 MB. Those of devices that
/// the last commit did not need go first; they are read from landing again when needed.
const MAX_IDS: usize = 4_000_000;

/// A row id as 128 bits of its hex digits.
type Id = u128;

/// What is known of one table.
#[derive(Debug, Default)]
pub(super) struct KnownRows {
    devices: HashMap<DeviceName, Device>,
}

#[derive(Debug, Default)]
struct Device {
    /// Its epochs of this stream in landing; `None` if the folders have to be listed again.
    epochs: Option<Vec<Chain>>,
    /// Up to where each epoch's rows are in `ids`.
    read: HashMap<Chain, Seq>,
    ids: HashSet<Id>,
}

/// Rows that a commit is about to add, by device.
#[derive(Debug, Default)]
pub(super) struct NewRows(HashMap<DeviceName, HashSet<Id>>);

impl KnownRows {
    /// The epochs of this chain's device, itself among them; `None` if landing has to be asked.
    pub(super) fn epochs(&self, chain: &Chain) -> Option<&[Chain]> {
        let epochs = self.devices.get(&chain.device)?.epochs.as_deref()?;
        epochs.contains(chain).then_some(epochs)
    }

    /// Notes what landing lists for this chain's device.
    pub(super) fn set_epochs(&mut self, chain: &Chain, mut epochs: Vec<Chain>) {
        if !epochs.contains(chain) {
            epochs.push(chain.clone());
        }
        self.devices.entry(chain.device.clone()).or_default().epochs = Some(epochs);
    }

    /// Another committer may have begun with an epoch that we have not seen.
    pub(super) fn list_again(&mut self) {
        self.devices.values_mut().for_each(|device| device.epochs = None);
    }

    /// The last batch of `chain` whose rows are known.
    pub(super) fn read_up_to(&self, chain: &Chain) -> Seq {
        let device = self.devices.get(&chain.device);
        device.and_then(|device| device.read.get(chain)).copied().unwrap_or(Seq(0))
    }

    /// Adds the rows of one batch that is in the table.
    pub(super) fn add<'a>(&mut self, chain: &Chain, seq: Seq, row_ids: impl Iterator<Item = &'a str>) {
        let device = self.devices.entry(chain.device.clone()).or_default();
        device.ids.extend(row_ids.filter_map(id_of));
        device.read.insert(chain.clone(), seq);
    }

    /// Which of these rows are neither in the table nor in `new`, to which they are added. `None` for a device
    /// with one epoch: all are.
    pub(super) fn fresh(&self, chain: &Chain, row_ids: &ArrayRef, new: &mut NewRows) -> Option<BooleanArray> {
        let device = self.devices.get(&chain.device)?;
        if device.epochs.as_ref()?.len() < 2 {
            return None;
        }
        let new = new.0.entry(chain.device.clone()).or_default();
        let mut is_fresh = |id| !device.ids.contains(&id) && new.insert(id);
        let ids = row_ids.as_string::<i32>().iter().map(|text| text.and_then(id_of));
        // What is not of the form that the gate lets through can't be compared, and is kept.
        Some(ids.map(|id| Some(id.is_none_or(&mut is_fresh))).collect())
    }

    /// The commit that added `new` and moved the chains to `heads` is in the table.
    pub(super) fn committed(&mut self, new: NewRows, heads: &[(Chain, Seq)]) {
        if self.devices.values().map(|device| device.ids.len()).sum::<usize>() > MAX_IDS {
            self.devices.retain(|device, _| new.0.contains_key(device));
        }
        for (chain, head) in heads.iter().filter(|(chain, _)| new.0.contains_key(&chain.device)) {
            self.add(chain, *head, std::iter::empty());
        }
        for (device, ids) in new.0 {
            self.devices.entry(device).or_default().ids.extend(ids);
        }
    }
}

/// The id behind 32 hex digits.
fn id_of(text: &str) -> Option<Id> {
    Id::from_str_radix(text, 16).ok()
}
