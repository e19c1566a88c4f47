//! Something wrong in a manifest's meaning, and under which keys it stands; `yaml::locate` finds the place.

/// What is wrong, at a path that grows outwards as the fault is handed up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys from the inside out.
    inside_out: Vec<String>,
    message: String,
    other: Option<Other>,
}

/// The place that contradicts the one where a fault stands.
#[derive(Debug, PartialEq, Eq)]
struct Other {
    /// Keys from the inside out.
    inside_out: Vec<String>,
    /// How many mappings further out both places begin to share their keys.
    apart: usize,
}

impl Fault {
    /// At the thing that is being checked.
    pub(crate) fn here(message: impl Into<String>) -> Self {
        Self { inside_out: Vec::new(), message: message.into(), other: None }
    }

    /// At one of its keys.
    pub(crate) fn at(key: &str, message: impl Into<String>) -> Self {
        Self::here(message).under(key)
    }

    /// The same, with the place that contradicts this one: its keys from the inside out, up to a mapping that lies
    /// `apart` levels around the fault as it is now.
    pub(crate) fn contradicting(mut self, inside_out: Vec<String>, apart: usize) -> Self {
        self.other = Some(Other { inside_out, apart });
        self
    }

    /// The same, seen from the mapping around.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.inside_out.push(key.to_owned());
        if let Some(other) = &mut self.other {
            match other.apart.checked_sub(1) {
                Some(less) => other.apart = less,
                None => other.inside_out.push(key.to_owned()),
            }
        }
        self
    }

    /// Keys from the file's root inwards.
    pub(crate) fn path(&self) -> Vec<String> {
        self.inside_out.iter().rev().cloned().collect()
    }

    /// Keys from the file's root inwards to the place that contradicts this one.
    pub(crate) fn other_path(&self) -> Option<Vec<String>> {
        self.other.as_ref().map(|other| other.inside_out.iter().rev().cloned().collect())
    }

    /// The message behind its path.
    pub(crate) fn message(&self) -> String {
        match self.path().join(".") {
            path if path.is_empty() => self.message.clone(),
            path => format!("{path}: {}", self.message),
        }
    }
}
