//! Root module v1: what a plugin library exports. Frozen for ever.
#![allow(unsafe_code)]
#![allow(non_camel_case_types)] // `RootV1_Ref`: abi_stable's way to name the reference to a prefix type

use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RSlice, RVec};
use abi_stable::{StableAbi, declare_root_module_statics};

/// The four functions of a plugin: each takes an encoded request, gives an encoded reply and never unwinds.
///
/// COMPATIBILITY: no field is ever added, removed, renamed, reordered or given another type, and the
/// version below never changes. abi_stable lets a *newer plugin* have more fields, but refuses every
/// *older plugin* once the host's struct has grown, prefix type or not. What is new goes into the bytes,
/// which carry a version of their own (`codec::VERSION`). `tests/layout.rs` fails if this changes.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootV1_Ref)))]
#[sabi(missing_field(panic))]
pub struct RootV1 {
    /// `()` → [`Describe`](crate::Describe): works before `open`.
    pub describe: extern "C" fn(RSlice<'_, u8>) -> RVec<u8>,
    /// [`OpenRequest`](crate::OpenRequest) → [`OpenReply`](crate::OpenReply): once.
    pub open: extern "C" fn(RSlice<'_, u8>) -> RVec<u8>,
    /// [`PollRequest`](crate::PollRequest) → [`PollReply`](crate::PollReply).
    pub poll: extern "C" fn(RSlice<'_, u8>) -> RVec<u8>,
    /// `()` → `()`: releases what `open` made.
    #[sabi(last_prefix_field)]
    pub close: extern "C" fn(RSlice<'_, u8>) -> RVec<u8>, // <- nothing may follow: see COMPATIBILITY
}

impl RootModule for RootV1_Ref {
    declare_root_module_statics! {RootV1_Ref}
    const BASE_NAME: &'static str = "labrelay_plugin";
    const NAME: &'static str = "labrelay_plugin";
    /// Of the root module, not of this crate: a release of ours must not turn plugins away.
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

/// Exports four functions as the root module of the library it stands in. Used by `export_collector!`.
///
/// Does by hand what abi_stable's `#[export_root_module]` does, since that names `::abi_stable`, which a
/// plugin crate does not depend on.
#[doc(hidden)]
#[macro_export]
macro_rules! export_root_v1 {
    (describe: $describe:path, open: $open:path, poll: $poll:path, close: $close:path $(,)?) => {
        const _: () = {
            use $crate::__private as abi;

            fn root() -> $crate::RootV1_Ref {
                abi::PrefixTypeTrait::leak_into_prefix($crate::RootV1 {
                    describe: $describe,
                    open: $open,
                    poll: $poll,
                    close: $close,
                })
            }

            extern "C" fn constructor() -> abi::RootModuleResult {
                abi::__call_root_module_loader(root)
            }

            #[allow(unsafe_code)]
            // SAFETY: the name is abi_stable's own and stands in a library once; a second use does not link.
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            pub static HEADER: abi::LibHeader =
                // SAFETY: `constructor` gives a `RootV1_Ref`, which is the type named here.
                unsafe {
                    abi::LibHeader::from_constructor::<$crate::RootV1_Ref>(
                        constructor,
                        abi::CheckTypeLayout::Yes,
                    )
                };
        };
    };
}

#[cfg(test)]
mod tests {
    use abi_stable::library::ROOT_MODULE_LOADER_NAME;

    /// The macro has to spell it out: an attribute takes no constant.
    #[test]
    fn the_exported_symbol_is_the_one_that_abi_stable_looks_for() {
        assert_eq!(ROOT_MODULE_LOADER_NAME, "_1as_0lib_1header_0root_bmodule_bloader");
    }
}
