//! Settings of the detectors, one record each.

use labrelay_collector::RecordBuilder;
use labrelay_collector::fcs::Text;

use crate::words;

/// Most parameters that are looked at; an acquisition has up to 20.
pub(crate) const MAX_PARAMETERS: i64 = 96;

/// What a parameter's name says in words that the instrument gives: `FL3 INT LOG` in data set 1 and `FL3-A` in data set 2 are
/// detector FL3 and its integral.
pub(crate) struct Name {
    pub(crate) detector: Option<String>,
    pub(crate) signal: Option<&'static str>,
    scale: Option<&'static str>,
}

impl Name {
    /// Name of the parameter with this number.
    pub(crate) fn of(text: &Text, number: i64) -> Self {
        let name = text.text(&format!("$P{number}N")).unwrap_or_default();
        let mut words = name.split([' ', '-']);
        let detector = words.next().and_then(words::detector).map(str::to_owned);
        let (mut signal, mut scale) = (None, None);
        for word in words.take_while(|_| detector.is_some()) {
            signal = signal.or(words::signal(word));
            scale = scale.or(words::scale(word));
        }
        Self { detector, signal, scale }
    }
}

/// Settings of the detector behind one parameter of the file.
pub(crate) struct Detector {
    pub(crate) parameter: i64,
    pub(crate) name: Name,
    voltage: Option<f64>,
    gain: Option<f64>,
}

/// The parameters that have a detector; time and ratios, which have neither voltage nor gain, are left out.
pub(crate) fn all(text: &Text) -> Vec<Detector> {
    let parameters = text.int("$PAR").unwrap_or(0).min(MAX_PARAMETERS);
    let all = (1..=parameters).map(|number| Detector::read(text, number));
    all.filter(|detector| detector.voltage.is_some() || detector.gain.is_some()).collect()
}

impl Detector {
    fn read(text: &Text, number: i64) -> Self {
        let positive = |name: String| text.number(&name).filter(|number| *number > 0.0);
        Self {
            parameter: number,
            name: Name::of(text, number),
            voltage: positive(format!("$P{number}V")),
            gain: positive(format!("@P{number}GAIN")).or_else(|| positive(format!("$P{number}G"))),
        }
    }

    /// Fills what the instrument was set to.
    pub(crate) fn write<'b, 'a>(&self, record: RecordBuilder<'b, 'a>) -> RecordBuilder<'b, 'a> {
        record
            .int("parameter", self.parameter)
            .text("detector", self.name.detector.as_deref())
            .choice("signal", self.name.signal)
            .choice("scale", self.name.scale)
            .float("voltage", self.voltage)
            .float("gain", self.gain)
    }
}
