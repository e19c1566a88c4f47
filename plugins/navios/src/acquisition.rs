//! What is told of one acquisition, and where in the file it stands.

use std::borrow::Cow;

use labrelay_collector::fcs::{Text, clock};
use labrelay_collector::{Reason, RecordBuilder, Timestamp, Zone};

use crate::words;

/// The cytometer's serial number.
pub(crate) const SERIAL: &str = "@CYTOMETERID";
/// Length of the acquisition in seconds; the FC500 writes it without `@`.
const DURATIONS: [&str; 3] = ["@ACQTIME", "ACQTIME", "@ELAPSEDTIME"];

/// Greatest event rate that is told: the family acquires at most 25,000. More means that its times are wrong.
const MOST_EVENTS_A_SECOND: f64 = 99_999.0;

/// Facts of one acquisition.
pub(crate) struct Acquisition<'a> {
    pub(crate) instrument: Cow<'a, str>,
    pub(crate) started_at: Timestamp,
    model: &'static str,
    duration_us: Option<i64>,
    event_count: i64,
    text: &'a Text,
}

impl<'a> Acquisition<'a> {
    /// Reads what every acquisition has; the reason says why it can't be told of.
    pub(crate) fn read(text: &'a Text, model: &'static str, zone: &Zone) -> Result<Self, Reason> {
        let date = text.text("@Y2KDATE").or_else(|| text.text("$DATE")).ok_or(Reason::Incomplete)?;
        let begin = text.text("$BTIM").ok_or(Reason::Incomplete)?;
        let given = DURATIONS.into_iter().find_map(|name| clock::seconds_us(text.number(name)?));
        Ok(Self {
            instrument: text.text(SERIAL).ok_or(Reason::Incomplete)?,
            started_at: clock::instant(&date, &begin, zone).ok_or(Reason::Unparsable)?,
            model,
            duration_us: given.or_else(|| clock::passed_us(&begin, &text.text("$ETIM")?)),
            event_count: text.int("$TOT").ok_or(Reason::Incomplete)?,
            text,
        })
    }

    /// Events stored a second.
    pub(crate) fn event_rate(&self) -> Option<f64> {
        let micros = self.duration_us.filter(|micros| *micros > 0)?;
        let rate = self.event_count as f64 * 1e6 / micros as f64;
        (rate <= MOST_EVENTS_A_SECOND).then_some(rate)
    }

    /// Fills what `bead_qc` and `acquisition` have in common.
    pub(crate) fn write<'b, 'r>(&self, record: RecordBuilder<'b, 'r>) -> RecordBuilder<'b, 'r> {
        let text = self.text;
        let word = |name| text.text(name);
        let record = record
            .text("instrument", &*self.instrument)
            .choice("model", self.model)
            .int("software_build", text.int("@BUILDNUMBER"))
            .timestamp("started_at", self.started_at)
            .duration_us("duration", self.duration_us)
            .int("event_count", self.event_count)
            .choice("stop_reason", word("@STOPREASON").map(|word| words::stop_reason(&word)));
        let record = LASERS.iter().fold(record, |record, laser| laser.write(text, record));
        let (detector, discriminator) = discriminator(text);
        record
            .float("laser_target", text.number_in("@TARGETLASERPOWER", "mW"))
            .bool("baseline_offset", word("@BASELINEOFFSET").and_then(|word| words::switch(&word)))
            .text("discriminator_detector", detector.as_deref())
            .int("discriminator", discriminator)
            .int("calibration_factor", text.int("@ABSCALFACTOR"))
    }
}

/// The trigger, written as `FS,60`.
fn discriminator(text: &Text) -> (Option<String>, Option<i64>) {
    let Some(value) = text.text("@DISCRIMINATOR") else { return (None, None) };
    let Some((detector, level)) = value.split_once(',') else { return (None, None) };
    (words::detector(detector.trim()).map(str::to_owned), level.trim().parse().ok())
}

/// Keywords of one laser, and the fields they go to.
struct Laser {
    start: [&'static str; 2],
    end: [&'static str; 2],
    target: [&'static str; 2],
    shutter: [&'static str; 2],
}

const LASERS: [Laser; 3] = [
    Laser {
        start: ["red_laser_start", "@REDLASERPOWER_START"],
        end: ["red_laser_end", "@REDLASERPOWER_END"],
        target: ["red_laser_target", "@REDTARGETPOWER"],
        shutter: ["red_laser_shutter", "@REDLASERSHUTTER"],
    },
    Laser {
        start: ["blue_laser_start", "@BLUELASERPOWER_START"],
        end: ["blue_laser_end", "@BLUELASERPOWER_END"],
        target: ["blue_laser_target", "@BLUETARGETPOWER"],
        shutter: ["blue_laser_shutter", "@BLUELASERSHUTTER"],
    },
    Laser {
        start: ["violet_laser_start", "@VIOLETLASERPOWER_START"],
        end: ["violet_laser_end", "@VIOLETLASERPOWER_END"],
        target: ["violet_laser_target", "@VIOLETTARGETPOWER"],
        shutter: ["violet_laser_shutter", "@VIOLETLASERSHUTTER"],
    },
];

impl Laser {
    fn write<'b, 'a>(&self, text: &Text, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        let powers = [self.start, self.end, self.target];
        let record = powers
            .into_iter()
            .fold(record, |record, [field, keyword]| record.float(field, text.number_in(keyword, "mW")));
        let [field, keyword] = self.shutter;
        record.choice(field, text.text(keyword).and_then(|word| words::shutter(&word)))
    }
}
