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
    /// The numbers of the answers without items, which nothing else tells apart.
    empty: HashSet<u64>,
}

impl Pages {
    /// Knows where a segment goes on: no page ends there any more.
    pub(super) fn start(&mut self, key: &StartKey) {
        self.ends.insert(self.state.hash_one(key));
    }

    /// Takes a page; false where it came before. `id` is the number that DynamoDB gave the answer.
    pub(super) fn take(&mut self, items: &[LiveItem], next: Option<&StartKey>, id: Option<&str>) -> bool {
        if let Some(id) = id.filter(|_| items.is_empty())
            && !self.empty.insert(self.state.hash_one(id))
        {
            return false;
        }
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
}
