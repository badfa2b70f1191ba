//! The list of the rules, and the page of one.

use std::io::Write;

use serde_json::{Value, json};

use super::lint::rule_url;
use super::markdown::write_markdown;
use super::{Terminal, push_json, rule_page};
use crate::error::Error;
use crate::report::Level;
use crate::rules::{Group, Rule};

/// Writes the rules by group, with their levels and what they find.
pub fn write_rules(out: &mut dyn Write, terminal: Terminal, rules: &[&Rule]) -> Result<(), Error> {
    let names = rules.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let levels = "warning".len();
    let indent = " ".repeat(names + levels + 6);
    let width = usize::from(terminal.width).max(indent.len() + 24);
    let is_used = |group: &Group| rules.iter().any(|rule| rule.group == *group);
    for group in Group::ALL.into_iter().filter(is_used) {
        writeln!(out, "{}", terminal.bold(group.title())).map_err(Error::Output)?;
        for rule in rules.iter().filter(|rule| rule.group == group) {
            let level = Level::from(rule.level);
            let options = textwrap::Options::new(width)
                .initial_indent(&indent)
                .subsequent_indent(&indent)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            let summary = textwrap::fill(rule.summary, options);
            // Colours take no room, so the columns are filled by hand.
            let space = " ".repeat(levels - level.as_str().len());
            let head = format!("  {:names$}  {}{space}  ", rule.name, terminal.level(level));
            writeln!(out, "{head}{}", summary.trim_start()).map_err(Error::Output)?;
        }
        writeln!(out).map_err(Error::Output)?;
    }
    writeln!(out, "`dynkeys rules NAME` explains one.").map_err(Error::Output)
}

/// Writes the rules as one JSON document.
pub fn write_rules_json(out: &mut dyn Write, rules: &[&Rule]) -> Result<(), Error> {
    let rules: Vec<Value> = rules.iter().map(|rule| facts(rule)).collect();
    write_json(out, &json!({ "version": 1, "rules": rules }))
}

/// Writes the page of a rule for a terminal: the text is that of the web page.
pub fn write_rule(out: &mut dyn Write, terminal: Terminal, rule: &Rule) -> Result<(), Error> {
    write_markdown(out, terminal, &rule_page(rule)).map_err(Error::Output)
}

/// Writes a rule as JSON.
pub fn write_rule_json(out: &mut dyn Write, rule: &Rule) -> Result<(), Error> {
    let mut facts = facts(rule);
    facts["doc"] = rule.doc.into();
    write_json(out, &facts)
}

fn facts(rule: &Rule) -> Value {
    let commands =
        [("explain", rule.is_about_items()), ("lint", rule.is_about_designs()), ("audit", rule.is_about_tables())];
    let commands: Vec<&str> = commands.iter().filter(|(_, is_used)| *is_used).map(|(name, _)| *name).collect();
    json!({
        "name": rule.name,
        "level": Level::from(rule.level).as_str(),
        "group": rule.group.name(),
        "summary": rule.summary,
        "commands": commands,
        "url": rule_url(rule),
    })
}

fn write_json(out: &mut dyn Write, value: &Value) -> Result<(), Error> {
    let mut bytes = Vec::new();
    push_json(&mut bytes, value)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}
