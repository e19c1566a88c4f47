//! Settings of the detectors, one record each.

use labrelay_collector::RecordBuilder;
use labrelay_collector::fcs::Text;

use crate::words;

/// Most channels that are looked at: the spectral CytoFLEX has 88.
const MAX_CHANNELS: i64 = 96;

/// Settings of one channel.
pub(crate) struct Channel {
    number: i64,
    pub(crate) detector: Option<String>,
    gain: Option<f64>,
    pub(crate) threshold: Option<i64>,
    triggers: Option<bool>,
    laser_delay: Option<f64>,
}

/// All channels: they are numbered from 1 without a gap.
pub(crate) fn all(text: &Text) -> Vec<Channel> {
    (1..=MAX_CHANNELS).map_while(|number| Channel::read(text, number)).collect()
}

/// Number of the channel with this code or name; channels that people named are known by that name.
pub(crate) fn named<'c>(text: &Text, channels: &'c [Channel], name: &str) -> Option<&'c Channel> {
    let is =
        |channel: &Channel, part| text.text(&format!("CH{}{part}", channel.number)).as_deref() == Some(name);
    channels.iter().find(|channel| is(channel, "NM") || is(channel, "ID"))
}

impl Channel {
    fn read(text: &Text, number: i64) -> Option<Self> {
        let keyword = |part| format!("CH{number}{part}");
        let code = text.text(&keyword("ID"))?;
        Some(Self {
            number,
            detector: words::detector(&code).map(str::to_owned),
            gain: text.number(&keyword("GAIN")),
            threshold: text.int(&keyword("TH")),
            triggers: text.text(&keyword("THUS")).and_then(|word| words::truth(&word)),
            laser_delay: text.number(&keyword("DELAY")),
        })
    }

    /// Fills what the detector was set to.
    pub(crate) fn write<'b, 'a>(&self, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        record
            .int("channel", self.number)
            .text("detector", self.detector.as_deref())
            .float("gain", self.gain)
            .int("threshold", self.threshold)
            .bool("triggers", self.triggers)
            .float("laser_delay", self.laser_delay)
    }
}
