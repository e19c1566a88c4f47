//! Root module v1 looks as it did when it was frozen. If this fails, the change is wrong, not the file: plugins that
//! are installed somewhere were built against it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use std::collections::BTreeSet;
use std::fmt::Write as _;

use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RVec};
use abi_stable::type_layout::TypeLayout;
use labrelay_abi::RootV1_Ref;

const GOLDEN: &str = include_str!("layout.txt");

#[test]
fn root_module_v1_has_the_layout_that_was_frozen() {
    let (mut out, mut seen) = (String::new(), BTreeSet::new());
    for layout in [RootV1_Ref::LAYOUT, <RSlice<'static, u8>>::LAYOUT, <RVec<u8>>::LAYOUT] {
        describe(layout, &mut seen, &mut out);
    }
    assert!(out == GOLDEN, "tests/layout.txt no longer describes RootV1; found:\n{out}");
}

/// Types, sizes, fields and functions, and the same of every type in them; no addresses, paths or line numbers, which
/// differ from build to build.
fn describe(layout: &'static TypeLayout, seen: &mut BTreeSet<String>, out: &mut String) {
    let name = layout.full_type().to_string();
    if !seen.insert(name.clone()) {
        return;
    }
    let (kind, size, alignment) = (layout.data_discriminant(), layout.size(), layout.alignment());
    writeln!(out, "{name}: {kind:?}, size {size}, alignment {alignment}").unwrap();
    let fields = layout.get_fields().into_iter().flat_map(|fields| fields.iter());
    let fields: Vec<_> = fields.chain(layout.phantom_fields().iter()).collect();
    for field in &fields {
        writeln!(out, "  {}: {}", field.name(), field.full_type()).unwrap();
        for function in field.function_range().iter() {
            for line in function.to_string().lines().filter(|line| !line.is_empty()) {
                writeln!(out, "    {line}").unwrap();
            }
        }
    }
    for field in &fields {
        describe(field.layout(), seen, out);
    }
}
