//! For which system a library was built: the compiler's target triple, of a closed form.

use std::fmt;
use std::str::FromStr;

/// Longest triple in bytes; the longest that Rust knows has 36.
const MAX_BYTES: usize = 40;

/// A target triple of a system that Labrelay runs on, such as `x86_64-pc-windows-gnu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform(Box<str>);

/// Why a text is no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a platform is a target triple for Linux or Windows, such as x86_64-unknown-linux-gnu or x86_64-pc-windows-gnu"
)]
pub struct UnknownPlatform;

impl Platform {
    /// File extension of libraries there.
    pub fn library_extension(&self) -> &'static str {
        if self.0.contains("-windows-") { "dll" } else { "so" }
    }

    /// Platforms whose libraries this program can load, the best one first: on Windows both compilers' are the same to the
    /// plugin interface, which is plain C.
    pub fn of_this_program() -> Vec<Self> {
        let arch = std::env::consts::ARCH;
        let systems: &[&str] =
            if cfg!(windows) { &["pc-windows-msvc", "pc-windows-gnu"] } else { &["unknown-linux-gnu"] };
        let triples = systems.iter().map(|system| Self(format!("{arch}-{system}").into()));
        if cfg!(all(windows, target_env = "gnu")) { triples.rev().collect() } else { triples.collect() }
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, UnknownPlatform> {
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let parts: Vec<&str> = text.split('-').collect();
        let is_triple = text.len() <= MAX_BYTES && parts.len() == 4 && parts.iter().all(|part| plain(part));
        let is_known = matches!(parts.get(2), Some(&"linux" | &"windows"));
        if is_triple && is_known { Ok(Self(text.into())) } else { Err(UnknownPlatform) }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_a_triple_and_never_a_path() {
        for text in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for text in
            ["", "linux", "../..-linux-gnu", "x86_64-unknown-linux", "x86_64--linux-gnu", "a/b-c-linux-gnu"]
        {
            assert_eq!(text.parse::<Platform>(), Err(UnknownPlatform), "{text}");
        }
    }

    #[test]
    fn this_program_has_a_platform_of_its_own() {
        let first = Platform::of_this_program().remove(0);
        assert_eq!(first.to_string().parse(), Ok(first.clone()));
        assert_eq!(first.library_extension(), std::env::consts::DLL_EXTENSION);
    }
}
