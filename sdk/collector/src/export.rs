//! `export_collector!` and `export_stock_collector!`: make a library a plugin.

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
        $crate::__export_runtime!(
            $collector,
            $crate::__private::Runtime::new($manifest, env!("CARGO_PKG_VERSION"))
        );
    };
}

/// Makes this crate a stock plugin: it collects by `$collector` for every manifest that names it by `plugin: NAME`, as that
/// manifest's `settings` say, which [`Settings::readers`](crate::Settings::readers) gives.
///
/// ```ignore
/// labrelay_collector::export_stock_collector!(Stock, name: labrelay_collector::stock::STOCK_PLUGIN);
/// ```
#[macro_export]
macro_rules! export_stock_collector {
    ($collector:ty, name: $name:expr $(,)?) => {
        $crate::__export_runtime!(
            $collector,
            $crate::__private::Runtime::stock($name, env!("CARGO_PKG_VERSION"))
        );
    };
}

/// The four functions of the ABI, by one runtime.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_runtime {
    ($collector:ty, $runtime:expr) => {
        const _: () = {
            use $crate::__private::{RSlice, RVec, Runtime};

            static RUNTIME: Runtime<$collector> = $runtime;

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
