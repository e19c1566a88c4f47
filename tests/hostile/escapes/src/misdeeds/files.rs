//! Reading, changing or disturbing files that are none of a plugin's business.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;

use super::{Misdeed, done};

pub(super) fn read(misdeed: &Misdeed<'_>) -> io::Result<()> {
    fs::read(misdeed.argument).map(drop)
}

pub(super) fn write(misdeed: &Misdeed<'_>) -> io::Result<()> {
    fs::write(misdeed.argument, "Jane Doe")
}

pub(super) fn truncate(misdeed: &Misdeed<'_>) -> io::Result<()> {
    OpenOptions::new().write(true).truncate(true).open(misdeed.argument).map(drop)
}

/// By the path of the input that the host has opened, or through the input itself.
pub(super) fn open_sibling(misdeed: &Misdeed<'_>) -> io::Result<()> {
    let input = PathBuf::from(format!("/proc/self/fd/{}", misdeed.input));
    let path = fs::read_link(&input).or_else(|_| File::open(&input).map(|_| PathBuf::from("opened")))?;
    File::open(path.with_file_name(misdeed.argument)).map(drop)
}

pub(super) fn look_at(misdeed: &Misdeed<'_>) -> io::Result<()> {
    fs::metadata(misdeed.argument).map(drop)
}

/// A lock on it could stop the instrument's own program.
pub(super) fn lock_input(misdeed: &Misdeed<'_>) -> io::Result<()> {
    // SAFETY: a number and a constant.
    done(unsafe { libc::flock(misdeed.input, libc::LOCK_EX | libc::LOCK_NB) }.into())
}

/// The input was opened for reading; opened again by its number it might be writable.
pub(super) fn write_input(misdeed: &Misdeed<'_>) -> io::Result<()> {
    fs::write(format!("/proc/self/fd/{}", misdeed.input), "Jane Doe")
}
