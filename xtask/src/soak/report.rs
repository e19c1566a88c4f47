//! What a soak found, for a person, with a last line for scripts; and whether it was a soak at all.

use super::compare::Differences;
use super::fault::{Fault, Struck};

/// What is counted beside the differences.
pub(super) struct Figures {
    /// Good lines, copies among them.
    pub(super) owed: u64,
    /// Rows in the lake.
    pub(super) rows: u64,
    /// Units that had to stay at the site.
    pub(super) refused: u64,
    /// Requests that came again after a receiver had taken them.
    pub(super) replays: u64,
    /// Rows that came again under a new epoch, and that a committer left out.
    pub(super) repeated: u64,
}

/// Prints everything; the last line is `missing N doubled N altered N unexplained N`.
pub(super) fn print(figures: &Figures, struck: &Struck, differences: &Differences, idle: &[String]) {
    println!("\n{:<28} {:>6}", "fault", "struck");
    for fault in Fault::ALL {
        println!("{:<28} {:>6}", fault.words(), struck.times(fault));
    }
    let Figures { owed, rows, refused, replays, repeated } = figures;
    println!("\n{} kills, {replays} batches sent again after they had landed", struck.kills());
    println!("{repeated} rows sent again under a new epoch, and left out");
    println!("{owed} records written, {refused} units that must stay, {rows} rows in the lake");
    differences.ledger.iter().for_each(|difference| println!("{difference}"));
    idle.iter().for_each(|idle| println!("never happened: {idle}"));
    println!("{}", differences.line());
}

/// What should have happened and has not: a soak without it proves nothing.
pub(super) fn never_happened(struck: &Struck, figures: &Figures, untried: &[Fault]) -> Vec<String> {
    let idle = Fault::ALL.into_iter().filter(|fault| !untried.contains(fault) && struck.times(*fault) == 0);
    let mut idle: Vec<String> = idle.map(|fault| fault.words().to_owned()).collect();
    if figures.replays == 0 {
        idle.push("a batch sent again after it had landed".to_owned());
    }
    if figures.repeated == 0 {
        idle.push("a row sent again under a new epoch".to_owned());
    }
    idle
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: Figures = Figures { owed: 1, rows: 1, refused: 0, replays: 1, repeated: 1 };

    #[test]
    fn a_fault_that_never_struck_is_named_unless_it_could_not() {
        let (struck, figures) = (Struck::default(), FIGURES);
        Fault::ALL.into_iter().filter(|fault| *fault != Fault::DiskFull).for_each(|fault| struck.note(fault));
        assert_eq!(never_happened(&struck, &figures, &[]), ["disk full"]);
        assert_eq!(never_happened(&struck, &figures, &[Fault::DiskFull]), Vec::<String>::new());
        for without in [Figures { replays: 0, ..FIGURES }, Figures { repeated: 0, ..FIGURES }] {
            assert_eq!(never_happened(&struck, &without, &[Fault::DiskFull]).len(), 1);
        }
    }
}
