//! Between the ABI's bytes and a session: decodes, catches panics, encodes. One per plugin library.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use labrelay_abi::{
    Describe, MANIFEST_KEY, OpenReply, OpenRequest, PluginFault, PollRequest, STOCK_MANIFEST, decode_request,
    encode_poll_reply, encode_reply,
};
use labrelay_manifest::Manifest;
use labrelay_model::FamilyName;

use crate::Collector;
use crate::session::{Session, SessionError};

/// What `export_collector!` puts into a library.
#[doc(hidden)]
pub struct Runtime<C> {
    serves: Serves,
    plugin_version: &'static str,
    session: Mutex<Option<Session<C>>>,
}

/// For which manifest a library collects.
#[derive(Debug, Clone, Copy)]
enum Serves {
    /// One that is built into it.
    Family(&'static [u8]),
    /// Any that names the library so.
    Manifests(&'static str),
}

impl<C: Collector> Runtime<C> {
    /// The plugin of one family. Does nothing yet: a library's statics are made when it is loaded.
    pub const fn new(manifest: &'static [u8], plugin_version: &'static str) -> Self {
        Self { serves: Serves::Family(manifest), plugin_version, session: Mutex::new(None) }
    }

    /// A stock plugin: the host gives it the manifest.
    pub const fn stock(name: &'static str, plugin_version: &'static str) -> Self {
        Self { serves: Serves::Manifests(name), plugin_version, session: Mutex::new(None) }
    }

    /// The ABI's `describe`.
    pub fn describe(&self, request: &[u8]) -> Vec<u8> {
        encode_reply(&caught(|| {
            decode_request::<()>(request).map_err(|_| PluginFault::BadRequest)?;
            let (family, manifest_sha256) = self.name()?;
            Ok(Describe {
                family,
                plugin_version: self.plugin_version.into(),
                sdk_version: env!("CARGO_PKG_VERSION").into(),
                manifest_sha256,
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
            let manifest = match self.manifest(&request)? {
                Ok(manifest) => manifest,
                Err(reply) => return Ok(reply),
            };
            match Session::open(manifest, request) {
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

    /// What the library calls itself, and the manifest that it has been built for.
    fn name(&self) -> Result<(FamilyName, [u8; 32]), PluginFault> {
        match self.serves {
            Serves::Family(manifest) => {
                let manifest = Manifest::parse(manifest).map_err(|_| PluginFault::Failed)?;
                Ok((manifest.family().clone(), manifest.sha256().0))
            }
            Serves::Manifests(name) => Ok((name.parse().map_err(|_| PluginFault::Failed)?, STOCK_MANIFEST)),
        }
    }

    /// The manifest to collect for; the inner error tells the host what is wrong with the one that it gave.
    fn manifest(&self, request: &OpenRequest) -> Result<Result<Manifest, OpenReply>, PluginFault> {
        match self.serves {
            Serves::Family(manifest) => Manifest::parse(manifest).map(Ok).map_err(|_| PluginFault::Failed),
            Serves::Manifests(_) => {
                let expected = "a manifest that names this plugin".to_owned();
                let wrong = OpenReply::BadSettings { key: MANIFEST_KEY.to_owned(), expected };
                Ok(given_manifest(request).ok_or(wrong))
            }
        }
    }

    fn session(&self) -> MutexGuard<'_, Option<Session<C>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The manifest among the settings, if it tells a stock plugin what to do.
fn given_manifest(request: &OpenRequest) -> Option<Manifest> {
    let settings: serde_json::Value = serde_json::from_str(&request.settings_json).ok()?;
    let manifest = Manifest::parse(settings.get(MANIFEST_KEY)?.as_str()?.as_bytes()).ok()?;
    manifest.readers().is_some().then_some(manifest)
}

/// No panic crosses the ABI. Its text is not kept: it may hold content.
fn caught<T>(work: impl FnOnce() -> Result<T, PluginFault>) -> Result<T, PluginFault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(PluginFault::Panicked))
}

#[cfg(test)]
mod tests {
    use labrelay_abi::{QcRule, decode_reply, encode_request};
    use serde_json::json;

    use super::*;
    use crate::{Batch, Inputs, OpenError, PollError, Settings, State};

    struct Reads;

    impl Collector for Reads {
        fn open(settings: Settings, _: Option<State>) -> Result<Self, OpenError> {
            assert_eq!(settings.readers().len(), 1);
            Ok(Self)
        }

        fn poll(&mut self, _: &mut Inputs<'_>, _: &mut Batch<'_>) -> Result<(), PollError> {
            Ok(())
        }

        fn rewind(&mut self, _: Option<State>) {}
    }

    const MANIFEST: &str = r#"
manifest: 1
family: heater
title: A heater
version: 1.0.0
plugin: stock
settings: {log: {textlog: {stream: event}}}
sources: {log: {kind: folder, pattern: "*.log"}}
streams:
  event: {about: instrument, description: E., catalogue: {on: {severity: info, template: Heater on}}}
"#;

    fn open(settings: &serde_json::Value) -> OpenReply {
        let runtime = Runtime::<Reads>::stock("stock", "1.0.0");
        let settings_json = settings.to_string();
        let request = OpenRequest { settings_json, qc: QcRule::All, zone: "UTC".into(), cursor: None };
        decode_reply(&runtime.open(&encode_request(&request))).unwrap().unwrap()
    }

    #[test]
    fn a_stock_plugin_says_its_own_name_and_no_manifest() {
        let runtime = Runtime::<Reads>::stock("stock", "1.0.0");
        let describe: Describe = decode_reply(&runtime.describe(&encode_request(&()))).unwrap().unwrap();
        assert_eq!((describe.family.as_str(), describe.manifest_sha256), ("stock", STOCK_MANIFEST));
    }

    #[test]
    fn a_stock_plugin_opens_with_a_manifest_that_names_it_and_with_no_other() {
        assert_eq!(open(&json!({ MANIFEST_KEY: MANIFEST })), OpenReply::Ready);
        let of_a_family = "manifest: 1\nfamily: f\ntitle: F\nversion: 1.0.0\n\
                           streams: {s: {about: qc, description: S., fields: {b: {type: bool}}}}";
        for wrong in [
            json!({}),
            json!({ MANIFEST_KEY: 1 }),
            json!({ MANIFEST_KEY: "a: b" }),
            json!({ MANIFEST_KEY: of_a_family }),
        ] {
            let reply = open(&wrong);
            assert!(
                matches!(&reply, OpenReply::BadSettings { key, .. } if key == MANIFEST_KEY),
                "{wrong}: {reply:?}"
            );
        }
    }
}
