//! A test plugin that panics while it is started.
#![allow(clippy::panic)] // that is what it is for

use abi_stable::export_root_module;
use labrelay_abi::RootV1_Ref;

#[export_root_module]
fn root() -> RootV1_Ref {
    panic!("Jane Doe")
}
