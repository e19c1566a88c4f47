//! A test plugin that does what the first line of its input says: well-behaved, or one of many ways to fail.
#![allow(unsafe_code, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // it is meant to misbehave

use std::hint::black_box;
use std::io::Write as _;

use labrelay_collector::{
    Batch, Collector, Input, Inputs, OpenError, OpenedInput, PollError, Position, Reason, Settings, State,
};

/// Reads commands. Counts the lines of all inputs in its state.
pub struct Moody {
    lines: u64,
}

impl Collector for Moody {
    fn open(settings: Settings, state: Option<State>) -> Result<Self, OpenError> {
        settings.get::<u32>("lanes")?;
        Ok(Self { lines: lines_in(state) })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for input in inputs {
            if batch.is_full() {
                break;
            }
            self.obey(input, batch)?;
        }
        batch.set_state(self.lines.to_le_bytes())
    }

    fn rewind(&mut self, state: Option<State>) {
        self.lines = lines_in(state);
    }
}

fn lines_in(state: Option<State>) -> u64 {
    state.and_then(|state| state.bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

impl Moody {
    fn obey(&mut self, mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let text = whole(&mut input);
        let (command, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let start = input.unit(Position(0));
        match command {
            "lines" => return self.lines(input, rest, batch),
            "wide" => return wide(input, batch),
            "replay" => return batch.drop_units(start, Reason::OtherFamily, 1), // and never moves its cursor
            "refuse" => batch.refuse(start, Reason::Unparsable, rest.as_bytes())?,
            "panic" => panic!("{rest}"),
            "hang" => loop {
                std::thread::park();
            },
            "abort" => std::process::abort(),
            "exit" => std::process::exit(0),
            "overflow" => _ = black_box(deeper(black_box(0))),
            // SAFETY: there is none; that is the misdeed.
            "segfault" => unsafe { std::ptr::null_mut::<u8>().write_volatile(1) },
            "balloon" => balloon(),
            "threads" => threads(),
            "connect" => panic!("{:?}", std::net::TcpStream::connect(("127.0.0.1", 443))),
            "print" => print_everywhere(rest),
            "undeclared" => batch.record(start, "line")?.int("nickname", 1).push()?,
            _ => batch.drop_units(start, Reason::OtherFamily, 1)?,
        }
        input.finish();
        Ok(())
    }

    fn lines(&mut self, input: OpenedInput<'_>, text: &str, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for (number, line) in text.lines().enumerate() {
            let record = batch.record(input.unit(Position(number as u64)), "line")?;
            let record = record.int("number", number as i64).int("length", line.len() as i64);
            record.bool("blank", line.is_empty()).push()?;
            self.lines += 1;
        }
        input.finish();
        Ok(())
    }
}

/// Gives 12-field records until the batch is full, and never finishes.
fn wide(input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
    let now = batch.now();
    for number in 0..i64::MAX {
        if batch.is_full() {
            break;
        }
        batch
            .record(input.unit(Position(number as u64)), "wide")?
            .int("number", number)
            .timestamp("started_at", now)
            .duration_us("took", 1_500_000)
            .choice("state", "busy")
            .text("version", "1.2.3")
            .text("code", "AB1234")
            .bool("warm", true)
            .float("red", 12.25)
            .float("blue", 20.5)
            .float("violet", 40.0)
            .int("gain", 300)
            .int("retries", None)
            .push()?;
    }
    Ok(())
}

fn whole(input: &mut OpenedInput<'_>) -> String {
    let mut bytes = vec![0; input.size() as usize];
    let read = input.read_at(0, &mut bytes).unwrap_or(0);
    bytes.truncate(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn deeper(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { depth } else { deeper(depth + 1) + black_box(1) }
}

/// Takes memory until there is none.
fn balloon() {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 16 * 1024 * 1024]));
    }
}

/// Starts threads until none can be started.
fn threads() {
    loop {
        std::thread::spawn(std::thread::park);
    }
}

/// As a vendor's library may do. None of it may reach anybody, and none of it may disturb the channel.
fn print_everywhere(text: &str) {
    println!("{text}");
    eprintln!("{text}");
    if let Ok(mut stdin) = std::fs::OpenOptions::new().write(true).open("/proc/self/fd/0") {
        let _ = stdin.write_all(text.as_bytes());
    }
}

labrelay_collector::export_collector!(Moody, manifest: include_bytes!("../manifest.yaml"));
