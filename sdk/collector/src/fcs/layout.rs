//! How the events of a data set are stored, by its keywords alone. Reads no event, and knows no compensation.
//!
//! Where the standard (FCS 3.1, section 3.2) and real writers part:
//!
//! - A width that is no whole number of bytes is stored in the next one that is: the FC500 writes `$PnB` 10 and words of 16
//!   bits. Packed bits, which the standard also allows, were seen in no file.
//! - Bits above the range (`$PnR`) are masked away, as the standard asks: Navios keeps its baseline offset there.
//! - `$TOT` is optional in FCS 2.0; then DATA says how many events there are.

use super::{DataSet, FcsError, Text};

/// Most parameters of one event: a spectral cytometer stores three signals of each of 64 detectors, and scatter, and time.
pub const MAX_PARAMETERS: usize = 512;

/// How events are stored: the parameters in order, and how many events there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub(super) order: ByteOrder,
    pub(super) event_bytes: usize,
    pub(super) begin: u64,
    parameters: Vec<Parameter>,
    events: u64,
}

/// One value of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    pub(super) offset: usize,
    pub(super) storage: Storage,
    top: f64,
    scale: Scale,
}

/// What a channel number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// It grows with the signal.
    Linear,
    /// It grows with the signal's logarithm (`$PnE`), so that a coefficient of variation of it says nothing.
    Logarithmic,
}

/// Bytes of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    U8 { mask: u32 },
    U16 { mask: u32 },
    U24 { mask: u32 },
    U32 { mask: u32 },
    F32,
    F64,
}

/// Which byte of a value comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    LowFirst,
    HighFirst,
}

impl Layout {
    /// Reads how the events of `set` are stored.
    ///
    /// # Errors
    ///
    /// [`FcsError::UnreadEvents`] if the form is none that is read here, [`FcsError::FewerEvents`] if DATA has not the bytes
    /// for `$TOT` events.
    pub fn of(set: &DataSet) -> Result<Self, FcsError> {
        let unread = |keyword| FcsError::UnreadEvents { at: set.at, keyword };
        let text = &set.text;
        match text.text("$MODE") {
            Some(mode) if mode != "L" => return Err(unread("$MODE")),
            _ => {}
        }
        let data_type = DataType::of(text).ok_or(unread("$DATATYPE"))?;
        let order = byte_order(text).ok_or(unread("$BYTEORD"))?;
        let count = text.int("$PAR").and_then(|count| usize::try_from(count).ok());
        let count = count.filter(|count| (1..=MAX_PARAMETERS).contains(count)).ok_or(unread("$PAR"))?;
        let mut parameters = Vec::with_capacity(count);
        let mut event_bytes = 0;
        for number in 1..=count {
            let parameter =
                Parameter::read(text, number, data_type, event_bytes).ok_or(unread("$PnB or $PnR"))?;
            event_bytes += parameter.storage.bytes();
            parameters.push(parameter);
        }
        let (begin, bytes) = set.data.map_or((0, 0), |span| (span.begin, span.len().unwrap_or(0)));
        let room = bytes / event_bytes as u64;
        let events = match text.int("$TOT") {
            Some(events) => u64::try_from(events).map_err(|_| unread("$TOT"))?,
            None => room,
        };
        if events > room {
            return Err(FcsError::FewerEvents { at: set.at, events, room });
        }
        Ok(Self { order, event_bytes, begin, parameters, events })
    }

    /// Number of events.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Bytes that all events take.
    pub fn bytes(&self) -> u64 {
        self.events.saturating_mul(self.event_bytes as u64)
    }

    /// The parameters in the file's order; the first one is `$P1`.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Parameter {
    /// Largest value that its range allows: whatever is stronger is stored as this.
    pub fn top(&self) -> f64 {
        self.top
    }

    /// Bits that its range takes: 10 for channels from 0 to 1,023.
    pub fn bits(&self) -> u32 {
        (self.top + 1.0).log2().ceil() as u32
    }

    /// What its channel numbers mean.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    fn read(text: &Text, number: usize, data_type: DataType, offset: usize) -> Option<Self> {
        let range = text.number(&format!("$P{number}R")).filter(|range| *range >= 1.0)?;
        let storage = match data_type {
            DataType::Integer => integer(text.int(&format!("$P{number}B"))?, range)?,
            DataType::Float => Storage::F32,
            DataType::Double => Storage::F64,
        };
        let scale = scale(text.text(&format!("$P{number}E")).as_deref());
        Some(Self { offset, storage, top: range - 1.0, scale })
    }
}

