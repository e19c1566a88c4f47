//! The worker's side: takes requests off the channel, one after the other, until the host is gone.
//!
//! Holds no state but the loaded plugin. Anything unexpected ends the process: the host starts another.

use std::os::fd::OwnedFd;
use std::process::ExitCode;

use abi_stable::std_types::RSlice;
use labrelay_abi::{
    PluginFault, PollRequest, RootV1_Ref, decode_request, encode_poll_reply, encode_reply, encode_request,
};
use labrelay_model::Redacted;
use labrelay_os::channel::Channel;
use labrelay_os::process::{become_worker, raw_number};

use crate::frame::{self, FrameError, Kind};
use crate::load::load;

/// What `labrelay worker` runs: a worker process on the channel that is its standard input.
pub fn worker_main() -> ExitCode {
    let served = become_worker().map_err(FrameError::from).and_then(|channel| serve(&channel));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(FrameError::Io(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(channel: &Channel) -> Result<(), FrameError> {
    // SANDBOX: applied here, before the first request; see `sandbox`.
    let mut plugin = None;
    loop {
        let (head, body, files) = frame::receive_request(channel)?;
        let reply = Redacted(match head.kind {
            Kind::Load => load_reply(&mut plugin, &files),
            kind => call(plugin, kind, body, &files),
        });
        drop(files); // handles are good for one poll
        frame::send(channel, head.id, head.kind, &reply.0, &[], None)?;
    }
}

fn load_reply(plugin: &mut Option<RootV1_Ref>, files: &[OwnedFd]) -> Vec<u8> {
    let Some(file) = files.first() else { return Vec::new() };
    let loaded = load(file).map(|root| *plugin = Some(root));
    postcard::to_allocvec(&loaded).unwrap_or_default() // the host takes an empty reply for garbage
}

fn call(plugin: Option<RootV1_Ref>, kind: Kind, body: Vec<u8>, files: &[OwnedFd]) -> Vec<u8> {
    let Some(root) = plugin else { return encode_reply::<()>(&Err(PluginFault::NotOpen)) };
    let (function, body) = match kind {
        Kind::Describe => (root.describe(), body),
        Kind::Open => (root.open(), body),
        Kind::Close | Kind::Load => (root.close(), body),
        Kind::Poll => match with_handles(&body, files) {
            Some(body) => (root.poll(), body),
            None => return encode_poll_reply(Err(PluginFault::BadRequest)),
        },
    };
    function(RSlice::from_slice(&body)).into_vec()
}

/// The host can't know the numbers under which its files arrive here.
fn with_handles(body: &[u8], files: &[OwnedFd]) -> Option<Vec<u8>> {
    let mut request: PollRequest = decode_request(body).ok()?;
    if request.handles.len() != files.len() {
        return None;
    }
    for (handle, file) in request.handles.iter_mut().zip(files) {
        handle.raw = raw_number(file);
    }
    Some(encode_request(&request))
}
