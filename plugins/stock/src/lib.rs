//! The stock plugin: reads text logs and tables as a manifest's `settings` describe them, for any family.
//!
//! Knows no instrument. What a line means is its stream's catalogue's business, what may leave the gate's.

mod cell;
mod log;
mod site;
mod table;
#[cfg(test)]
mod tests;

use labrelay_collector::stock::{Reader, STOCK_PLUGIN};
use labrelay_collector::{
    Batch, Collector, Inputs, OpenError, PollError, Settings, SourceName, State, export_stock_collector,
};

use log::Log;
use site::Site;
use table::Tables;

/// Reads every source as its manifest's `settings` say. Needs no state: how far it has read is the position of each input.
pub(crate) struct Stock {
    site: Site,
    sources: Vec<(SourceName, Source)>,
}

/// How a source is read.
enum Source {
    Log(Log),
    Tables(Box<Tables>),
}

impl Collector for Stock {
    fn open(settings: Settings, _: Option<State>) -> Result<Self, OpenError> {
        let source = |(name, reader): &(SourceName, Reader)| {
            Ok((
                name.clone(),
                match reader {
                    Reader::Textlog(log) => Source::Log(Log::new(log, &settings)?),
                    Reader::Table(table) => Source::Tables(Box::new(Tables::new(table, &settings)?)),
                },
            ))
        };
        let sources = settings.readers().iter().map(source).collect::<Result<_, OpenError>>()?;
        Ok(Self { site: Site::new(settings), sources })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        while !batch.is_full() {
            let Some(input) = inputs.next() else { break };
            let reader = self.sources.iter_mut().find(|(name, _)| name == input.source());
            match reader {
                Some((_, Source::Log(log))) => log.read(input, &self.site, batch)?,
                Some((_, Source::Tables(tables))) => tables.read(input, &self.site, batch)?,
                None => return Err(PollError::Other("a source that the manifest does not declare")),
            }
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {
        for (_, source) in &mut self.sources {
            if let Source::Tables(tables) = source {
                tables.forget();
            }
        }
    }
}

export_stock_collector!(Stock, name: STOCK_PLUGIN);
