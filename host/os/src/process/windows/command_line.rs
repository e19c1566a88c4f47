//! A command line as the C runtime takes it apart again.

use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;

const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// `"program" "first" …`, with a zero at its end.
pub(super) fn command_line(program: &Path, args: &[OsString]) -> Vec<u16> {
    let mut line = Vec::new();
    for part in std::iter::once(program.as_os_str()).chain(args.iter().map(OsString::as_os_str)) {
        if !line.is_empty() {
            line.push(b' '.into());
        }
        quote(part, &mut line);
    }
    line.push(0);
    line
}

/// Backslashes stand for themselves, but before a quote, where each needs another.
fn quote(part: &OsStr, line: &mut Vec<u16>) {
    line.push(QUOTE);
    let mut backslashes = 0;
    for unit in part.encode_wide() {
        match unit {
            BACKSLASH => backslashes += 1,
            QUOTE => {
                line.extend(std::iter::repeat_n(BACKSLASH, backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        line.push(unit);
    }
    line.extend(std::iter::repeat_n(BACKSLASH, backslashes));
    line.push(QUOTE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_before_them_are_escaped() {
        let args = ["worker", r#"a "b\" c\"#].map(OsString::from);
        let line = command_line(Path::new(r"C:\Program Files\labrelay.exe"), &args);
        let text = String::from_utf16(&line).unwrap();
        assert_eq!(text, "\"C:\\Program Files\\labrelay.exe\" \"worker\" \"a \\\"b\\\\\\\" c\\\\\"\0");
    }
}
