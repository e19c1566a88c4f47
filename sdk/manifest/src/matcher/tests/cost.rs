//! What a line costs, counted in looks at a byte: time would say more of the machine.

use super::*;
use crate::Shape;
use crate::matcher::threads::Threads;
use crate::matcher::walk::{FREE_LOOKS, MAX_LOOKS_PER_BYTE, Walk};

fn looks(matcher: &Matcher, line: &str) -> usize {
    let mut threads = Threads::default();
    let mut walk = Walk::new(&matcher.tree, line.as_bytes(), &mut threads);
    let _ = walk.run(|_| ());
    walk.looks
}

#[test]
fn a_line_costs_the_same_beside_any_number_of_templates() {
    let cost = |count: usize| {
        let others: Vec<String> = (0..count).map(|n| format!("Module {n:05} reports {{n}} errors")).collect();
        let mut templates: Vec<&str> = others.iter().map(String::as_str).collect();
        templates.push("Pump {n} is stopped after {n} hours");
        looks(&matcher(&[(&templates, &[("n", int(0, 999))])]), "Pump 12 is stopped after 345 hours")
    };
    assert_eq!(cost(10), cost(10_000));
    assert!(cost(10) < 3 * "Pump 12 is stopped after 345 hours".len());
}

#[test]
fn no_catalogue_and_no_line_make_it_look_at_a_byte_more_often_than_the_bound() {
    let token = SlotKind::Ignored(Shape::Token);
    let slots = [
        ("a", token),
        ("b", SlotKind::Ignored(Shape::Path)),
        ("c", SlotKind::Ignored(Shape::Hex)),
        ("d", int(0, 9)),
        ("e", code("[a-z/]{1,60}", 60)),
    ];
    let nested: Vec<String> = ["a", "b", "c", "d", "e"]
        .iter()
        .flat_map(|x| ["/", "a", "1"].map(|end| format!("{{{x}}}{end}{{a}}/{{b}}a{{e}}")))
        .collect();
    let templates: Vec<&str> = nested.iter().map(String::as_str).collect();
    let matcher = matcher(&[(&templates, &slots)]);
    for unit in ["/", "a", "1", "/a", "/1a", "1/ ", "/ a1"] {
        for times in [1, 10, 100, 10_000] {
            let line = unit.repeat(times);
            // The bound is asked for between steps, and a step looks at no more than the longest value.
            assert!(
                looks(&matcher, &line) <= FREE_LOOKS + MAX_LOOKS_PER_BYTE * line.len() + 8 * 260,
                "{unit}"
            );
        }
    }
}
