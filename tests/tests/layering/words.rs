//! Where a word may stand in source code. Works on Rust tokens, so that comments and strings do not count.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::Breach;
use crate::files::RustFile;

/// A few words of source code and the places where they may, or may not, stand.
struct Rule {
    /// Rust source; any of them breaks the rule.
    words: &'static [&'static str],
    place: Place,
    /// Whether test code is free of it.
    tests: Tests,
    /// Why, and where it is written.
    rule: &'static str,
}

/// Path prefixes within the repository.
enum Place {
    OnlyIn(&'static [&'static str]),
    NotIn(&'static [&'static str]),
}

#[derive(PartialEq)]
enum Tests {
    Free,
    Bound,
}

const PURE: &[&str] = &["sdk/model/", "sdk/manifest/", "host/gate/"];
const WITHOUT_IO: &[&str] = &["sdk/model/", "sdk/manifest/", "host/gate/", "sdk/collector/", "plugins/"];
const SPEAKS_TO_A_PERSON: &[&str] = &["host/labrelay/", "receiver/", "xtask/"];

const RULES: &[Rule] = &[
    Rule {
        words: &["unsafe", "unsafe_code"],
        place: Place::OnlyIn(&["host/os/", "host/worker/", "sdk/abi/", "tests/hostile/"]),
        tests: Tests::Bound,
        rule: "ARCHITECTURE.md, \"Invariants\": unsafe only in host/os, host/worker and sdk/abi",
    },
    Rule {
        words: &["abi_stable"],
        place: Place::OnlyIn(&["sdk/abi/", "host/worker/", "tests/hostile/"]),
        tests: Tests::Bound,
        rule: "ARCHITECTURE.md, \"Invariants\": only sdk/abi and host/worker know how a plugin is linked",
    },
    Rule {
        words: &["libloading"],
        place: Place::OnlyIn(&["host/worker/"]),
        tests: Tests::Bound,
        rule: "ARCHITECTURE.md, \"Invariants\": a library is loaded in host/worker alone",
    },
    Rule {
        words: &["serde_yaml", "yaml_serde"],
        place: Place::OnlyIn(&["sdk/manifest/", "host/labrelay/"]),
        tests: Tests::Bound,
        rule: "ARCHITECTURE.md, \"Invariants\": YAML is read by sdk/manifest and host/labrelay alone",
    },
    Rule {
        words: &["anyhow"],
        place: Place::OnlyIn(SPEAKS_TO_A_PERSON),
        tests: Tests::Bound,
        rule: "ARCHITECTURE.md, \"Errors\": libraries name their errors; only programs sum them up",
    },
    Rule {
        words: &["println!", "print!", "eprintln!", "eprint!"],
        place: Place::OnlyIn(SPEAKS_TO_A_PERSON),
        tests: Tests::Free,
        rule: "ARCHITECTURE.md, \"Errors\": only programs speak to a person",
    },
    Rule {
        words: &["vouched_by_gate"],
        place: Place::OnlyIn(&["host/gate/", "sdk/model/src/accepted.rs"]),
        tests: Tests::Free,
        rule: "ARCHITECTURE.md, \"Invariants\": a record leaves only through the gate",
    },
    Rule {
        words: &["SystemTime", "Instant", "Utc::now", "Local::now"],
        place: Place::NotIn(PURE),
        tests: Tests::Free,
        rule: "ARCHITECTURE.md, \"Invariants\": model, manifest and gate read no clock",
    },
    Rule {
        words: &["fs", "File", "TcpStream", "UdpSocket", "UnixStream", "Command"],
        place: Place::NotIn(WITHOUT_IO),
        tests: Tests::Free,
        rule: "ARCHITECTURE.md, \"Invariants\": the host is the broker of all I/O",
    },
];

/// Every rule's breaches in one file.
pub(crate) fn check(file: &RustFile) -> Vec<Breach> {
    let all = tokens(&file.text, Tests::Bound);
    let without_tests = if is_test_file(&file.path) { Vec::new() } else { tokens(&file.text, Tests::Free) };
    let relevant = |rule: &Rule| if rule.tests == Tests::Free { &without_tests } else { &all };
    RULES
        .iter()
        .filter(|rule| !rule.allows(&file.path))
        .flat_map(|rule| rule.breaches(file, relevant(rule)))
        .collect()
}

impl Rule {
    fn allows(&self, path: &str) -> bool {
        let within = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        match self.place {
            Place::OnlyIn(folders) => within(folders),
            Place::NotIn(folders) => !within(folders),
        }
    }

    fn breaches(&self, file: &RustFile, tokens: &[Token]) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for word in self.words {
            let parts: Vec<String> =
                self::tokens(word, Tests::Bound).into_iter().map(|token| token.text).collect();
            let found =
                tokens.windows(parts.len()).filter(|seen| seen.iter().map(|token| &token.text).eq(&parts));
            breaches.extend(found.map(|seen| Breach {
                file: file.path.clone(),
                line: seen[0].line,
                what: format!("`{word}` may not stand here"),
                rule: self.rule,
            }));
        }
        breaches
    }
}