impl Storage {
    fn bytes(self) -> usize {
        match self {
            Self::U8 { .. } => 1,
            Self::U16 { .. } => 2,
            Self::U24 { .. } => 3,
            Self::U32 { .. } | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// `$DATATYPE`; ASCII numbers are not read.
#[derive(Clone, Copy)]
enum DataType {
    Integer,
    Float,
    Double,
}

impl DataType {
    fn of(text: &Text) -> Option<Self> {
        match &*text.text("$DATATYPE")? {
            "I" => Some(Self::Integer),
            "F" => Some(Self::Float),
            "D" => Some(Self::Double),
            _ => None,
        }
    }
}

/// Words of `bits` bits with what is below `range`, which the standard has as a power of two; else the next one masks.
fn integer(bits: i64, range: f64) -> Option<Storage> {
    let bytes = u32::try_from(bits).ok()?.div_ceil(8);
    let largest = (range - 1.0) as u32; // a range beyond 32 bits masks nothing
    let mask = u32::MAX.checked_shr(largest.leading_zeros()).unwrap_or(0);
    match bytes {
        1 => Some(Storage::U8 { mask }),
        2 => Some(Storage::U16 { mask }),
        3 => Some(Storage::U24 { mask }),
        4 => Some(Storage::U32 { mask }),
        _ => None,
    }
}

/// `1,2,3,4` or `4,3,2,1`, of as many bytes as the writer likes: LMD files say `1,2` where words have 16 bits.
fn byte_order(text: &Text) -> Option<ByteOrder> {
    let order = text.text("$BYTEORD")?;
    let bytes: Vec<u8> = order.split(',').map(|byte| byte.trim().parse().ok()).collect::<Option<_>>()?;
    let low_first = (1..).zip(&bytes).all(|(number, byte)| number == *byte);
    let high_first = (1..).zip(bytes.iter().rev()).all(|(number, byte)| number == *byte);
    match (low_first, high_first) {
        (true, _) => Some(ByteOrder::LowFirst),
        (_, true) => Some(ByteOrder::HighFirst),
        _ => None,
    }
}

/// `$PnE`: decades and the smallest signal, both 0 on a linear scale.
fn scale(word: Option<&str>) -> Scale {
    let decades = word.and_then(|word| word.split(',').next()?.trim().parse::<f64>().ok());
    if decades.is_some_and(|decades| decades > 0.0) { Scale::Logarithmic } else { Scale::Linear }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fcs::DataSets;
    use crate::testing::fcs::FcsMaker;

    fn maker() -> FcsMaker {
        FcsMaker::new().events(&[0; 12]).with_all([
            ("$PAR", "2"),
            ("$TOT", "3"),
            ("$DATATYPE", "I"),
            ("$BYTEORD", "1,2"),
            ("$P1B", "16"),
            ("$P1R", "1024"),
            ("$P2B", "16"),
            ("$P2R", "1024"),
        ])
    }

    fn layout(maker: &FcsMaker) -> Result<Layout, FcsError> {
        Layout::of(&DataSets::of(&mut maker.build().as_slice()).next().unwrap().unwrap())
    }

    #[test]
    fn words_take_whole_bytes_and_the_range_masks_what_is_above() {
        for (bits, bytes) in [("8", 1), ("10", 2), ("16", 2), ("20", 3), ("24", 3), ("32", 4)] {
            assert_eq!(integer(bits.parse().unwrap(), 256.0).unwrap().bytes(), bytes, "{bits}");
        }
        assert_eq!(integer(64, 256.0), None);
        for (range, mask) in [(1024.0, 0x3FF), (1_000.0, 0x3FF), (1_048_576.0, 0xF_FFFF), (1.0, 0)] {
            assert_eq!(integer(32, range), Some(Storage::U32 { mask }), "{range}");
        }
        assert_eq!(integer(32, 4_294_967_296.0), Some(Storage::U32 { mask: u32::MAX }));
        assert_eq!(integer(32, 1e12), Some(Storage::U32 { mask: u32::MAX }));
    }

    #[test]
    fn the_number_of_events_is_told_or_follows_from_data() {
        assert_eq!(layout(&maker()).unwrap().events(), 3);
        assert_eq!(layout(&maker().changed("$TOT", "2")).unwrap().bytes(), 8);
        assert_eq!(layout(&maker().without("$TOT")).unwrap().events(), 3);
        assert_eq!(layout(&maker().changed("$TOT", "0").events(&[])).unwrap().events(), 0);
        let more = layout(&maker().changed("$TOT", "4"));
        assert!(matches!(more, Err(FcsError::FewerEvents { events: 4, room: 3, .. })), "{more:?}");
    }

    #[test]
    fn a_form_that_is_not_read_is_named_by_its_keyword() {
        let changes = [
            ("$MODE", "$MODE", "U"),
            ("$DATATYPE", "$DATATYPE", "A"),
            ("$BYTEORD", "$BYTEORD", "2,1,4,3"),
            ("$PAR", "$PAR", "0"),
            ("$PAR", "$PAR", "513"),
            ("$PnB or $PnR", "$P1B", "64"),
            ("$PnB or $PnR", "$P2R", "0"),
            ("$TOT", "$TOT", "-1"),
        ];
        for (named, changed, value) in changes {
            match layout(&maker().with("$MODE", "L").changed(changed, value)) {
                Err(FcsError::UnreadEvents { keyword, .. }) => assert_eq!(keyword, named),
                other => panic!("{changed} {value}: {other:?}"),
            }
        }
    }

    #[test]
    fn decades_make_a_scale_logarithmic() {
        assert_eq!(scale(Some(" 4.0,0.1024")), Scale::Logarithmic);
        assert_eq!([scale(Some("0,0")), scale(Some("?")), scale(None)], [Scale::Linear; 3]);
    }
}
