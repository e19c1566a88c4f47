//! The negative control: commits a misdeed, or loads a library, in a process that is not confined. Not installed.
//!
//! `NAME ARGUMENT INPUT`, or `load LIBRARY`.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::os::fd::AsRawFd as _;
use std::process::exit;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["load", library] => exit(load(library)),
        [name, argument, input] => {
            let input = std::fs::File::open(input).map_or(-1, |file| {
                let number = file.as_raw_fd();
                std::mem::forget(file);
                number
            });
            exit(labrelay_hostile_escapes::commit(name, argument, input))
        }
        _ => exit(2),
    }
}

/// What the library's constructor did.
fn load(library: &str) -> i32 {
    let Ok(library) = CString::new(library) else { return 2 };
    // SAFETY: the library of `tests/hostile/early`, whose constructor and one function keep to their types.
    unsafe {
        let handle = libc::dlopen(library.as_ptr(), libc::RTLD_NOW);
        let function = if handle.is_null() { handle } else { libc::dlsym(handle, c"early_outcome".as_ptr()) };
        if function.is_null() {
            return 3;
        }
        std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> i32>(function)()
    }
}
