//! The web pages of the rules, from the text beside their code.

use crate::report::Level;
use crate::rules::Rule;

/// The page of a rule.
pub fn rule_page(rule: &Rule) -> String {
    format!(
        "# `{}`\n\nLevel: {} · about: the keys of items (`dynkeys explain`)\n\n{}.\n\n{}",
        rule.name,
        Level::from(rule.level).as_str(),
        capitalized(rule.summary),
        rule.doc
    )
}

/// The page that lists the rules.
pub fn rule_index(rules: &[&Rule]) -> String {
    let mut page = String::from(
        "# Rules\n\nA rule's level is set in `dynkeys.toml` (`[rules]`) or with `--rule NAME=LEVEL`.\n\n## The keys of items\n\n| rule | level | finds |\n|---|---|---|\n",
    );
    for rule in rules {
        page.push_str(&format!(
            "| [`{0}`]({0}.md) | {1} | {2} |\n",
            rule.name,
            Level::from(rule.level).as_str(),
            rule.summary
        ));
    }
    page
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