/// Code that is never shipped: below a `tests`, `benches` or `examples` folder, or a module of tests.
fn is_test_file(path: &str) -> bool {
    let within = ["/tests/", "/benches/", "/examples/"].iter().any(|folder| path.contains(folder));
    within || path.starts_with("tests/") || path.ends_with("/tests.rs")
}

struct Token {
    text: String,
    line: usize,
}

/// The words and signs of a piece of source code, groups opened. `Tests::Free` leaves out `#[cfg(test)]` items.
fn tokens(source: &str, tests: Tests) -> Vec<Token> {
    let stream: TokenStream = source.parse().expect("the file is not Rust");
    let mut flat = Vec::new();
    flatten(stream, tests == Tests::Free, &mut flat);
    flat
}

fn flatten(stream: TokenStream, skip_tests: bool, flat: &mut Vec<Token>) {
    let mut trees = stream.into_iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) if skip_tests && is_cfg_test(&group) => {
                let ends_an_item = |tree: &TokenTree| match tree {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(punct) => punct.as_char() == ';',
                    _ => false,
                };
                trees.by_ref().find(ends_an_item);
            }
            TokenTree::Group(group) => flatten(group.stream(), skip_tests, flat),
            TokenTree::Ident(ident) => {
                flat.push(Token { text: ident.to_string(), line: ident.span().start().line })
            }
            TokenTree::Punct(punct) => {
                flat.push(Token { text: punct.as_char().to_string(), line: punct.span().start().line })
            }
            TokenTree::Literal(_) => {}
        }
    }
}

fn is_cfg_test(group: &proc_macro2::Group) -> bool {
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        let file = RustFile { path: path.to_owned(), text: text.to_owned() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    /// For every rule one line that breaks it, and a place where the same line may stand.
    #[test]
    fn every_rule_can_fail_and_can_pass() {
        let cases = [
            ("fn f() { unsafe { g() } }", "host/spool/src/lib.rs", "host/os/src/lib.rs"),
            ("#![allow(unsafe_code)]", "plugins/navios/src/lib.rs", "sdk/abi/src/v1.rs"),
            ("use abi_stable::StableAbi;", "sdk/collector/src/lib.rs", "sdk/abi/src/v1.rs"),
            ("use libloading::Library;", "sdk/abi/src/v1.rs", "host/worker/src/load.rs"),
            ("use serde_yaml::Value;", "xtask/src/main.rs", "sdk/manifest/src/parse.rs"),
            ("fn f() -> anyhow::Result<()> { g() }", "host/gate/src/lib.rs", "host/labrelay/src/main.rs"),
            ("fn f() { eprintln!(\"x\") }", "host/worker/src/lib.rs", "receiver/src/main.rs"),
            (
                "fn f() { AcceptedLines::vouched_by_gate(a, b, 1); }",
                "host/spool/src/a.rs",
                "host/gate/src/a.rs",
            ),
            ("fn f() { chrono::Utc::now(); }", "host/gate/src/lib.rs", "host/spool/src/lib.rs"),
            ("use std::{fs, io};", "plugins/dxflex/src/lib.rs", "host/source/src/lib.rs"),
        ];
        for (line, wrong, right) in cases {
            assert_eq!(breaches(wrong, line).len(), 1, "{line} in {wrong}");
            assert_eq!(breaches(right, line), Vec::<String>::new(), "{line} in {right}");
        }
        assert!(cases.len() > RULES.len(), "a rule has no case here");
    }

    #[test]
    fn a_breach_names_file_line_and_rule() {
        let found = breaches("host/upload/src/a.rs", "//! x\n\nuse libloading::Library;\n");
        let expected = "host/upload/src/a.rs:3: `libloading` may not stand here (rule: ARCHITECTURE.md, \"Invariants\": \
                        a library is loaded in host/worker alone)";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn comments_strings_and_longer_words_do_not_count() {
        let text = "//! unsafe\n/// libloading\nfn unsafe_f() { let _ = \"unsafe { }\"; } // anyhow";
        assert_eq!(breaches("host/spool/src/lib.rs", text), Vec::<String>::new());
    }

    #[test]
    fn test_code_may_print_and_vouch_but_never_be_unsafe() {
        let module = |body: &str| format!("#[cfg(test)]\nmod tests {{ fn f() {{ {body} }} }}");
        assert_eq!(
            breaches("host/spool/src/a.rs", &module("println!(); vouched_by_gate();")),
            Vec::<String>::new()
        );
        assert_eq!(breaches("host/spool/tests/a.rs", "fn f() { vouched_by_gate(); }"), Vec::<String>::new());
        assert_eq!(breaches("host/spool/src/a.rs", &module("unsafe { g() }")).len(), 1);
    }

    #[test]
    fn code_after_a_test_module_counts_again() {
        let text = "#[cfg(test)] mod tests; fn f() { println!(); }";
        assert_eq!(breaches("host/spool/src/a.rs", text).len(), 1);
    }
}
