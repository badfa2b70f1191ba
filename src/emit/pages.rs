//! The web pages of the rules, from the text beside their code.

use crate::report::Level;
use crate::rules::{Group, Rule};

/// The page of a rule.
pub fn rule_page(rule: &Rule) -> String {
    format!(
        "# `{}`\n\nLevel: {} · found by {}\n\n{}.\n\n{}",
        rule.name,
        Level::from(rule.level).as_str(),
        commands(rule),
        capitalized(rule.summary),
        rule.doc
    )
}

/// The commands that look for it, and where each of several looks.
fn commands(rule: &Rule) -> String {
    let all = [
        (rule.is_about_items(), "`dynkeys explain`", "in the keys of items"),
        (rule.is_about_designs(), "`dynkeys lint`", "in the design"),
        (rule.is_about_tables(), "`dynkeys audit`", "in what is stored"),
    ];
    let used: Vec<_> = all.into_iter().filter(|(is_used, ..)| *is_used).collect();
    match used.as_slice() {
        [(_, command, _)] => (*command).to_owned(),
        several => {
            let told: Vec<String> = several.iter().map(|(_, command, place)| format!("{command}, {place}")).collect();
            told.join(", and ")
        }
    }
}

/// The page that lists the rules.
pub fn rule_index(rules: &[&Rule]) -> String {
    let mut page = String::from(
        "# Rules\n\nA rule's level is set in `dynkeys.toml` (`[rules]`) or with `--rule NAME=LEVEL`.\n\
         `dynkeys rules NAME` prints the page of a rule.\n",
    );
    for group in Group::ALL {
        page.push_str(&format!("\n## {}\n\n| rule | level | finds |\n|---|---|---|\n", group.title()));
        for rule in rules.iter().filter(|rule| rule.group == group) {
            page.push_str(&format!(
                "| [`{0}`]({0}.md) | {1} | {2} |\n",
                rule.name,
                Level::from(rule.level).as_str(),
                rule.summary
            ));
        }
    }
    page
}

/// A section of a rule's page, its paragraphs and lines joined; none where the page has no such section.
pub(super) fn section(rule: &Rule, heading: &str) -> Option<String> {
    let doc = format!("\n{}", rule.doc.trim_start());
    let mut sections = doc.split("\n## ").filter_map(|section| section.split_once('\n'));
    let (_, text) = sections.find(|(title, _)| *title == heading)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What there is to do about a rule's findings, in one sentence: the first of how to fix them.
pub(super) fn way_out(rule: &Rule) -> Option<String> {
    let text = section(rule, "How to fix")?;
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    Some(text[..end].to_owned())
}

/// A text that begins with a capital letter.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn every_rule_about_tables_says_in_a_sentence_what_to_do() {
        for rule in RULES.iter().filter(|rule| rule.is_about_tables()) {
            let way = way_out(rule).unwrap_or_default();
            assert!(way.ends_with(['.', ')']) && way.len() > 20 && way.len() < 300, "{}: {way}", rule.name);
            // A link between pages leads nowhere from a report.
            assert!(!way.contains("]("), "{}: {way}", rule.name);
        }
    }
}
