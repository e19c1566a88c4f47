//! A report as JUnit XML, the form that every CI system shows. Adds nothing to what the report says.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::{Check, Report, Verdict};

impl Report {
    /// One test suite, one test case for each check.
    pub fn to_junit(&self) -> io::Result<Vec<u8>> {
        let count = |verdict| self.checks.iter().filter(|check| check.verdict == verdict).count().to_string();
        let name = format!("labrelay plugin test {}", self.family);
        let (tests, failures, skipped) =
            (self.checks.len().to_string(), count(Verdict::Failed), count(Verdict::Skipped));
        let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let suite = xml.create_element("testsuite").with_attributes([
            ("name", name.as_str()),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
            ("errors", "0"),
            ("skipped", skipped.as_str()),
        ]);
        suite.write_inner_content(|xml| self.checks.iter().try_for_each(|check| self.write(xml, check)))?;
        Ok(xml.into_inner())
    }

    fn write(&self, xml: &mut Writer<Vec<u8>>, check: &Check) -> io::Result<()> {
        let class = format!("plugin.{}", self.family);
        let case = xml
            .create_element("testcase")
            .with_attributes([("classname", class.as_str()), ("name", check.name.as_str())]);
        case.write_inner_content(|xml| {
            let notes = printable(&check.notes.join("\n"));
            match check.verdict {
                Verdict::Passed => {}
                Verdict::Failed => {
                    let failure = xml.create_element("failure").with_attribute(("message", check.what));
                    failure.write_text_content(BytesText::new(&notes))?;
                }
                Verdict::Skipped => {
                    xml.create_element("skipped")
                        .with_attribute(("message", notes.as_str()))
                        .write_empty()?;
                }
            }
            let said = printable(&format!("{}: {}", check.what, check.figure));
            xml.create_element("system-out").write_text_content(BytesText::new(&said))?;
            Ok(())
        })?;
        Ok(())
    }
}

/// XML 1.0 has no place for most control characters, escaped or not.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}
