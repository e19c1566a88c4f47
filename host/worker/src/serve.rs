//! The worker's side: takes requests off the channel, one after the other, until the host is gone.
//!
//! Holds no state but the loaded plugin. Anything unexpected ends the process: the host starts another. The order of a start is
//! the sandbox's: nothing of a plugin is loaded before `Confine`, and whoever loads it confines itself further at once.

use std::fs::File;
use std::process::ExitCode;

use abi_stable::std_types::RSlice;
use labrelay_abi::{
    PluginFault, PollRequest, RootV1_Ref, decode_request, encode_poll_reply, encode_reply, encode_request,
};
use labrelay_model::Redacted;
use labrelay_os::channel::Channel;
use labrelay_os::memory;
use labrelay_os::process::{become_worker, raw_number};
use labrelay_os::sandbox::{self, Confinement};

use crate::frame::{self, FrameError, Kind};
use crate::load::load;

/// A reply below this says that there is little to read: some 400 records.
const REST_BYTES: usize = 64 * 1024;

/// What the worker program runs: a worker process on the channel that is its standard input.
pub fn worker_main() -> ExitCode {
    let served = become_worker().map_err(FrameError::from).and_then(|channel| serve(&channel));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(FrameError::Io(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(channel: &Channel) -> Result<(), FrameError> {
    let mut plugin = None;
    let mut confinement = None;
    let mut largest = 0; // reply since memory was given back
    loop {
        let (head, body, files) = frame::receive_request(channel)?;
        let reply = Redacted(match head.kind {
            Kind::Confine => confine_reply(&mut confinement, &files),
            Kind::Load => load_reply(&mut plugin, confinement.as_ref(), &files, &body)?,
            kind => call(plugin, kind, body, &files),
        });
        drop(files); // handles are good for one poll
        frame::send(channel, head.id, head.kind, &reply.0, &[], None)?;
        largest = largest.max(reply.0.len());
        if reply.0.len() < REST_BYTES && largest >= REST_BYTES {
            drop(reply);
            memory::give_back(); // there was little to read: it rests now, more likely than not
            largest = 0;
        }
    }
}

fn confine_reply(confinement: &mut Option<Confinement>, files: &[File]) -> Vec<u8> {
    let Some(library) = files.first() else { return Vec::new() };
    confinement.insert(sandbox::confine(library)).to_bytes()
}

/// Nothing is loaded before `Confine`; the host has seen what that gave. An empty reply is garbage to the host.
fn load_reply(
    plugin: &mut Option<RootV1_Ref>,
    confinement: Option<&Confinement>,
    files: &[File],
    name: &[u8],
) -> Result<Vec<u8>, FrameError> {
    let (Some(confinement), Some(file)) = (confinement, files.first()) else { return Ok(Vec::new()) };
    let loaded = load(file, name).map(|root| *plugin = Some(root));
    sandbox::confine_further(confinement)?;
    Ok(postcard::to_allocvec(&loaded).unwrap_or_default())
}

fn call(plugin: Option<RootV1_Ref>, kind: Kind, body: Vec<u8>, files: &[File]) -> Vec<u8> {
    let Some(root) = plugin else { return encode_reply::<()>(&Err(PluginFault::NotOpen)) };
    let (function, body) = match kind {
        Kind::Describe => (root.describe(), body),
        Kind::Open => (root.open(), body),
        Kind::Close | Kind::Load | Kind::Confine => (root.close(), body),
        Kind::Poll => match with_handles(&body, files) {
            Some(body) => (root.poll(), body),
            None => return encode_poll_reply(Err(PluginFault::BadRequest)),
        },
    };
    function(RSlice::from_slice(&body)).into_vec()
}

/// The host can't know the numbers under which its files arrive here.
fn with_handles(body: &[u8], files: &[File]) -> Option<Vec<u8>> {
    let mut request: PollRequest = decode_request(body).ok()?;
    if request.handles.len() != files.len() {
        return None;
    }
    for (handle, file) in request.handles.iter_mut().zip(files) {
        handle.raw = raw_number(file);
    }
    Some(encode_request(&request))
}
