//! `serve`: opens everything, tells where it listens, stops cleanly when told to.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use labrelay_receiver::limits::Limits;
use labrelay_receiver::server;
use labrelay_receiver::service::Service;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::cli::ServeArgs;
use crate::{commands, stop};

/// What is logged unless `RUST_LOG` says otherwise: ours in full, and of the libraries what went wrong for
/// good. A commit that lost a race is an error to delta-rs and everyday life to the committer.
const LOG: &str = "info,deltalake=off,deltalake_core=off,delta_kernel=off,buoyant_kernel=off";

pub(crate) fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOG));
    let colours = std::io::stderr().is_terminal(); // none in a file that scripts search
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let tls = server::tls(&args.cert, &args.key)?;
    let service = Service::open(&args.places.places()?, Limits::default())?;
    let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
    runtime.block_on(async {
        let stop = stop::told().context("can't listen for signals")?;
        let listener = TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("can't listen on {}; is the port taken?", args.listen))?;
        commands::announce(listener.local_addr()?);
        Ok(service.serve(listener, tls, stop).await?)
    })
}
