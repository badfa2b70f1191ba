//! The order of names, and names for links.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// gsi2 before gsi10.
pub(super) fn natural(left: &str, right: &str) -> Ordering {
    let key = |text: &str| -> Vec<(bool, usize, String)> { runs(text).map(run_order).collect() };
    key(left).cmp(&key(right)).then_with(|| left.cmp(right))
}

/// The runs of digits of a text and what is between them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

/// Numbers before text, the shorter number first.
fn run_order(run: &str) -> (bool, usize, String) {
    let is_text = !run.starts_with(|c: char| c.is_ascii_digit());
    let number = run.trim_start_matches('0');
    if is_text { (true, 0, run.to_owned()) } else { (false, number.len(), number.to_owned()) }
}

/// Names for links, each given once.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    given: BTreeSet<String>,
}

impl Anchors {
    /// `entity-order-item` for the entity `Order Item`.
    pub(super) fn of(&mut self, kind: &str, name: &str) -> String {
        let mut anchor = kind.to_owned();
        for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            anchor.push('-');
            anchor.push_str(&word.to_ascii_lowercase());
        }
        let mut numbered = anchor.clone();
        let mut number = 1;
        while !self.given.insert(numbered.clone()) {
            number += 1;
            numbered = format!("{anchor}-{number}");
        }
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["gsi10", "gsi2", "by-name", "gsi1", "gsi02"];
        names.sort_by(|left, right| natural(left, right));
        assert_eq!(names, ["by-name", "gsi1", "gsi02", "gsi2", "gsi10"]);
    }

    #[test]
    fn no_anchor_is_given_twice() {
        let mut anchors = Anchors::default();
        let mut of = |name: &str| anchors.of("entity", name);
        assert_eq!(
            [of("Order Item"), of("order-item"), of("Ö<>"), of("\u{202e}")],
            ["entity-order-item", "entity-order-item-2", "entity", "entity-2"]
        );
    }
}
