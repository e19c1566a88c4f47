//! The plugin that a family's thread runs: looks for the wish for another one, and is on trial until its first commit.

use std::time::Duration;

use labrelay_model::FamilyName;
use labrelay_os::file::FileStamp;
use tracing::error;

use crate::event::{self, Event};
use crate::exchange::Exchange;
use crate::pipeline::End;
use crate::plugin_folder::Choice;
use crate::status::Board;
use crate::stop::Stop;

/// What runs.
pub(crate) struct RunningPlugin {
    exchange: Exchange,
    board: Board,
    family: FamilyName,
    runs: Choice,
    /// What ran before, as long as this one has committed nothing.
    before: Option<Choice>,
    /// The list of trust that it was judged by.
    trust: Option<FileStamp>,
}

impl RunningPlugin {
    /// `runs`; on trial if it runs in the place of `before`.
    pub(crate) fn new(
        exchange: Exchange,
        board: Board,
        family: FamilyName,
        runs: Choice,
        before: Option<Choice>,
    ) -> Self {
        let running = Self { exchange, board, family, runs, before, trust: None };
        if !running.is_on_trial() {
            running.note();
        }
        running
    }

    /// With the list of trust that it was judged by.
    pub(crate) fn judged_by(self, trust: Option<FileStamp>) -> Self {
        Self { trust, ..self }
    }

    /// Whether there is another wish, or another list of trust. Costs two looks at small files.
    pub(crate) fn has_news(&self) -> bool {
        self.exchange.news(&self.runs).is_some() || self.exchange.trust_stamp() != self.trust
    }

    /// Waits, or shorter when told to stop, and where there is news.
    pub(crate) fn rest(&self, stop: &Stop, time: Duration) {
        self.exchange.rest(stop, time);
    }

    /// Libraries that a look may have to ask.
    pub(crate) fn libraries(&self) -> usize {
        self.exchange.libraries()
    }

    /// What follows from the news. A wish that can't go on from `cursor`, the committed one, is refused, and this one runs on.
    pub(crate) fn look(&mut self, cursor: Option<Vec<u8>>) -> Option<End> {
        self.trust = self.exchange.trust_stamp();
        if let Some(wish) = self.exchange.news(&self.runs) {
            match self.exchange.rehearse(&wish, cursor) {
                // What is on trial itself is nothing to go back to.
                Ok(()) => {
                    return Some(End::Exchange(self.before.take().unwrap_or_else(|| self.runs.clone())));
                }
                Err(why) => self.refuse(&wish, &format!("{wish}: {why:#}")),
            }
        }
        (!self.exchange.is_still_trusted(&self.runs)).then_some(End::Distrusted)
    }

    /// Whether it runs in the place of another and has committed nothing yet.
    pub(crate) fn is_on_trial(&self) -> bool {
        self.before.is_some()
    }

    /// It has shown that it works.
    pub(crate) fn has_committed(&mut self) {
        if self.before.take().is_some() {
            self.note();
        }
    }

    /// It failed on trial: what ran before is chosen again.
    pub(crate) fn take_back(&mut self, why: &str) {
        if let Some(before) = self.before.take() {
            take_back(&self.exchange, &self.family, &self.runs, &before, why);
        }
    }

    fn note(&self) {
        if let Err(error) = self.exchange.note(&self.runs) {
            error!("which plugin runs can't be remembered: {error:#}");
        }
    }

    fn refuse(&mut self, wish: &Choice, why: &str) {
        event::tell(Event::PluginRefused, &self.family, &why);
        remember(&self.exchange, wish, &self.runs, why);
        self.runs.serial = wish.serial;
        self.board.update(&self.family, |status| {
            if let Some(plugin) = &mut status.plugin {
                plugin.refused = Some(why.to_owned());
            }
        });
    }
}

/// `failed` gave way to `before` again.
pub(crate) fn take_back(
    exchange: &Exchange,
    family: &FamilyName,
    failed: &Choice,
    before: &Choice,
    why: &str,
) {
    let why = format!("{failed}: {why}");
    event::tell(Event::PluginTakenBack, family, &why);
    remember(exchange, failed, before, &why);
}

fn remember(exchange: &Exchange, wish: &Choice, instead: &Choice, why: &str) {
    if let Err(error) = exchange.refuse(wish, instead, why) {
        error!("that a plugin was refused can't be remembered, so it is tried again: {error:#}");
    }
}
