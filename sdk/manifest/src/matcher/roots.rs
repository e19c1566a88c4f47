//! In which of the declared folders a path lies. Compares texts; asks no file system.

use labrelay_model::PathRoot;

/// The index of the folder that holds `path`, the innermost where one lies in another; `None` for any other place.
pub fn innermost_root(roots: &[PathRoot], path: &[u8]) -> Option<usize> {
    if path.windows(2).any(|pair| pair == b"..") {
        return None; // may lead out again
    }
    let holding = roots.iter().enumerate().filter(|(_, root)| lies_below(path, &root.folder));
    holding.max_by_key(|(_, root)| root.folder.len()).map(|(at, _)| at)
}

/// Slashes and backslashes are the same; a Windows folder is compared without regard to case.
fn lies_below(path: &[u8], folder: &str) -> bool {
    let is_slash = |byte: u8| matches!(byte, b'/' | b'\\');
    let windows = !folder.starts_with('/');
    let folder = folder.trim_end_matches(['/', '\\']).as_bytes();
    let same = |(one, other): (&u8, &u8)| {
        one == other || (is_slash(*one) && is_slash(*other)) || (windows && one.eq_ignore_ascii_case(other))
    };
    let Some((beginning, rest)) = path.split_at_checked(folder.len()) else { return false };
    beginning.iter().zip(folder).all(same) && rest.first().is_none_or(|byte| is_slash(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_in_the_innermost_folder_that_holds_it() {
        let root = |word: &str, folder: &str| PathRoot { word: word.into(), folder: folder.into() };
        let roots =
            [root("install", r"C:\Navios"), root("data", r"C:\Navios\Data\"), root("logs", "/var/log")];
        for (path, place) in [
            (r"C:\Navios\bin\x.exe", Some(0)),
            (r"c:/navios/data/Jane Doe.lmd", Some(1)),
            (r"C:\Navios", Some(0)),
            (r"C:\NaviosOld\x", None),
            (r"C:\Navios\..\Users\jane", None),
            ("/var/log/syslog", Some(2)),
            ("/VAR/log/syslog", None),
            (r"D:\x", None),
        ] {
            assert_eq!(innermost_root(&roots, path.as_bytes()), place, "{path}");
        }
    }
}
