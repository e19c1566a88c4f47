//! One field's declaration, compiled: judges a value and makes it canonical in place.

use labrelay_model::{FieldType, FloatRange, IntRange, Reason, Timestamp, Value};

use crate::binding::Binding;
use crate::decimal::{self, EXACT_UNITS};
use crate::text::TextRule;

/// Greatest whole number that every JSON reader sees exactly: 2^53.
const EXACT_INT: i64 = 1 << 53;
/// How far an instrument's clock may be ahead of ours: a wrong time zone, and no more.
const LATEST_AHEAD_US: i64 = 24 * 3600 * 1_000_000;

/// What a value of one field must be.
#[derive(Debug)]
pub(crate) enum Rule {
    Int(IntRange),
    Float {
        range: FloatRange,
        decimals: u8,
    },
    Bool,
    Timestamp {
        earliest_us: i64,
    },
    Duration {
        range: IntRange,
        decimals: u8,
    },
    /// Which of a column's words may stand there.
    Choice(Box<[bool]>),
    Text(TextRule),
}

impl Rule {
    /// The rule of a field.
    pub(crate) fn new(ty: &FieldType, binding: &mut Binding) -> Self {
        match ty {
            FieldType::Int { range, .. } => Rule::Int(*range),
            FieldType::Float { range, decimals } => Rule::Float { range: *range, decimals: *decimals },
            FieldType::Bool => Rule::Bool,
            FieldType::Timestamp => Rule::Timestamp { earliest_us: binding.earliest_us() },
            FieldType::Duration { range, decimals } => Rule::Duration { range: *range, decimals: *decimals },
            FieldType::Version => Rule::Text(TextRule::Version),
            FieldType::Serial => Rule::Text(TextRule::Serial(binding.serials.clone())),
            FieldType::Code { pattern, max_bytes } => {
                Rule::Text(TextRule::Code(binding.code(pattern, *max_bytes)))
            }
            FieldType::Lot { pattern, max_bytes } => Rule::Text(TextRule::Lot {
                grammar: pattern.as_ref().map(|pattern| binding.code(pattern, *max_bytes)),
                lots: binding.lots.clone(),
            }),
            FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
                Rule::Choice(vec![true; ty.choices().unwrap_or_default()].into())
            }
        }
    }

    /// The rule of an event's slot whose values stand in a column that may take more than the slot does.
    pub(crate) fn of_slot(ty: &FieldType, column: &FieldType, binding: &mut Binding) -> Self {
        let Some(words) = ty.choices() else { return Self::new(ty, binding) };
        let mut taken = vec![false; column.choices().unwrap_or_default()];
        let own = (0..words).filter_map(|index| ty.choice(u16::try_from(index).ok()?));
        for index in own.filter_map(|word| column.choice_index(word)) {
            if let Some(taken) = taken.get_mut(usize::from(index)) {
                *taken = true;
            }
        }
        Rule::Choice(taken.into())
    }

    /// Passes `value`, which is no text, made canonical, or says why not.
    pub(crate) fn judge(&self, value: &mut Value, now: Timestamp) -> Result<(), Reason> {
        match (self, value) {
            (Rule::Int(range), Value::Int(number)) => check_whole(*number, range, EXACT_INT)?,
            (Rule::Float { range, decimals }, Value::Float(number)) => {
                *number = check_float(*number, range, *decimals)?;
            }
            (Rule::Bool, Value::Bool(_)) => {}
            (Rule::Timestamp { earliest_us }, Value::Timestamp(time)) => {
                check_time(*time, *earliest_us, now)?
            }
            (Rule::Duration { range, decimals }, Value::Duration(micros)) => {
                check_whole(*micros, range, EXACT_UNITS)?;
                *micros = decimal::round_micros(*micros, *decimals);
                check_whole(*micros, range, EXACT_UNITS)?;
            }
            (Rule::Choice(taken), Value::Enum(index)) => {
                let is_taken = taken.get(usize::from(*index)).is_some_and(|taken| *taken);
                is_taken.then_some(()).ok_or(Reason::NotInValues)?;
            }
            _ => return Err(Reason::WrongType),
        }
        Ok(())
    }

    /// Passes a text, or says why not.
    pub(crate) fn judge_text(&self, text: &str) -> Result<(), Reason> {
        if let Rule::Text(rule) = self { rule.check(text) } else { Err(Reason::WrongType) }
    }

    /// Whether a text that passed is bound only by its shape.
    pub(crate) fn is_unbound(&self, text: &str) -> bool {
        if let Rule::Text(rule) = self { rule.is_unbound(text) } else { false }
    }
}

/// Within the declared range, and within what survives JSON whatever was declared.
fn check_whole(number: i64, range: &IntRange, exact: i64) -> Result<(), Reason> {
    let fits = (range.min..=range.max).contains(&number) && (-exact..=exact).contains(&number);
    if fits { Ok(()) } else { Err(Reason::OutOfRange) }
}

/// The range holds for the number as read and as rounded: rounding neither lets in nor carries out.
fn check_float(number: f64, range: &FloatRange, decimals: u8) -> Result<f64, Reason> {
    if !number.is_finite() {
        return Err(Reason::NotFinite);
    }
    let within = |number: &f64| (range.min..=range.max).contains(number);
    Some(number)
        .filter(within)
        .and_then(|number| decimal::round(number, decimals))
        .filter(within)
        .ok_or(Reason::OutOfRange)
}

fn check_time(time: Timestamp, earliest_us: i64, now: Timestamp) -> Result<(), Reason> {
    let latest = now.saturating_add_micros(LATEST_AHEAD_US);
    let plausible = (earliest_us..=latest.as_micros()).contains(&time.as_micros());
    if plausible { Ok(()) } else { Err(Reason::TimeOutOfWindow) }
}
