//! What became of the checks, as a table whose last line can be read by a script.

/// What a check that did not fail found.
pub(crate) enum Outcome {
    /// All is as it should be.
    Passed,
    /// Something it needs is missing: what, and how to get it.
    Skipped(String),
}

/// A row's result.
pub(crate) enum Verdict {
    /// All is as it should be.
    Passed,
    /// What was found.
    Failed(String),
    /// What is missing.
    Skipped(String),
}

/// One check in the table.
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: &'static str,
    /// What became of it.
    pub(crate) verdict: Verdict,
    /// How long it took.
    pub(crate) seconds: f64,
}

/// Prints the table and, last, the counts.
pub(crate) fn print(rows: &[Row]) {
    println!("\n{:<16} {:<8} {:>8}", "check", "result", "seconds");
    for row in rows {
        println!("{}", line(row));
    }
    println!("{}", counts(rows));
}

fn line(row: &Row) -> String {
    let (result, why) = match &row.verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Failed(why) => ("FAILED", Some(why)),
        Verdict::Skipped(why) => ("skipped", Some(why)),
    };
    let why = why.map(|why| format!("  {why}")).unwrap_or_default();
    format!("{:<16} {result:<8} {:>8.1}{why}", row.name, row.seconds)
}

fn counts(rows: &[Row]) -> String {
    let of = |is: fn(&Verdict) -> bool| rows.iter().filter(|row| is(&row.verdict)).count();
    let passed = of(|verdict| matches!(verdict, Verdict::Passed));
    let failed = of(|verdict| matches!(verdict, Verdict::Failed(_)));
    let skipped = of(|verdict| matches!(verdict, Verdict::Skipped(_)));
    format!("{passed} passed, {failed} failed, {skipped} skipped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_each_check_once() {
        let row = |verdict| Row { name: "a", verdict, seconds: 0.0 };
        let rows = [
            row(Verdict::Passed),
            row(Verdict::Failed("it broke".to_owned())),
            row(Verdict::Passed),
            row(Verdict::Skipped("no tool".to_owned())),
        ];
        assert_eq!(counts(&rows), "2 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_row_says_why() {
        let row =
            Row { name: "licences", verdict: Verdict::Skipped("no cargo-deny".to_owned()), seconds: 1.25 };
        assert_eq!(line(&row), format!("{:<16} skipped       1.2  no cargo-deny", "licences"));
    }
}
