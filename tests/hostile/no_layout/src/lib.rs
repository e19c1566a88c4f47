//! A test plugin that has switched off the layout check from its own side.

use abi_stable::export_root_module;
use abi_stable::prefix_type::PrefixTypeTrait as _;
use abi_stable::std_types::{RSlice, RVec};
use labrelay_abi::{RootV1, RootV1_Ref};

extern "C" fn nothing(_: RSlice<'_, u8>) -> RVec<u8> {
    RVec::new()
}

#[export_root_module]
#[unsafe_no_layout_constant]
fn root() -> RootV1_Ref {
    RootV1 { describe: nothing, open: nothing, poll: nothing, close: nothing }.leak_into_prefix()
}
