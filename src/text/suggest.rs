//! "Did you mean": the known name nearest to a misspelt one.

/// Among more names than this, and for longer ones, only the case of letters is taken for a slip: to compare each with
/// each takes too long.
const MOST_COMPARED: usize = 500;
const LONGEST: usize = 200;
/// How many names are listed where none is near.
const MOST_LISTED: usize = 20;

/// The candidate nearest to `name`, where it is near enough to be a misspelling of it.
pub fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if name.len() > LONGEST || candidates.len() > MOST_COMPARED {
        return candidates.into_iter().find(|candidate| candidate.eq_ignore_ascii_case(name));
    }
    // A word cut short is meant more often than one misspelt: `int` is `integer`, not `list`.
    if name.chars().count() > 2
        && let Some(longer) = candidates.iter().find(|candidate| candidate.to_lowercase().starts_with(&lower))
    {
        return Some(longer);
    }
    candidates
        .into_iter()
        // Names whose lengths differ by more than is allowed need not be compared.
        .filter(|candidate| candidate.len() <= 4 * (name.len() + 3) && name.len() <= 4 * (candidate.len() + 3))
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let length = name.chars().count().max(candidate.chars().count());
            *distance <= length.div_ceil(3).min(3) && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What a misspelt name was meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The text to put in its place.
    pub text: String,
    /// True where it is so near that nothing else can have been meant; otherwise it is a guess.
    pub is_sure: bool,
}

/// The closest candidate, unless another one is as near.
///
/// It is sure where only the case differs or a slip of the finger: one letter, or two in a name of eight and more.
/// Names that differ in digits are two names, and a word cut short may be the beginning of another.
pub fn replacement<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<Replacement> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let lower = name.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    let best = closest(name, candidates.iter().copied())?;
    if name.len() > LONGEST || candidates.len() > MOST_COMPARED {
        return Some(Replacement { text: best.to_owned(), is_sure: true });
    }
    let is_cut = |candidate: &str| candidate.to_lowercase().starts_with(&lower);
    let rivals = |candidate: &&&str| {
        **candidate != best && (distance(candidate) <= distance(best) || is_cut(best) && is_cut(candidate))
    };
    if candidates.iter().any(|candidate| rivals(&candidate)) {
        return None;
    }
    let length = name.chars().count().max(best.chars().count());
    let slips = if length < 4 { 0 } else { 1 + usize::from(length >= 8) };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_sure = distance(best) <= slips && digits(name) == digits(best);
    Some(Replacement { text: best.to_owned(), is_sure })
}

/// A sentence for the user: the nearest candidate, or the list of all where none is near.
pub fn did_you_mean<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(candidate) = closest(name, candidates.iter().copied()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    if candidates.is_empty() {
        return None;
    }
    let known: Vec<String> = candidates.iter().take(MOST_LISTED).map(|candidate| format!("`{candidate}`")).collect();
    let more = match candidates.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("known here: {}{more}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_listed() {
        assert_eq!(closest("nmae", ["id", "name"]), Some("name"));
        assert_eq!(closest("Gsi0_PK", ["gsi0_pk", "pk"]), Some("gsi0_pk"));
        assert_eq!(closest("int", ["list", "integer"]), Some("integer"));
        assert_eq!(closest("x", ["id", "name"]), None);
        let replaced = |name: &str, known: &[&'static str]| {
            replacement(name, known.iter().copied()).map(|found| (found.text, found.is_sure))
        };
        let guess = |text: &str, is_sure| Some((text.to_owned(), is_sure));
        assert_eq!(replaced("nmae", &["id", "name"]), guess("name", true));
        assert_eq!(replaced("Name", &["id", "name"]), guess("name", true));
        assert_eq!(replaced("frist_nmae", &["first_name", "last_name"]), guess("first_name", true));
        assert_eq!(replaced("last", &["first_name", "last_name"]), guess("last_name", false));
        assert_eq!(replaced("line3", &["line"]), guess("line", false));
        assert_eq!(replaced("ip", &["id"]), guess("id", false));
        assert_eq!(replaced("line", &["line1", "line2"]), None);
        assert_eq!(replaced("nane", &["name", "lane"]), None);
        assert_eq!(replaced("zzz", &["id", "name"]), None);
        assert_eq!(did_you_mean("zzz", ["id", "name"]).as_deref(), Some("known here: `id`, `name`"));
    }
}
