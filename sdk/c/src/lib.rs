//! `liblabrelay_c.a`: makes a library whose code is C or C++ a plugin. The header is `sdk/abi/include/labrelay.h`.
//!
//! Holds a collector that passes everything on, and the root module. What the SDK does for plugins in Rust it does for
//! these as well.

mod calls;

use std::ffi::CString;
use std::sync::OnceLock;

use calls::Calls;
use labrelay_abi::c::{CFunctions, COpened};
use labrelay_collector::__private::{RSlice, RVec, Runtime};
use labrelay_collector::{Batch, Collector, Inputs, OpenError, PollError, Settings, State};

/// The collector that C code is.
struct InC {
    functions: CFunctions,
    settings: Settings,
}

impl Collector for InC {
    fn open(settings: Settings, state: Option<State>) -> Result<Self, OpenError> {
        let incomplete = OpenError::BadSetting {
            key: "labrelay_plugin".into(),
            expected: "a plugin for this version of labrelay.h".into(),
        };
        let functions = CFunctions::of(labrelay_abi::c_plugin!()).ok_or(incomplete)?;
        let json = c_text(&settings.to_json());
        let zone = c_text(settings.zone().name());
        match functions.open(&json, &zone, state.as_ref().map(|state| &*state.bytes)) {
            COpened::Ready => Ok(Self { functions, settings }),
            COpened::BadSetting { key, expected } => Err(OpenError::BadSetting { key, expected }),
            COpened::BadState | COpened::Unknown => Err(OpenError::BadState),
        }
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let mut calls = Calls::new(inputs, batch, &self.settings);
        let content = self.functions.poll(&mut calls);
        calls.end()?;
        if content { Ok(()) } else { Err(PollError::Other("the plugin's `poll` did not answer 0")) }
    }

    fn rewind(&mut self, state: Option<State>) {
        self.functions.rewind(state.as_ref().map(|state| &*state.bytes));
    }
}

/// JSON and names of zones hold no NUL.
fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Made at the first call: what C code defines is not known when Rust is compiled.
fn runtime() -> &'static Runtime<InC> {
    static RUNTIME: OnceLock<Runtime<InC>> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let functions = CFunctions::of(labrelay_abi::c_plugin!());
        // Without its parts it has no manifest, which `describe` then says.
        functions.map_or(Runtime::new(b"", ""), |plugin| Runtime::new(plugin.manifest(), plugin.version()))
    })
}

extern "C" fn describe(request: RSlice<'_, u8>) -> RVec<u8> {
    runtime().describe(request.as_slice()).into()
}

extern "C" fn open(request: RSlice<'_, u8>) -> RVec<u8> {
    runtime().open(request.as_slice()).into()
}

extern "C" fn poll(request: RSlice<'_, u8>) -> RVec<u8> {
    runtime().poll(request.as_slice()).into()
}

extern "C" fn close(request: RSlice<'_, u8>) -> RVec<u8> {
    runtime().close(request.as_slice()).into()
}

labrelay_collector::__private::export_root_v1!(describe: describe, open: open, poll: poll, close: close);
