//! The unit's text for a definition. What stands in it, and why, is told in the template itself.
//!
//! Refuses paths that a unit can't hold or whose use its own restrictions would forbid, instead of quoting them in clever ways.

use std::path::Path;

use super::super::{Definition, ServiceError};

/// The text with three places to fill in.
const TEMPLATE: &str = include_str!("labrelay.service.in");
/// Where systemd keeps services' state, and gives each its own folder.
const STATES: &str = "/var/lib";
/// Folders of which the service has its own, empty ones.
const HIDDEN: [&str; 2] = ["/tmp", "/var/tmp"];
/// Characters that mean something to systemd within a quoted word.
const SPECIAL: [char; 3] = ['"', '\\', '$'];

/// The unit that runs the service as `definition` says.
pub(super) fn text(definition: &Definition) -> Result<String, ServiceError> {
    let program = usable(&definition.program)?;
    let configuration = usable(&definition.configuration)?;
    Ok(TEMPLATE
        .replace("@PROGRAM@", &word(program))
        .replace("@CONFIGURATION@", &word(configuration))
        .replace("@CONDITION@", &specifiers_escaped(configuration)) // the rest of its line is the path
        .replace("@STATE@", state(&definition.state)?))
}

fn usable(path: &Path) -> Result<&str, ServiceError> {
    let refused = |why| Err(ServiceError::Path { path: path.into(), why });
    if HIDDEN.iter().any(|folder| path.starts_with(folder)) {
        return refused("the service has temporary folders of its own; move it elsewhere");
    }
    match path.to_str() {
        Some(text) if !text.contains(|c: char| c.is_control() || SPECIAL.contains(&c)) => Ok(text),
        _ => refused("it holds a character that a unit can't name; move it elsewhere"),
    }
}

/// A word of a command line.
fn word(text: &str) -> String {
    let escaped = specifiers_escaped(text);
    if text.contains([' ', '\'', ';']) { format!("\"{escaped}\"") } else { escaped }
}

fn specifiers_escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// The state folder below that of all services: the account is made by systemd, which gives it no other folder.
fn state(path: &Path) -> Result<&str, ServiceError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let below = path.strip_prefix(STATES).ok().and_then(Path::to_str);
    match below.filter(|name| !name.is_empty() && name.chars().all(is_plain) && !name.contains("..")) {
        Some(name) => Ok(name),
        None => Err(ServiceError::Path {
            path: path.into(),
            why: "systemd gives the service a folder in /var/lib; set `state: /var/lib/labrelay` in the configuration",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the Debian package installs.
    fn packaged() -> Definition {
        Definition {
            program: "/usr/lib/labrelay/labrelay".into(),
            configuration: "/etc/labrelay/labrelay.yaml".into(),
            state: "/var/lib/labrelay".into(),
        }
    }

    #[test]
    fn the_packaged_unit_is_the_one_that_is_made() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/debian/labrelay.service");
        let made = text(&packaged()).unwrap();
        let packaged = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == packaged,
            "{} is not up to date; it should be:\n{made}",
            path.canonicalize().unwrap_or(path).display()
        );
    }

    #[test]
    fn paths_with_spaces_and_percent_signs_stay_what_they_are() {
        let odd = Definition {
            program: "/opt/My Lab/50%/labrelay".into(),
            configuration: "/opt/My Lab/labrelay.yaml".into(),
            ..packaged()
        };
        let made = text(&odd).unwrap();
        let start =
            r#"ExecStart="/opt/My Lab/50%%/labrelay" service run --config "/opt/My Lab/labrelay.yaml""#;
        assert!(made.lines().any(|line| line == start), "{made}");
        assert!(made.contains("\nConditionPathExists=/opt/My Lab/labrelay.yaml\n"), "{made}");
    }

    #[test]
    fn what_would_be_an_order_of_its_own_is_refused() {
        for path in ["/opt/a\nUser=root", "/opt/\"a", "/opt/a\\", "/opt/$HOME", "/tmp/labrelay", "/var/tmp/a"]
        {
            let odd = Definition { program: path.into(), ..packaged() };
            assert!(matches!(text(&odd), Err(ServiceError::Path { .. })), "{path}");
            let odd = Definition { configuration: path.into(), ..packaged() };
            assert!(matches!(text(&odd), Err(ServiceError::Path { .. })), "{path}");
        }
    }

    #[test]
    fn the_state_folder_is_one_that_systemd_can_give() {
        let nested = Definition { state: "/var/lib/labrelay/flow-7".into(), ..packaged() };
        assert!(text(&nested).unwrap().contains("\nStateDirectory=labrelay/flow-7\n"));
        for path in
            ["/srv/state", "/var/lib", "/var/lib/a b", "/var/lib/../../etc", "/var/lib/%H", "/var/lib/a:b"]
        {
            let odd = Definition { state: path.into(), ..packaged() };
            let error = text(&odd).unwrap_err().to_string();
            assert!(error.contains("`state: /var/lib/labrelay`"), "{error}");
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        let made = text(&packaged()).unwrap();
        for place in ["@PROGRAM@", "@CONFIGURATION@", "@CONDITION@", "@STATE@"] {
            assert!(TEMPLATE.contains(place) && !made.contains(place), "{place}");
        }
    }
}
