//! A measured figure with its goal, and the table of them.

/// What was promised.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    AtLeast(f64),
    Under(f64),
    /// Measured to be known, not to be reached.
    None,
}

/// One line of the table.
pub(super) struct Figure {
    name: String,
    unit: &'static str,
    runs: Vec<f64>,
    goal: Goal,
}

impl Figure {
    /// A figure of one run or several.
    pub(super) fn new(name: impl Into<String>, unit: &'static str, runs: Vec<f64>, goal: Goal) -> Self {
        Self { name: name.into(), unit, runs, goal }
    }

    /// A figure of one run without a goal.
    pub(super) fn known(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self::new(name, unit, vec![value], Goal::None)
    }

    fn median(&self) -> f64 {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn measured(&self) -> String {
        let median = number(self.median());
        if self.runs.len() < 2 {
            return format!("{median} {}", self.unit);
        }
        let least = self.runs.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.runs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        format!("{median} {} ({}–{}, {} runs)", self.unit, number(least), number(most), self.runs.len())
    }

    fn verdict(&self) -> String {
        let (goal, met) = match self.goal {
            Goal::AtLeast(goal) => (format!("at least {}", number(goal)), self.median() >= goal),
            Goal::Under(goal) => (format!("under {}", number(goal)), self.median() < goal),
            Goal::None => return String::new(),
        };
        format!("{goal}: {}", if met { "met" } else { "NOT met" })
    }
}

/// Prints the figures as a Markdown table, to be read as it is or put into a document.
pub(super) fn print(figures: &[Figure]) {
    println!("| figure | measured: median (min–max) | goal |\n|---|---|---|");
    for figure in figures {
        println!("| {} | {} | {} |", figure.name, figure.measured(), figure.verdict());
    }
}

/// Three digits, and commas between thousands.
fn number(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.2}"),
        middling if middling < 100.0 => format!("{value:.1}"),
        large => grouped(large.round() as u64),
    }
}

fn grouped(whole: u64) -> String {
    if whole < 1000 { whole.to_string() } else { format!("{},{:03}", grouped(whole / 1000), whole % 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_decides_whether_a_goal_is_met() {
        let figure = |runs: &[f64], goal| Figure::new("speed", "records/s", runs.to_vec(), goal);
        let fast = figure(&[119_000.0, 130_000.4, 125_000.0], Goal::AtLeast(120_000.0));
        assert_eq!(fast.measured(), "125,000 records/s (119,000–130,000, 3 runs)");
        assert_eq!(fast.verdict(), "at least 120,000: met");
        assert_eq!(figure(&[40.0], Goal::Under(40.0)).verdict(), "under 40.0: NOT met");
        assert_eq!(figure(&[0.123], Goal::None).measured(), "0.12 records/s");
    }
}
