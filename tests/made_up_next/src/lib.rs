//! The made-up instrument's plugin in its second version: it knows one more event, keeps a state of a newer version, which the
//! first one can't read, and has a mistake: it crashes on a log that begins with `!`.

#[path = "../../made_up/src/instrument.rs"]
#[allow(unreachable_pub)] // the first version shows it to others
mod instrument;
#[path = "../../made_up/src/messages.rs"]
mod messages;
#[path = "../../made_up/src/results.rs"]
mod results;

use instrument::MadeUp;
use labrelay_collector::{Batch, Collector, Input, Inputs, OpenError, PollError, Settings, State};

/// What the second version keeps.
const STATE: &[u8] = b"seen by 0.2.0";

/// The same reader.
pub struct Next(MadeUp);

impl Collector for Next {
    const STATE_VERSION: u32 = 2;

    fn open(settings: Settings, state: Option<State>) -> Result<Self, OpenError> {
        MadeUp::open(settings, state).map(Self)
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for mut input in inputs {
            if batch.is_full() {
                break;
            }
            let mut first = [0];
            let has_begun = input.read_at(0, &mut first).is_ok_and(|read| read == 1);
            assert!(!(has_begun && first == *b"!"), "the second version's mistake");
            instrument::read(input, batch)?;
        }
        batch.set_state(STATE)
    }

    fn rewind(&mut self, state: Option<State>) {
        self.0.rewind(state);
    }
}

labrelay_collector::export_collector!(Next, manifest: include_bytes!("../manifest.yaml"));
