//! The program that is measured: learns catalogues and matches lines, in a folder of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::corpus::Line;
use crate::cargo::repository;

/// `labrelay`, and a folder for logs and catalogues.
pub(super) struct Program {
    labrelay: PathBuf,
    folder: PathBuf,
}

/// What the program answers to the lines of one record.
#[derive(Default)]
pub(super) struct Answer {
    /// Whether anything would leave.
    pub(super) accepted: bool,
    /// Whether the gate refused what a template fitted.
    pub(super) refused: bool,
    /// The events' codes.
    codes: Vec<String>,
    /// Names and values of slots, as they would leave.
    pub(super) slots: Vec<(String, String)>,
}

impl Answer {
    /// Everything that would leave.
    pub(super) fn leaving(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().chain(self.slots.iter().map(|(_, value)| value)).map(String::as_str)
    }

    fn add(&mut self, answer: &Value) {
        self.refused |= answer.get("refused").is_some();
        let Some(code) = answer.get("event").and_then(Value::as_str) else { return };
        self.accepted = true;
        self.codes.push(code.to_owned());
        let slots = answer.get("slots").and_then(Value::as_object).into_iter().flatten();
        self.slots.extend(slots.map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        }));
    }
}

impl Program {
    pub(super) fn new(labrelay: PathBuf) -> anyhow::Result<Self> {
        let folder = repository().join("target/phi-report");
        std::fs::create_dir_all(&folder)?;
        Ok(Self { labrelay, folder })
    }

    /// Learns a catalogue from the lines, with all their words accepted.
    pub(super) fn learn(&self, name: &str, lines: &[&Line]) -> anyhow::Result<PathBuf> {
        let logs = self.folder.join(name);
        std::fs::create_dir_all(&logs)?;
        std::fs::write(logs.join("lines.log"), text_of(lines))?;
        let manifest = self.folder.join(format!("{name}.yaml"));
        let mut command = Command::new(&self.labrelay);
        command
            .args(["catalogue", "learn", "--accept-words", "--from"])
            .arg(&logs)
            .arg("--out")
            .arg(&manifest);
        crate::cargo::run(command.stderr(Stdio::null()))?;
        std::fs::remove_dir_all(&logs)?;
        Ok(manifest)
    }

    /// What the program answers to each record.
    pub(super) fn matched(&self, manifest: &Path, lines: &[&Line]) -> anyhow::Result<Vec<Answer>> {
        let printed = self.print(manifest, text_of(lines))?;
        let mut printed = printed.split(|byte| *byte == b'\n');
        let mut answer = |line: &&Line| {
            let mut answer = Answer::default();
            for _ in line.text.split('\n') {
                let one = printed.next().context("the program answered to fewer lines than it was given")?;
                answer.add(
                    &serde_json::from_slice(one).context("the program printed something else than JSON")?,
                );
            }
            Ok(answer)
        };
        lines.iter().map(&mut answer).collect()
    }

    /// The same, and the lines that it answers to in a second, start and exit included.
    pub(super) fn match_timed(&self, manifest: &Path, lines: &[&Line]) -> anyhow::Result<(Vec<Answer>, f64)> {
        let answers = self.matched(manifest, lines)?;
        let many = text_of(lines).repeat(super::table::REPEATS);
        let begin = Instant::now();
        self.print(manifest, many)?;
        Ok((answers, begin.elapsed().as_secs_f64()))
    }

    fn print(&self, manifest: &Path, text: String) -> anyhow::Result<Vec<u8>> {
        let mut command = Command::new(&self.labrelay);
        command.args(["catalogue", "match", "--manifest"]).arg(manifest);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().context("the program has no input")?;
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let output = child.wait_with_output()?;
        writer.join().ok().context("the input could not be written")??;
        ensure!(output.status.success(), "labrelay catalogue match ended with {}", output.status);
        Ok(output.stdout)
    }
}

fn text_of(lines: &[&Line]) -> String {
    lines.iter().flat_map(|line| [&*line.text, "\n"]).collect()
}
