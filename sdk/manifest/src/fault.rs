//! Something wrong in a manifest's meaning, and under which keys it stands; `yaml::locate` finds the place.

/// What is wrong, at a path that grows outwards as the fault is handed up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys from the inside out.
    inside_out: Vec<String>,
    message: String,
}

impl Fault {
    /// At the thing that is being checked.
    pub(crate) fn here(message: impl Into<String>) -> Self {
        Self { inside_out: Vec::new(), message: message.into() }
    }

    /// At one of its keys.
    pub(crate) fn at(key: &str, message: impl Into<String>) -> Self {
        Self::here(message).under(key)
    }

    /// The same, seen from the mapping around.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.inside_out.push(key.to_owned());
        self
    }

    /// Keys from the file's root inwards.
    pub(crate) fn path(&self) -> Vec<String> {
        self.inside_out.iter().rev().cloned().collect()
    }

    /// The message behind its path.
    pub(crate) fn message(&self) -> String {
        match self.path().join(".") {
            path if path.is_empty() => self.message.clone(),
            path => format!("{path}: {}", self.message),
        }
    }
}
