//! `export_collector!`: makes a library a plugin.

/// Makes this crate a plugin that collects by `$collector` what its manifest declares.
///
/// ```ignore
/// labrelay_collector::export_collector!(Navios, manifest: include_bytes!("../../../manifests/navios.yaml"));
/// ```
///
/// Once per library, at the root of the crate. The crate needs `crate-type = ["cdylib"]`.
#[macro_export]
macro_rules! export_collector {
    ($collector:ty, manifest: $manifest:expr $(,)?) => {
        const _: () = {
            use $crate::__private::{RSlice, RVec, Runtime};

            static RUNTIME: Runtime<$collector> = Runtime::new($manifest, env!("CARGO_PKG_VERSION"));

            extern "C" fn describe(request: RSlice<'_, u8>) -> RVec<u8> {
                RUNTIME.describe(request.as_slice()).into()
            }

            extern "C" fn open(request: RSlice<'_, u8>) -> RVec<u8> {
                RUNTIME.open(request.as_slice()).into()
            }

            extern "C" fn poll(request: RSlice<'_, u8>) -> RVec<u8> {
                RUNTIME.poll(request.as_slice()).into()
            }

            extern "C" fn close(request: RSlice<'_, u8>) -> RVec<u8> {
                RUNTIME.close(request.as_slice()).into()
            }

    $crate::__private::export_root_v1!(describe: describe, open: open, poll: poll, close: close);
        };
    };
}
