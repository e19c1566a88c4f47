//! What `labrelay status --json` says, with the questions that tests ask of it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A snapshot of the host.
#[derive(Debug, Clone)]
pub struct Status(pub Value);

impl Status {
    /// Units at their end, of all families and outcomes.
    pub fn units(&self) -> u64 {
        self.lines().map(|(_, line)| line["units"].as_u64().unwrap()).sum()
    }

    /// Units of one family with one outcome (`accepted`, `quarantined`, `dropped`), and if given one reason.
    pub fn count(&self, family: &str, outcome: &str, reason: Option<&str>) -> u64 {
        let lines = self.lines().filter(|(name, line)| *name == family && line["outcome"] == outcome);
        let lines = lines.filter(|(_, line)| reason.is_none() || line["reason"].as_str() == reason);
        lines.map(|(_, line)| line["units"].as_u64().unwrap()).sum()
    }

    /// Units of one family with one outcome, by reason; lines without a reason are left out.
    pub fn reasons(&self, family: &str, outcome: &str) -> BTreeMap<String, u64> {
        let mut reasons = BTreeMap::new();
        for (_, line) in self.lines().filter(|(name, line)| *name == family && line["outcome"] == outcome) {
            if let Some(reason) = line["reason"].as_str() {
                *reasons.entry(reason.to_owned()).or_default() += line["units"].as_u64().unwrap();
            }
        }
        reasons
    }

    /// Records of all accepted units.
    pub fn accepted_records(&self) -> u64 {
        let accepted = self.lines().filter(|(_, line)| line["outcome"] == "accepted");
        accepted.map(|(_, line)| line["records"].as_u64().unwrap()).sum()
    }

    /// Batches that wait for delivery.
    pub fn waiting_batches(&self) -> u64 {
        self.0["spool"]["batches"].as_u64().unwrap()
    }

    /// Whether the spool's bound is reached.
    pub fn is_full(&self) -> bool {
        self.0["spool"]["full"].as_bool().unwrap()
    }

    /// The spool's life.
    pub fn epoch(&self) -> &str {
        self.0["spool"]["epoch"].as_str().unwrap()
    }

    /// What delivery last met with; empty while all is well.
    pub fn delivery_trouble(&self) -> &str {
        self.0["delivery_trouble"].as_str().unwrap_or_default()
    }

    /// What is wrong with a family; empty while all is well.
    pub fn trouble(&self, family: &str) -> &str {
        self.0["families"][family]["trouble"].as_str().unwrap_or_default()
    }

    /// What a family's collector is doing, such as `running`.
    pub fn state(&self, family: &str) -> &str {
        self.0["families"][family]["state"].as_str().unwrap_or_default()
    }

    /// Files and folders of a family that could not be read, in words.
    pub fn unreadable(&self, family: &str) -> String {
        let lines = self.0["families"][family]["unreadable"].as_array();
        lines.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &Value)> {
        let families = self.0["families"].as_object().unwrap().iter();
        families.flat_map(|(name, family)| {
            family["ledger"].as_array().unwrap().iter().map(move |line| (name.as_str(), line))
        })
    }
}
