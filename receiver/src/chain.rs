//! A chain: the batches of one device, stream and epoch, numbered without a gap from 1.

use std::fmt;

use labrelay_model::{BatchId, DeviceName, Epoch, StreamId};

/// What sequence numbers count within. Its text, `device/family.stream/epoch`, is both the folder in landing
/// and the `appId` of the Delta transactions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chain {
    /// The controller PC.
    pub device: DeviceName,
    /// The stream.
    pub stream: StreamId,
    /// The spool's life.
    pub epoch: Epoch,
}

impl Chain {
    /// The chain that a device's batch belongs to.
    pub fn of(device: &DeviceName, batch: &BatchId) -> Self {
        Self { device: device.clone(), stream: batch.stream.clone(), epoch: batch.epoch }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.device, self.stream, self.epoch)
    }
}
