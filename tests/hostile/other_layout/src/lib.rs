//! A test plugin whose root module has the name and version of ours, but another layout.
#![allow(missing_docs, non_camel_case_types)] // abi_stable's macros make undocumented items

use abi_stable::library::RootModule;
use abi_stable::prefix_type::PrefixTypeTrait as _;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::{StableAbi, declare_root_module_statics, export_root_module};

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootV1_Ref)))]
#[sabi(missing_field(panic))]
pub struct RootV1 {
    pub describe: extern "C" fn(u64) -> u64,
    pub open: extern "C" fn(u64) -> u64,
    pub poll: extern "C" fn(u64) -> u64,
    #[sabi(last_prefix_field)]
    pub close: extern "C" fn(u64) -> u64,
}

impl RootModule for RootV1_Ref {
    declare_root_module_statics! {RootV1_Ref}
    const BASE_NAME: &'static str = "labrelay_plugin";
    const NAME: &'static str = "labrelay_plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

extern "C" fn echo(number: u64) -> u64 {
    number
}

#[export_root_module]
fn root() -> RootV1_Ref {
    RootV1 { describe: echo, open: echo, poll: echo, close: echo }.leak_into_prefix()
}
