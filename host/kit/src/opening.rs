//! How a plugin is started, asked what it is, and opened at a case's site. Polls nothing.

use labrelay_abi::{Describe, OpenRequest, QcRule, ROLES_KEY};
use labrelay_manifest::Inventory;
use labrelay_os::sandbox::{Hold, words};
use labrelay_worker::{Worker, WorkerError, WorkerSpec};

use crate::Subject;
use crate::case::About;

/// What a library says of itself, and how it was held while it did.
pub(crate) fn describe(subject: &Subject) -> Result<(Describe, String), WorkerError> {
    let mut worker = Worker::start(&worker_spec(subject)?)?;
    let described = worker.describe();
    let held = worker.confinement().parts(Hold::InForce);
    worker.stop();
    Ok((described?, words(&held)))
}

/// The worker that the library is loaded in.
pub(crate) fn worker_spec(subject: &Subject) -> Result<WorkerSpec, WorkerError> {
    Ok(WorkerSpec {
        accept_missing: subject.accept_missing.clone(),
        ..WorkerSpec::installed(&subject.library)?
    })
}

/// What a host would open the plugin with at a case's site.
pub(crate) fn open_request(about: &About) -> OpenRequest {
    let nothing = Inventory::default();
    let inventory = about.inventory.as_ref();
    let mut settings = about.settings.clone();
    if let Some(inventory) = inventory {
        settings.insert(ROLES_KEY.to_owned(), inventory.roles.accounts().collect());
    }
    let Inventory { qc, zone, .. } = inventory.unwrap_or(&nothing);
    let qc = match about.treat_as {
        Some(_) => QcRule::All,
        None => QcRule::Names(qc.iter().map(|name| name.to_string()).collect()),
    };
    let settings_json = serde_json::Value::Object(settings).to_string();
    OpenRequest { settings_json, qc, zone: zone.name().to_owned(), cursor: None }
}
