//! Findings of `lint` as JUnit XML: a suite a file, a test case a finding, one that passes where there is none.
//!
//! A finding at or above `--fail-on` has failed; one below is skipped, so that reports show it and stay green.

use std::collections::BTreeSet;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Root, details, positions, rule_url};
use crate::error::Error;
use crate::report::{FailOn, Linted, Reported};
use crate::text::printable;

type Xml<'w> = Writer<&'w mut Vec<u8>>;

/// Writes the document.
pub fn write_linted_junit(out: &mut dyn Write, root: &Root, linted: &Linted, fail_on: FailOn) -> Result<(), Error> {
    let mut bytes = Vec::new();
    document(&mut Writer::new_with_indent(&mut bytes, b' ', 2), root, linted, fail_on).map_err(Error::Output)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

fn document(xml: &mut Xml<'_>, root: &Root, linted: &Linted, fail_on: FailOn) -> io::Result<()> {
    // The configuration has a suite only where something is wrong with it.
    let found = linted.findings.iter().map(|one| one.finding.place.source.name());
    let files: BTreeSet<&str> = linted.files.iter().map(String::as_str).chain(found).collect();
    let suites: Vec<Suite<'_>> = files.into_iter().map(|file| Suite::new(root, linted, file, fail_on)).collect();
    let count = |of: fn(&Suite<'_>) -> usize| suites.iter().map(of).sum::<usize>().to_string();
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .with_attribute(("name", "dynkeys lint"))
        .with_attribute(("tests", count(|suite| suite.tests()).as_str()))
        .with_attribute(("failures", count(|suite| suite.failed).as_str()))
        .with_attribute(("errors", "0"))
        .with_attribute(("skipped", count(|suite| suite.skipped()).as_str()))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| suite.write(xml)))?;
    Ok(())
}

/// What was found in one file.
struct Suite<'l> {
    path: String,
    findings: Vec<&'l Reported>,
    failed: usize,
    fail_on: FailOn,
}

impl<'l> Suite<'l> {
    fn new(root: &Root, linted: &'l Linted, file: &str, fail_on: FailOn) -> Self {
        let of_file = |one: &&Reported| one.finding.place.source.name() == file;
        let findings: Vec<&Reported> = linted.findings.iter().filter(of_file).collect();
        let failed = findings.iter().filter(|one| one.level.fails(fail_on)).count();
        Self { path: printable(&root.path(file)).into_owned(), findings, failed, fail_on }
    }

    fn tests(&self) -> usize {
        self.findings.len().max(1)
    }

    fn skipped(&self) -> usize {
        self.findings.len() - self.failed
    }

    fn write(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        xml.create_element("testsuite")
            .with_attribute(("name", self.path.as_str()))
            .with_attribute(("tests", self.tests().to_string().as_str()))
            .with_attribute(("failures", self.failed.to_string().as_str()))
            .with_attribute(("errors", "0"))
            .with_attribute(("skipped", self.skipped().to_string().as_str()))
            .write_inner_content(|xml| {
                if self.findings.is_empty() {
                    let case = xml.create_element("testcase").with_attribute(("classname", self.path.as_str()));
                    case.with_attribute(("name", "nothing found"))
                        .with_attribute(("file", self.path.as_str()))
                        .write_empty()?;
                }
                self.findings.iter().try_for_each(|one| self.write_case(xml, one))
            })?;
        Ok(())
    }

    fn write_case(&self, xml: &mut Xml<'_>, reported: &Reported) -> io::Result<()> {
        let finding = &reported.finding;
        let (level, rule, message) = (reported.level.as_str(), finding.rule.name, printable(&finding.message));
        let (start, _) = positions(finding);
        let mut text = format!("{level}[{rule}]: {message}\n{}:{}:{}", self.path, start.line, start.column);
        for line in details(finding).into_iter().chain([rule_url(finding.rule)]) {
            text.push('\n');
            text.push_str(&line);
        }
        xml.create_element("testcase")
            .with_attribute(("classname", self.path.as_str()))
            .with_attribute(("name", format!("{rule}: {message}").as_str()))
            .with_attribute(("file", self.path.as_str()))
            .with_attribute(("line", start.line.to_string().as_str()))
            .write_inner_content(|xml| {
                if reported.level.fails(self.fail_on) {
                    xml.create_element("failure")
                        .with_attribute(("type", level))
                        .with_attribute(("message", message.as_ref()))
                        .write_text_content(BytesText::new(&text))?;
                } else {
                    let message = format!("{level}: {message}");
                    xml.create_element("skipped").with_attribute(("message", message.as_str())).write_empty()?;
                    xml.create_element("system-out").write_text_content(BytesText::new(&text))?;
                }
                Ok(())
            })?;
        Ok(())
    }
}
