//! Between the ABI's bytes and a session: decodes, catches panics, encodes. One per plugin library.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use labrelay_abi::{
    Describe, OpenReply, OpenRequest, PluginFault, PollRequest, decode_request, encode_poll_reply,
    encode_reply,
};
use labrelay_manifest::Manifest;

use crate::Collector;
use crate::session::{Session, SessionError};

/// What `export_collector!` puts into a library.
#[doc(hidden)]
pub struct Runtime<C> {
    manifest: &'static [u8],
    plugin_version: &'static str,
    session: Mutex<Option<Session<C>>>,
}

impl<C: Collector> Runtime<C> {
    /// Does nothing yet: a library's statics are made when it is loaded.
    pub const fn new(manifest: &'static [u8], plugin_version: &'static str) -> Self {
        Self { manifest, plugin_version, session: Mutex::new(None) }
    }

    /// The ABI's `describe`.
    pub fn describe(&self, request: &[u8]) -> Vec<u8> {
        encode_reply(&caught(|| {
            decode_request::<()>(request).map_err(|_| PluginFault::BadRequest)?;
            let manifest = self.manifest()?;
            Ok(Describe {
                family: manifest.family().clone(),
                plugin_version: self.plugin_version.into(),
                sdk_version: env!("CARGO_PKG_VERSION").into(),
                manifest_sha256: manifest.sha256().0,
                state_version: C::STATE_VERSION,
                oldest_state_version: C::OLDEST_STATE_VERSION,
            })
        }))
    }

    /// The ABI's `open`.
    pub fn open(&self, request: &[u8]) -> Vec<u8> {
        encode_reply(&caught(|| {
            let request: OpenRequest = decode_request(request).map_err(|_| PluginFault::BadRequest)?;
            let mut session = self.session();
            if session.is_some() {
                return Err(PluginFault::NotOpen);
            }
            match Session::open(self.manifest()?, request) {
                Ok(opened) => {
                    *session = Some(opened);
                    Ok(OpenReply::Ready)
                }
                Err(reply) => Ok(reply),
            }
        }))
    }

    /// The ABI's `poll`. A collector that panicked is not polled again: nobody knows what it holds.
    pub fn poll(&self, request: &[u8]) -> Vec<u8> {
        let reply = caught(|| {
            let request: PollRequest = decode_request(request).map_err(|_| PluginFault::BadRequest)?;
            let mut session = self.session();
            let mut taken = session.take().ok_or(PluginFault::NotOpen)?;
            let reply = taken.poll_handles(&request);
            *session = Some(taken);
            reply.map_err(|error| match error {
                SessionError::BadRequest => PluginFault::BadRequest,
                SessionError::Author(_) => PluginFault::Failed,
            })
        });
        encode_poll_reply(reply.as_ref().map_err(|fault| *fault))
    }

    /// The ABI's `close`.
    pub fn close(&self, request: &[u8]) -> Vec<u8> {
        encode_reply(&caught(|| {
            decode_request::<()>(request).map_err(|_| PluginFault::BadRequest)?;
            self.session().take();
            Ok(())
        }))
    }

    fn manifest(&self) -> Result<Manifest, PluginFault> {
        Manifest::parse(self.manifest).map_err(|_| PluginFault::Failed)
    }

    fn session(&self) -> MutexGuard<'_, Option<Session<C>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No panic crosses the ABI. Its text is not kept: it may hold content.
fn caught<T>(work: impl FnOnce() -> Result<T, PluginFault>) -> Result<T, PluginFault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(PluginFault::Panicked))
}
