//! Which of delivery's ups and downs are events: a refused device at once, an unreachable receiver only when it lasts.
//!
//! Tells each trouble once, until delivery goes on.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use labrelay_model::StreamId;
use labrelay_upload::Cause;

use crate::event::{self, Event};

/// A receiver that is restarted, or a night's maintenance of the network, is nobody's business.
const LONG: Duration = Duration::from_secs(3600);

/// How delivery has gone lately.
#[derive(Debug, Default)]
pub(crate) struct DeliveryNews(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    failing_since: Option<Instant>,
    told: Option<Event>,
}

impl DeliveryNews {
    /// Nothing came through, for `stream` or at all, because of `cause`.
    pub(crate) fn delayed(&self, stream: Option<&StreamId>, cause: &Cause) {
        if let Some(event) = self.of_failure(cause, Instant::now()) {
            let whom = stream.map_or_else(|| "any stream".to_owned(), ToString::to_string);
            event::tell(event, &whom, cause);
        }
    }

    /// Something came through.
    pub(crate) fn flowing(&self) {
        let memory = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if memory.told.is_some() {
            event::tell(Event::DeliveryResumed, &"", &"");
        }
    }

    fn of_failure(&self, cause: &Cause, now: Instant) -> Option<Event> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *memory.failing_since.get_or_insert(now);
        let event = match cause {
            Cause::NotAuthenticated { .. } | Cause::WrongDevice => Event::DeviceRefused,
            _ if now.duration_since(since) >= LONG => Event::ReceiverUnreachable,
            _ => return None,
        };
        (memory.told.replace(event) != Some(event)).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_news_after_an_hour_and_only_once() {
        let news = DeliveryNews::default();
        let begun = Instant::now();
        let after =
            |minutes: u64| news.of_failure(&Cause::Unreachable, begun + Duration::from_secs(60 * minutes));
        assert_eq!((after(0), after(59)), (None, None));
        assert_eq!((after(60), after(90)), (Some(Event::ReceiverUnreachable), None));
        news.flowing();
        assert_eq!((after(91), after(150)), (None, None), "counted from the next failure");
        assert_eq!(after(151), Some(Event::ReceiverUnreachable));
    }

    #[test]
    fn a_refused_device_is_news_at_once() {
        let news = DeliveryNews::default();
        let now = Instant::now();
        assert_eq!(news.of_failure(&Cause::WrongDevice, now), Some(Event::DeviceRefused));
        assert_eq!(news.of_failure(&Cause::WrongDevice, now), None);
        assert_eq!(news.of_failure(&Cause::Unreachable, now), None);
    }
}
