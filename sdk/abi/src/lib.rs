//! The frozen plugin ABI: four functions, bytes in, bytes out, and the encoding of those bytes.
//!
//! Decides nothing about content: it carries what a plugin claims, and the host's gate judges it.

pub mod c;
mod codec;
mod debug;
mod error;
mod message;
mod poll_reply;
mod poll_request;
mod raw;
mod root;
mod unit_reader;
mod units;
mod varint;

pub use codec::{Message, decode_reply, decode_request, encode_reply, encode_request};
pub use error::DecodeError;
pub use message::{
    Describe, FinishedOrNot, Handle, InputReport, MANIFEST_KEY, MAX_STOCK_MANIFEST_BYTES, OpenReply,
    OpenRequest, PluginFault, PollReply, PollRequest, QcRule, ROLES_KEY, STOCK_MANIFEST, Unit, UnitOutcome,
    Want,
};
pub use poll_reply::{MAX_CURSOR_BYTES, MAX_HEAD_BYTES, MAX_WANTS, decode_poll_reply, encode_poll_reply};
pub use raw::RawInput;
pub use root::{RootV1, RootV1_Ref};
pub use units::{MAX_RAW_BYTES, MAX_TEXT_BYTES, record_bytes_at_most};

/// Most inputs of one poll. Linux passes up to 253 descriptors in a message; 64 files keep a worker busy for
/// tens of milliseconds, and few descriptors are open at a time.
pub const MAX_HANDLES: usize = 64;

/// For `export_root_v1!` and the loader in `host/worker`.
#[doc(hidden)]
pub mod __private {
    pub use abi_stable::library::{
        __call_root_module_loader, CheckTypeLayout, LibHeader, ROOT_MODULE_LOADER_NAME, RootModuleResult,
    };
    pub use abi_stable::prefix_type::PrefixTypeTrait;
    pub use abi_stable::std_types::{RSlice, RVec};
}
