//! `sandbox`: which missing parts of the workers' sandbox a site accepts. There is no key that turns a part off.

use labrelay_os::sandbox::Part;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// What the site says about the workers' sandbox.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sandbox {
    /// Parts without which plugins run where the system lacks them.
    #[serde(deserialize_with = "parts")]
    pub accept_missing: Vec<Part>,
}

fn parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Part>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    words.iter().map(|word| word.parse().map_err(D::Error::custom)).collect()
}
