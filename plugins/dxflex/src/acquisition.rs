//! What is told of one acquisition, and where in the file it stands.

use labrelay_collector::fcs::{Text, clock};
use labrelay_collector::{Reason, RecordBuilder, Timestamp, Zone};

use crate::channel::{self, Channel};
use crate::words;

/// Greatest event rate that is told: three times what the family stores. More means that its times are wrong.
const MOST_EVENTS_A_SECOND: f64 = 99_999.0;

/// Facts of one acquisition.
pub(crate) struct Acquisition {
    pub(crate) instrument: String,
    pub(crate) started_at: Option<Timestamp>,
    /// For QC alone: nothing of a specimen's detectors is told.
    pub(crate) channels: Vec<Channel>,
    model: &'static str,
    software_version: Option<String>,
    duration_us: Option<i64>,
    event_count: i64,
    aborted_events: Option<i64>,
    lost_events: Option<i64>,
    sample_volume: Option<f64>,
    rules: StopRules,
    threshold: Threshold,
}

impl Acquisition {
    /// Reads what is told; the reason says why that is not possible.
    pub(crate) fn read(text: &Text, model: &'static str, zone: &Zone, is_qc: bool) -> Result<Self, Reason> {
        let channels = channel::all(text);
        let version = text.text("SWVER");
        Ok(Self {
            instrument: text
                .text("SN")
                .or_else(|| text.text("$CYTSN"))
                .ok_or(Reason::Incomplete)?
                .into_owned(),
            started_at: started_at(text, zone)?,
            threshold: Threshold::read(text, &channels),
            channels: if is_qc { channels } else { Vec::new() },
            model,
            software_version: version.and_then(|text| words::version(&text).map(str::to_owned)),
            duration_us: duration_us(text),
            event_count: text.int("$TOT").ok_or(Reason::Incomplete)?,
            aborted_events: text.int("$ABRT"),
            lost_events: text.int("$LOST"),
            sample_volume: text.number("$VOL"),
            rules: StopRules::read(text),
        })
    }

    /// Events stored a second.
    pub(crate) fn event_rate(&self) -> Option<f64> {
        let micros = self.duration_us.filter(|micros| *micros > 0)?;
        let rate = self.event_count as f64 * 1e6 / micros as f64;
        (rate <= MOST_EVENTS_A_SECOND).then_some(rate)
    }

    /// Fills what `bead_qc` and `acquisition` have in common.
    pub(crate) fn write<'b, 'a>(&self, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        record
            .text("instrument", &*self.instrument)
            .choice("model", self.model)
            .text("software_version", self.software_version.as_deref())
            .timestamp("started_at", self.started_at)
            .duration_us("duration", self.duration_us)
            .int("event_count", self.event_count)
            .bool("aborted", self.event_count == 0)
            .int("aborted_events", self.aborted_events)
            .int("lost_events", self.lost_events)
            .float("sample_volume", self.sample_volume)
            .duration_us("stop_after", self.rules.time_us)
            .int("stop_after_events", self.rules.events)
            .float("stop_after_volume", self.rules.volume)
            .text("threshold_detector", self.threshold.detector.as_deref())
            .int("threshold", self.threshold.level)
            .choice("threshold_kind", self.threshold.kind)
    }
}

/// An acquisition that was aborted before it began has no times; a time that can't be read is another matter.
fn started_at(text: &Text, zone: &Zone) -> Result<Option<Timestamp>, Reason> {
    let (Some(date), Some(begin)) = (text.text("$DATE"), text.text("$BTIM")) else { return Ok(None) };
    clock::instant(&date, &begin, zone).map(Some).ok_or(Reason::Unparsable)
}

fn duration_us(text: &Text) -> Option<i64> {
    let given = text.number("DURTIM").and_then(clock::seconds_us);
    given.or_else(|| clock::passed_us(&text.text("$BTIM")?, &text.text("$ETIM")?))
}

/// When CytExpert was told to stop. It does not write which rule came true.
struct StopRules {
    time_us: Option<i64>,
    events: Option<i64>,
    volume: Option<f64>,
}

impl StopRules {
    fn read(text: &Text) -> Self {
        let in_use = |name| text.text(name).and_then(|word| words::truth(&word)) == Some(true);
        Self {
            time_us: text.number("RCTIM").filter(|_| in_use("USRCTIM")).and_then(clock::seconds_us),
            events: text.int("RCTOT").filter(|_| in_use("USRCTOT")),
            volume: text.number("RCVOL").filter(|_| in_use("USRCVOL")),
        }
    }
}

/// What makes a signal an event.
struct Threshold {
    detector: Option<String>,
    level: Option<i64>,
    kind: Option<&'static str>,
}

impl Threshold {
    fn read(text: &Text, channels: &[Channel]) -> Self {
        let channel = text.text("PCHID").and_then(|name| channel::named(text, channels, &name));
        Self {
            detector: channel.and_then(|channel| channel.detector.clone()),
            level: channel.and_then(|channel| channel.threshold),
            kind: text.text("PCHTP").map(|word| words::threshold_kind(&word)),
        }
    }
}
