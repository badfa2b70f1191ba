//! Pages that come twice.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::item::{LiveItem, fingerprint};
use crate::source::start_key::StartKey;

/// What the pages of a scan so far began and ended with. Segments do not overlap and an item is in one place, so no two
/// pages of one scan begin or end with the same; one that does was answered twice.
#[derive(Debug, Default)]
pub(super) struct Pages {
    state: foldhash::fast::FixedState,
    ends: HashSet<u64>,
    beginnings: HashSet<u64>,
    /// The numbers of answers. Nothing else tells those without items apart.
    ids: HashSet<u64>,
    /// The server gives one number to several answers, so that numbers tell nothing.
    is_numbered_alike: bool,
    /// The number of the description.
    described: Option<u64>,
}

impl Pages {
    /// Nothing came yet but a description of the table, with the number that it had.
    pub(super) fn new(described: Option<&str>) -> Self {
        let mut pages = Self::default();
        pages.described = described.map(|id| pages.state.hash_one(id));
        pages
    }

    /// Knows where a segment goes on: no page ends there any more.
    pub(super) fn start(&mut self, key: &StartKey) {
        self.ends.insert(self.state.hash_one(key));
    }

    /// Takes a page; false where it came before. `id` is the number that DynamoDB gave the answer.
    pub(super) fn take(&mut self, items: &[LiveItem], next: Option<&StartKey>, id: Option<&str>) -> bool {
        let id = id.map(|id| self.state.hash_one(id));
        // The description was another answer.
        self.is_numbered_alike |= id.is_some() && id == self.described;
        let is_known = id.is_some_and(|id| self.ids.contains(&id));
        if items.is_empty() && is_known && !self.is_numbered_alike {
            return false;
        }
        let end = next.map(|key| self.state.hash_one(key));
        let beginning = items.first().map(|item| fingerprint(item, &self.state));
        let came = end.is_some_and(|end| self.ends.contains(&end))
            || beginning.is_some_and(|beginning| self.beginnings.contains(&beginning));
        if !came {
            self.ends.extend(end);
            self.beginnings.extend(beginning);
            self.is_numbered_alike |= is_known && !items.is_empty();
            self.ids.extend(id);
        }
        !came
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    fn item(id: &str) -> LiveItem {
        [("pk".to_owned(), AttributeValue::S(id.to_owned()))].into()
    }

    #[test]
    fn a_page_is_taken_once() {
        let key = |id: &str| StartKey::from_sdk(&item(id));
        let mut pages = Pages::new(None);
        pages.start(&key("c").unwrap());
        assert!(pages.take(&[item("a"), item("b")], key("b").as_ref(), Some("1")));
        assert!(!pages.take(&[item("a"), item("b")], key("b").as_ref(), Some("2")));
        // Where the segment went on from.
        assert!(!pages.take(&[item("x")], key("c").as_ref(), Some("3")));
        // Empty pages, and the last one.
        assert!(pages.take(&[], key("d").as_ref(), Some("4")));
        assert!(pages.take(&[], None, Some("5")));
        assert!(!pages.take(&[], None, Some("5")));
        assert!(pages.take(&[item("e")], None, Some("6")));
        assert!(!pages.take(&[item("e")], None, Some("7")));
        assert!(pages.take(&[], None, Some("8")) && pages.take(&[], None, None));
    }

    #[test]
    fn numbers_that_are_all_alike_tell_nothing() {
        let key = |id: &str| StartKey::from_sdk(&item(id));
        let mut pages = Pages::new(Some("1"));
        assert!(pages.take(&[], None, Some("1")) && pages.take(&[], None, Some("1")));
        let mut pages = Pages::new(Some("0"));
        assert!(pages.take(&[item("a")], key("a").as_ref(), Some("1")));
        assert!(!pages.take(&[], None, Some("1")));
        assert!(pages.take(&[item("b")], key("b").as_ref(), Some("1")));
        assert!(pages.take(&[], None, Some("1")) && pages.take(&[], None, Some("1")));
        assert!(!pages.take(&[item("b")], None, Some("1")));
    }
}
