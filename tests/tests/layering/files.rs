//! Finds the repository's Rust files; checks header and length of each.

use std::path::Path;

use crate::Breach;

/// A file longer than this holds more than one idea.
const MOST_LINES: usize = 600;

/// The workspace's folders that hold code. (`target`, fixtures and documents hold none of ours.)
const FOLDERS: [&str; 6] = ["sdk", "host", "receiver", "plugins", "tests", "xtask"];

/// A Rust file; its path is relative to the repository, with `/` on every system.
pub(crate) struct RustFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every Rust file of the workspace, in order of path.
pub(crate) fn rust_files(root: &Path) -> Vec<RustFile> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(root, &root.join(folder), &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<RustFile>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the map is missing") {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(root, &path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push(RustFile { path: relative, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

/// Header and length of one file.
pub(crate) fn check(file: &RustFile) -> Vec<Breach> {
    let breach = |line, what: String, rule| Breach { file: file.path.clone(), line, what, rule };
    let mut breaches = Vec::new();
    if !file.text.starts_with("//!") {
        let what = "the first line is not a `//!` header".to_owned();
        breaches.push(breach(1, what, "CONTRIBUTING.md, \"Files\""));
    }
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        let what = format!("{lines} lines; {MOST_LINES} is the most");
        breaches.push(breach(MOST_LINES + 1, what, "CONTRIBUTING.md, \"Files\""));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(text: &str) -> Vec<String> {
        let file = RustFile { path: "host/x/src/lib.rs".to_owned(), text: text.to_owned() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_with_a_header_passes() {
        assert_eq!(breaches("//! What it does.\n"), Vec::<String>::new());
    }

    #[test]
    fn a_file_without_a_header_is_named() {
        let expected =
            "host/x/src/lib.rs:1: the first line is not a `//!` header (rule: CONTRIBUTING.md, \"Files\")";
        assert_eq!(breaches("fn main() {}\n"), [expected]);
        assert_eq!(breaches(""), [expected]);
    }

    #[test]
    fn the_six_hundred_and_first_line_is_one_too_many() {
        let long = |lines| format!("//! x\n{}", "\n".repeat(lines - 1));
        assert_eq!(breaches(&long(MOST_LINES)).len(), 0);
        assert!(breaches(&long(MOST_LINES + 1))[0].contains(":601: 601 lines; 600 is the most"));
    }

    #[test]
    fn files_are_found_in_subfolders_but_not_in_target() {
        let root = tempfile::tempdir().unwrap();
        for path in
            FOLDERS.map(|folder| format!("{folder}/a/src")).iter().chain(&["host/target/b".to_owned()])
        {
            std::fs::create_dir_all(root.path().join(path)).unwrap();
            std::fs::write(root.path().join(path).join("lib.rs"), "//! x\n").unwrap();
        }
        let found: Vec<String> = rust_files(root.path()).into_iter().map(|file| file.path).collect();
        assert_eq!(found.len(), FOLDERS.len());
        assert!(found.contains(&"host/a/src/lib.rs".to_owned()));
    }
}
