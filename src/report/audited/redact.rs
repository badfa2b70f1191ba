//! Values made unreadable, so that a report can be shown around.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::key::parted;
use crate::key::suspicious::tells_nothing;

/// Replaces values by hashes. The words of the models and what stands for nothing stay, so that a key's shape and what is
/// wrong with it can still be seen. The same value has the same hash in every report of the same models.
#[derive(Debug)]
pub(super) struct Redactor<'r> {
    /// Not wanted.
    pub off: bool,
    /// The words of the models.
    pub words: &'r BTreeSet<String>,
    /// What stands between the parts of a template.
    pub delimiter: &'r str,
    /// What is hashed along.
    pub salt: &'r str,
}

impl Redactor<'_> {
    /// A key, part by part.
    pub fn key(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let hashes = text.split('#').map(|part| {
            let parts: Vec<String> = match self.delimiter {
                "#" | "" => vec![self.part(part)],
                own => part.split(own).map(|part| self.part(part)).collect(),
            };
            parts.join(self.delimiter)
        });
        hashes.collect::<Vec<_>>().join("#")
    }

    fn part(&self, part: &str) -> String {
        if part.trim().is_empty() || self.words.contains(part) || tells_nothing(part) {
            return part.to_owned();
        }
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update([0]);
        hash.update(part);
        let digits: String = hash.finalize().iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        format!("~{digits}")
    }

    /// A shape: what it says of values is none, the words in it may be.
    pub fn shape(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let part = |part: &str| {
            let is_kind = part == "…" || part.starts_with('{');
            if is_kind { part.to_owned() } else { self.part(part) }
        };
        // Between the parts are the delimiters.
        let shown = |(at, text): (usize, &str)| if at % 2 == 0 { part(text) } else { text.to_owned() };
        let key = |key: &str| parted(key, self.delimiter).into_iter().enumerate().map(shown).collect::<String>();
        text.split(" / ").map(key).collect::<Vec<_>>().join(" / ")
    }

    /// Keys side by side.
    pub fn keys(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        text.split(" / ").map(|key| self.key(key)).collect::<Vec<_>>().join(" / ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_hashed_and_words_stay() {
        let words: BTreeSet<String> = ["user", "id"].map(str::to_owned).into();
        let redactor = Redactor { off: false, words: &words, delimiter: "#", salt: "s" };
        let hidden = redactor.key("user#alice#id#None##user");
        assert!(hidden.starts_with("user#~") && hidden.ends_with("#id#None##user") && !hidden.contains("alice"));
        assert_eq!(redactor.key("alice"), redactor.key("user#alice").split('#').nth(1).unwrap());
        let shape = |text: &str| redactor.shape(text);
        assert_eq!(shape("user#{uuid} / id#…"), "user#{uuid} / id#…");
        assert!(shape("secret#{uuid}").ends_with("#{uuid}") && !shape("secret#…").contains("secret"));
        assert!(!redactor.key("user#{uuid}").contains("uuid") && !redactor.keys("user#… / id").contains('…'));
        assert_ne!(redactor.keys("secret / user"), "secret / user");
        let own = Redactor { delimiter: "|", ..redactor };
        assert!(own.key("user|alice|id").starts_with("user|~"));
        assert_eq!(Redactor { off: true, ..own }.key("alice"), "alice");
    }
}
