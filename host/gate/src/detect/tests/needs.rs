//! A row's needs are a short cut past its pattern: whatever the pattern takes has to meet them.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::string::bytes_regex_parsed;
use proptest::test_runner::TestRunner;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::super::facts::Facts;
use super::super::table::TABLE;

/// Texts made from each pattern: of those with two check digits some still pass.
const TEXTS: usize = 2_000;

#[test]
fn what_a_pattern_takes_meets_its_row_s_needs() {
    let mut runner = TestRunner::deterministic();
    for row in TABLE.rows() {
        let parser = ParserBuilder::new().unicode(false).utf8(false).case_insensitive(true).build();
        let texts =
            bytes_regex_parsed(&somewhere(&parser.clone().parse(row.detector.pattern).unwrap())).unwrap();
        for _ in 0..TEXTS {
            let made = texts.new_tree(&mut runner).unwrap().current();
            let made = String::from_utf8_lossy(&made);
            for found in row.matches(&made) {
                let text = String::from_utf8_lossy(found.as_bytes());
                assert!(row.detector.needs.met_by(&Facts::of(&text)), "{}: {text:?}", row.detector.name);
            }
        }
    }
}

/// The same without its conditions on what stands beside it, which can't be made.
fn somewhere(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => somewhere(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(somewhere).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(somewhere).collect()),
        HirKind::Repetition(repeated) => {
            let mut repeated = repeated.clone();
            repeated.sub = Box::new(somewhere(&repeated.sub));
            Hir::repetition(repeated)
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => pattern.clone(),
    }
}
