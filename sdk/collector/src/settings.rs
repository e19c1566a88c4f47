//! What a site has configured for a plugin.

use std::collections::BTreeMap;

use labrelay_abi::{MANIFEST_KEY, OpenRequest, QcRule, ROLES_KEY};
use labrelay_manifest::{Manifest, Reader, SiteWords, Zone};
use labrelay_model::SourceName;
use serde::de::DeserializeOwned;

use crate::OpenError;

/// A site's settings for this plugin.
#[derive(Debug, Clone)]
pub struct Settings {
    own: serde_json::Map<String, serde_json::Value>,
    qc: QcRule,
    words: SiteWords,
    readers: Vec<(SourceName, Reader)>,
}

impl Settings {
    pub(crate) fn new(request: &OpenRequest, manifest: &Manifest) -> Result<Self, OpenError> {
        let mut own: serde_json::Map<_, _> = serde_json::from_str(&request.settings_json)
            .map_err(|_| bad("settings", "a table of this plugin's settings"))?;
        own.remove(MANIFEST_KEY);
        let zone =
            request.zone.parse().map_err(|_| bad("zone", "an IANA time zone such as Europe/Berlin"))?;
        let roles: BTreeMap<String, u16> = match own.remove(ROLES_KEY) {
            Some(roles) => serde_json::from_value(roles)
                .map_err(|_| bad(ROLES_KEY, "accounts with the indexes of roles"))?,
            None => BTreeMap::new(),
        };
        let words = SiteWords::new(roles.iter().map(|(account, role)| (account.as_str(), *role)), zone);
        let sources = manifest.sources().iter().map(|source| source.name.clone());
        let readers = sources.zip(manifest.readers().unwrap_or_default().iter().cloned()).collect();
        Ok(Self { own, qc: request.qc.clone(), words, readers })
    }

    /// Whether a panel or tube of this name is QC at this site. The name itself must not go into a record.
    pub fn is_qc(&self, name: &str) -> bool {
        match &self.qc {
            QcRule::All => true,
            QcRule::Names(names) => {
                let name = name.trim().to_lowercase();
                names.iter().any(|known| known.trim().to_lowercase() == name)
            }
        }
    }

    /// The zone in which the instrument's clock runs.
    pub fn zone(&self) -> &Zone {
        self.words.zone()
    }

    /// How the manifest has each source read: of a stock plugin one for each source, else none.
    pub fn readers(&self) -> &[(SourceName, Reader)] {
        &self.readers
    }

    /// The plugin's own section as JSON, for a reader in another language.
    pub fn to_json(&self) -> String {
        serde_json::Value::Object(self.own.clone()).to_string()
    }

    /// What lines mean at this site.
    pub(crate) fn words(&self) -> &SiteWords {
        &self.words
    }

    /// The setting `key` of the plugin's own section; `None` if it is not set.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, OpenError> {
        let Some(value) = self.own.get(key) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|why| bad(key, &why.to_string()))
    }
}

fn bad(key: &str, expected: &str) -> OpenError {
    OpenError::BadSetting { key: key.into(), expected: expected.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str, zone: &str) -> Result<Settings, OpenError> {
        let manifest = "manifest: 1\nfamily: f\ntitle: F\nversion: 1.0.0\n\
                        streams: {s: {about: qc, description: S., fields: {b: {type: bool}}}}";
        let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
        let qc = QcRule::Names(vec!["Flow-Check Pro".into()]);
        let request = OpenRequest { settings_json: json.into(), qc, zone: zone.into(), cursor: None };
        Settings::new(&request, &manifest)
    }

    #[test]
    fn qc_names_are_compared_whole_and_without_regard_to_case() {
        let settings = settings("{}", "UTC").unwrap();
        assert!(settings.is_qc(" FLOW-CHECK pro"));
        assert!(!settings.is_qc("Flow-Check"));
        assert!(!settings.is_qc(""));
    }

    #[test]
    fn a_wrong_setting_names_its_key() {
        let settings = settings(r#"{"lanes": "two"}"#, "Europe/Berlin").unwrap();
        assert_eq!(settings.get::<u8>("absent"), Ok(None));
        let error = settings.get::<u8>("lanes").unwrap_err().to_string();
        assert!(error.contains("lanes") && error.contains("u8"), "{error}");
    }

    #[test]
    fn a_wrong_zone_is_refused() {
        assert!(settings("{}", "Middle/Earth").unwrap_err().to_string().contains("zone"));
    }
}
