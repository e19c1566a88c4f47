//! Settings of the detectors, one record each.

use labrelay_collector::fcs::Text;
use labrelay_collector::{PollError, RecordBuilder};

use crate::words;

/// Most parameters that are looked at; an acquisition has up to 20.
const MAX_PARAMETERS: i64 = 96;

/// Settings of the detector behind one parameter of the file.
pub(crate) struct Detector {
    parameter: i64,
    name: String,
    voltage: Option<f64>,
    gain: Option<f64>,
}

/// The parameters that have a detector; time and ratios, which have neither voltage nor gain, are left out.
pub(crate) fn all(text: &Text) -> impl Iterator<Item = Detector> {
    let parameters = text.int("$PAR").unwrap_or(0).min(MAX_PARAMETERS);
    (1..=parameters).map(|n| Detector::read(text, n)).filter(|d| d.voltage.is_some() || d.gain.is_some())
}

impl Detector {
    fn read(text: &Text, n: i64) -> Self {
        let positive = |name: String| text.number(&name).filter(|number| *number > 0.0);
        Self {
            parameter: n,
            name: text.text(&format!("$P{n}N")).unwrap_or_default().into_owned(),
            voltage: positive(format!("$P{n}V")),
            gain: positive(format!("@P{n}GAIN")).or_else(|| positive(format!("$P{n}G"))),
        }
    }

    /// Of the name only words that the instrument gives go into the record: `FL3 INT LOG` is detector FL3, its
    /// integral, on a logarithmic scale.
    pub(crate) fn write(&self, record: RecordBuilder<'_, '_>) -> Result<(), PollError> {
        let mut words = self.name.split_ascii_whitespace();
        let detector = words.next().and_then(words::detector);
        let (mut signal, mut scale) = (None, None);
        for word in words.take_while(|_| detector.is_some()) {
            signal = signal.or(words::signal(word));
            scale = scale.or(words::scale(word));
        }
        record
            .int("parameter", self.parameter)
            .text("detector", detector)
            .choice("signal", signal)
            .choice("scale", scale)
            .float("voltage", self.voltage)
            .float("gain", self.gain)
            .push()
    }
}
