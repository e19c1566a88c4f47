//! A catalogue in the words of laboratory instruments, and lines that fit it.

use labrelay_manifest::{Event, Part, Stream};

/// One line in twenty fits no template.
const UNMATCHED_IN: u64 = 20;

const WORDS: &[&str] = &[
    "Laser",
    "Pump",
    "Valve",
    "Sheath",
    "Waste",
    "Carousel",
    "Probe",
    "Detector",
    "Channel",
    "Voltage",
    "Pressure",
    "Temperature",
    "Flow",
    "Sample",
    "Tube",
    "Rack",
    "Door",
    "Cover",
    "Fan",
    "Filter",
    "Lamp",
    "Shutter",
    "Motor",
    "Sensor",
    "Board",
    "Firmware",
    "Module",
    "Bead",
    "Lot",
    "Gain",
    "Threshold",
    "Compensation",
    "Alignment",
    "Cell",
    "Vacuum",
    "Compressor",
    "Mixer",
    "Cleaner",
    "Rinse",
    "Prime",
    "Purge",
    "Startup",
    "Shutdown",
    "Acquisition",
    "started",
    "stopped",
    "failed",
    "reached",
    "exceeded",
    "below",
    "above",
    "target",
    "limit",
    "expected",
    "actual",
    "retry",
    "timeout",
    "after",
    "during",
    "before",
    "opened",
    "closed",
    "locked",
    "moved",
    "home",
    "position",
    "calibrated",
    "verified",
    "out",
    "of",
    "range",
    "level",
    "low",
    "high",
    "empty",
    "full",
    "warning",
    "replaced",
];

/// Each slot's name, its declaration, and how its value is written.
const SLOTS: &[(&str, &str)] = &[
    ("power", "{type: float, unit: mW, range: [0, 500], decimals: 1}"),
    ("steps", "{type: int, range: [0, 99999]}"),
    ("colour", "{type: enum, values: [Blue, Red, Violet, Yellow]}"),
    ("part", "{type: code, pattern: \"E-[0-9]{3}\"}"),
    ("build", "{type: version}"),
    ("address", "{type: ignored, shape: hex}"),
    ("clock", "{type: ignored, shape: time}"),
];

/// Numbers that look random and are the same in each run (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len().max(1) as u64);
        from.get(usize::try_from(at).ok()?)
    }
}

/// A manifest with so many events, each with 2 to 4 slots between its words.
pub(crate) fn catalogue_yaml(events: usize, random: &mut Random) -> String {
    let mut yaml = String::from(
        "manifest: 1\nfamily: synthetic\ntitle: Synthetic\nversion: 1.0.0\nsources:\n  log: {kind: folder, pattern: \
         \"*.log\", settle: 5s}\nstreams:\n  event:\n    about: instrument\n    description: Events.\n    catalogue:\n",
    );
    for event in 0..events {
        let (template, slots) = template(event, random);
        yaml += &format!(
            "      event_{event}:\n        severity: info\n        template: \"{template}\"\n        slots:\n"
        );
        for (name, declaration) in slots {
            yaml += &format!("          {name}: {declaration}\n");
        }
    }
    yaml
}

type Slots = Vec<(&'static str, &'static str)>;

fn template(event: usize, random: &mut Random) -> (String, Slots) {
    let word = |random: &mut Random| random.pick(WORDS).copied().unwrap_or_default();
    let mut text = format!("{} {} {}", word(random), word(random), word(random));
    let mut left: Slots = SLOTS.to_vec();
    let mut slots = Vec::new();
    for _ in 0..2 + random.below(3) {
        let slot = left.swap_remove(usize::try_from(random.below(left.len() as u64)).unwrap_or_default());
        text += &format!(" {} {{{}}} {}", word(random), slot.0, word(random));
        slots.push(slot);
    }
    (format!("{text} #{event}"), slots)
}

/// Lines in one piece of memory.
pub(crate) struct Lines {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Lines {
    /// So many lines, drawn from all events of a stream.
    pub(crate) fn of(stream: &Stream, count: usize, random: &mut Random) -> Result<Self, &'static str> {
        let events = stream.catalogue.as_deref().ok_or("no catalogue")?.events();
        let mut lines = Self { text: Vec::new(), ends: Vec::new() };
        for _ in 0..count {
            let event = random.pick(events).ok_or("no event")?;
            let line = write(event, random);
            lines.text.extend_from_slice(line.as_bytes());
            if random.below(UNMATCHED_IN) == 0 {
                lines.text.extend_from_slice(b" for Jane Doe");
            }
            lines.ends.push(lines.text.len());
        }
        Ok(lines)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}

fn write(event: &Event, random: &mut Random) -> String {
    let parts = event.templates.iter().flat_map(|template| &template.parts);
    parts
        .map(|part| match part {
            Part::Literal(text) => text.to_string(),
            Part::Slot(slot) => {
                let name = event.slots.get(usize::from(*slot)).map_or("", |slot| slot.name.as_str());
                value(name, random)
            }
        })
        .collect()
}

fn value(slot: &str, random: &mut Random) -> String {
    match slot {
        "power" => format!("{}.{}", random.below(500), random.below(10)),
        "steps" => random.below(99_999).to_string(),
        "colour" => (*random.pick(&["Blue", "Red", "Violet", "Yellow"]).unwrap_or(&"Red")).to_owned(),
        "part" => format!("E-{:03}", random.below(1000)),
        "build" => format!("{}.{}.{}", random.below(9), random.below(20), random.below(300)),
        "address" => format!("0x{:08x}", random.below(1 << 31)),
        _ => format!(
            "{:02}:{:02}:{:02},{:03}",
            random.below(24),
            random.below(60),
            random.below(60),
            random.below(1000)
        ),
    }
}
