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
}

impl Pages {
    /// Knows where a segment goes on: no page ends there any more.
    pub(super) fn start(&mut self, key: &StartKey) {
        self.ends.insert(self.state.hash_one(key));
    }

    /// Takes a page; false where it came before.
    pub(super) fn take(&mut self, items: &[LiveItem], next: Option<&StartKey>) -> bool {
        let end = next.map(|key| self.state.hash_one(key));
        let beginning = items.first().map(|item| fingerprint(item, &self.state));
        let came = end.is_some_and(|end| self.ends.contains(&end))
            || beginning.is_some_and(|beginning| self.beginnings.contains(&beginning));
        if !came {
            self.ends.extend(end);
            self.beginnings.extend(beginning);
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
        let mut pages = Pages::default();
        pages.start(&key("c").unwrap());
        assert!(pages.take(&[item("a"), item("b")], key("b").as_ref()));
        assert!(!pages.take(&[item("a"), item("b")], key("b").as_ref()));
        // Where the segment went on from.
        assert!(!pages.take(&[item("x")], key("c").as_ref()));
        // Empty pages, and the last one.
        assert!(pages.take(&[], key("d").as_ref()));
        assert!(pages.take(&[], None));
        assert!(pages.take(&[item("e")], None));
        assert!(!pages.take(&[item("e")], None));
        assert!(pages.take(&[], None));
    }
}
