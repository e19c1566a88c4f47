//! The events of a data set, block by block, so that memory holds one block whatever the file's size. Values are as stored:
//! not compensated, and not made linear.

use super::layout::{ByteOrder, Layout, Parameter, Storage};
use super::reader::Slice;
use super::{DataSet, FcsError, Part};
use crate::Input;

/// Bytes read at once: fits the second-level cache, since a block is gone through once for each parameter.
const BLOCK_BYTES: usize = 64 * 1024;

/// Reads events from the first to the last.
///
/// ```
/// use labrelay_collector::fcs::{DataSets, FcsError, Layout, ListMode};
/// use labrelay_collector::testing::fcs::FcsMaker;
///
/// # fn main() -> Result<(), FcsError> {
/// let keywords = [("$PAR", "1"), ("$TOT", "3"), ("$DATATYPE", "I"), ("$BYTEORD", "1,2"), ("$P1B", "16"), ("$P1R", "1024")];
/// let file = FcsMaker::new().with_all(keywords).events(&[1, 0, 2, 0, 255, 255]).build();
/// let mut input = file.as_slice();
/// let Some(set) = DataSets::of(&mut input).next().transpose()? else { return Ok(()) };
///
/// let layout = Layout::of(&set)?;
/// let mut events = ListMode::of(&mut input, &set, &layout);
/// let mut values = Vec::new();
/// while let Some(block) = events.next_block()? {
///     block.each(&layout.parameters()[0], |value| values.push(value));
/// }
/// assert_eq!(values, [1.0, 2.0, 1023.0]); // the range of 1,024 masks the upper bits
/// # Ok(())
/// # }
/// ```
pub struct ListMode<'a> {
    file: Slice<'a>,
    layout: &'a Layout,
    /// Events given so far.
    given: u64,
    block: Vec<u8>,
}

/// Some whole events.
pub struct Block<'b> {
    bytes: &'b [u8],
    layout: &'b Layout,
}

impl<'a> ListMode<'a> {
    /// Begins at the first event of `set`, which is stored as `layout` says.
    pub fn of(input: &'a mut dyn Input, set: &DataSet, layout: &'a Layout) -> Self {
        Self { file: Slice { input, at: set.at }, layout, given: 0, block: Vec::new() }
    }

    /// How its events are stored.
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// The next events; `None` behind the last one.
    ///
    /// # Errors
    ///
    /// [`FcsError::Truncated`] if the file became shorter since it was opened, [`FcsError::Read`] if it can't be read.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, FcsError> {
        let event_bytes = self.layout.event_bytes;
        let at_once = (BLOCK_BYTES / event_bytes).max(1) as u64;
        let events = at_once.min(self.layout.events() - self.given);
        if events == 0 {
            return Ok(None);
        }
        self.block.resize(events as usize * event_bytes, 0);
        let from = self.layout.begin.saturating_add(self.given * event_bytes as u64);
        self.file.fill(Part::Data, from, &mut self.block)?;
        self.given += events;
        Ok(Some(Block { bytes: &self.block, layout: self.layout }))
    }
}

impl Block<'_> {
    /// Number of events in it.
    pub fn events(&self) -> usize {
        self.bytes.len() / self.layout.event_bytes
    }

    /// Gives the value of one parameter for each event, in order.
    pub fn each(&self, parameter: &Parameter, see: impl FnMut(f64)) {
        let order = self.layout.order;
        match parameter.storage {
            Storage::U8 { mask } => self.integers::<1>(parameter, order, mask, see),
            Storage::U16 { mask } => self.integers::<2>(parameter, order, mask, see),
            Storage::U24 { mask } => self.integers::<3>(parameter, order, mask, see),
            Storage::U32 { mask } => self.integers::<4>(parameter, order, mask, see),
            Storage::F32 => self.floats(parameter, order, f32::from_le_bytes, f32::from_be_bytes, see),
            Storage::F64 => self.floats(parameter, order, f64::from_le_bytes, f64::from_be_bytes, see),
        }
    }

    fn integers<const N: usize>(
        &self,
        parameter: &Parameter,
        order: ByteOrder,
        mask: u32,
        mut see: impl FnMut(f64),
    ) {
        let add = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        match order {
            ByteOrder::LowFirst => self
                .column::<N>(parameter)
                .for_each(|bytes| see(f64::from(bytes.iter().rev().fold(0, add) & mask))),
            ByteOrder::HighFirst => {
                self.column::<N>(parameter)
                    .for_each(|bytes| see(f64::from(bytes.iter().fold(0, add) & mask)));
            }
        }
    }

    fn floats<const N: usize, F: Into<f64>>(
        &self,
        parameter: &Parameter,
        order: ByteOrder,
        low_first: impl Fn([u8; N]) -> F,
        high_first: impl Fn([u8; N]) -> F,
        mut see: impl FnMut(f64),
    ) {
        match order {
            ByteOrder::LowFirst => self.column(parameter).for_each(|bytes| see(low_first(*bytes).into())),
            ByteOrder::HighFirst => self.column(parameter).for_each(|bytes| see(high_first(*bytes).into())),
        }
    }

    /// The bytes of one parameter in each event.
    fn column<const N: usize>(&self, parameter: &Parameter) -> impl Iterator<Item = &[u8; N]> {
        let from = self.bytes.get(parameter.offset..).unwrap_or_default();
        from.chunks(self.layout.event_bytes).filter_map(|event| event.first_chunk())
    }
}
