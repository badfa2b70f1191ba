//! "Did you mean": the known name nearest to a misspelt one.

/// The candidate nearest to `name`, where it is near enough to be a misspelling of it.
pub fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    // A word cut short is meant more often than one misspelt: `int` is `integer`, not `list`.
    if name.chars().count() > 2
        && let Some(longer) = candidates.iter().find(|candidate| candidate.to_lowercase().starts_with(&lower))
    {
        return Some(longer);
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let length = name.chars().count().max(candidate.chars().count());
            *distance <= length.div_ceil(3).min(3) && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
    let known: Vec<String> = candidates.iter().map(|candidate| format!("`{candidate}`")).collect();
    Some(format!("known here: {}", known.join(", ")))
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
        assert_eq!(did_you_mean("zzz", ["id", "name"]).as_deref(), Some("known here: `id`, `name`"));
    }
}
