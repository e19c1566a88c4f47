//! `cargo xtask phi-report`: how much of the corpora with identifiers would leave, and how much of clean logs is read.
//!
//! Asks the program as a person would (`labrelay catalogue learn` and `match`) and writes tables of counts. Neither a
//! line nor a value of the corpora is ever printed. What a leak is says `leak`.

mod corpus;
mod leak;
mod program;
mod shipped;
mod table;
mod width;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cargo::{cargo, repository, run as run_command};
use corpus::{Line, read};
use program::Program;
use table::Document;

/// What the report can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder with phi, clean and slot `.NAME.jsonl` [default: ../shared/data/phi beside the repository]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Which of them: the part of the name before `.jsonl`
    #[arg(long, value_name = "NAME", default_value = "dev")]
    set: String,
    /// The program to ask [default: a release build]
    #[arg(long, value_name = "FILE")]
    labrelay: Option<PathBuf>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "docs/phi-report.md")]
    out: PathBuf,
}

/// Measures and writes the report.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let program = Program::new(built(options)?)?;
    let data = options.data.clone().unwrap_or_else(|| repository().join("../shared/data/phi"));
    let load = |name: &str| read(&data.join(format!("{name}.{}.jsonl", options.set)));
    let (clean, phi, slot) = (load("clean")?, load("phi")?, load("slot")?);

    let mut document = Document::new(&options.set)?;
    let all: Vec<&Line> = clean.iter().collect();
    let catalogue = program.learn("all", &all)?;
    let (answers, seconds) = program.match_timed(&catalogue, &all)?;
    document.coverage("Learned from all clean lines, matched with the same (training error)", &all, &answers);
    document.speed(&all, seconds);
    other_half_of_lines(&program, &clean, &mut document)?;
    other_programs(&program, &clean, &mut document)?;

    let widths = width::of_slots(&catalogue)?;
    for (title, lines) in [("Records with identifiers", &phi), ("Identifiers put into slots", &slot)] {
        let lines: Vec<&Line> = lines.iter().collect();
        document.leaks(title, &lines, &program.matched(&catalogue, &lines)?, &widths);
    }
    document.shipped(&shipped::table()?);
    let out = repository().join(&options.out);
    std::fs::write(&out, document.text()).with_context(|| format!("can't write {}", out.display()))?;
    println!("written: {}", out.display());
    Ok(())
}

fn built(options: &Options) -> anyhow::Result<PathBuf> {
    if let Some(program) = &options.labrelay {
        return Ok(std::path::absolute(program)?);
    }
    run_command(&mut cargo(&["build", "--release", "-p", "labrelay"]))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from);
    Ok(target.join("release/labrelay"))
}

/// Learned from every other line of each program, matched with the rest.
fn other_half_of_lines(program: &Program, clean: &[Line], document: &mut Document) -> anyhow::Result<()> {
    let (learned, unseen): (Vec<_>, Vec<_>) = clean.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let [learned, unseen] =
        [learned, unseen].map(|half| half.into_iter().map(|(_, line)| line).collect::<Vec<_>>());
    let answers = program.matched(&program.learn("lines", &learned)?, &unseen)?;
    document.coverage(
        "Learned from every other line, matched with the rest of the same programs",
        &unseen,
        &answers,
    );
    Ok(())
}

/// Learned from every other program, matched with the others' lines: nothing of theirs is declared.
fn other_programs(program: &Program, clean: &[Line], document: &mut Document) -> anyhow::Result<()> {
    let sources: BTreeSet<&str> = clean.iter().map(|line| &*line.source).collect();
    let known: BTreeSet<&str> = sources.into_iter().step_by(2).collect();
    let (learned, others): (Vec<&Line>, Vec<&Line>) =
        clean.iter().partition(|line| known.contains(&*line.source));
    let answers = program.matched(&program.learn("programs", &learned)?, &others)?;
    document.coverage(
        "Learned from every other program, matched with the other programs' lines",
        &others,
        &answers,
    );
    Ok(())
}
