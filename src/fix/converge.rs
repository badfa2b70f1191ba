//! Applies fixes round by round until none is left, and takes back those that do harm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::edits::{Texts, apply, moved, together};
use crate::error::Error;
use crate::report::{Level, Linted, Reported};
use crate::rules::{Check, DesignFinding, Fix, Place};

/// No sane fixes need more rounds.
const ROUNDS: usize = 20;

/// What `lint` says of some texts.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The findings.
    pub linted: Linted,
    /// Every file that was read, by the name under which users know it.
    pub files: BTreeMap<String, FileState>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct FileState {
    /// Where it is.
    pub path: PathBuf,
    /// True where it could be read as a model, or is the configuration.
    pub is_sound: bool,
}

/// What came of fixing.
#[derive(Debug, Default)]
pub struct Fixed {
    /// What `lint` says now.
    pub checked: Checked,
    /// The files that have changed.
    pub texts: Texts,
    /// How many fixes were applied.
    pub applied: usize,
    /// The fixes that were taken back.
    pub refused: Vec<Refused>,
    /// True where fixes went on bringing fixes.
    pub is_unsettled: bool,
}

/// A fix that was taken back, and why.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The name of its rule.
    pub rule: &'static str,
    /// What it was to mend.
    pub place: Place,
    /// What it was to do.
    pub title: String,
    /// Why it is not applied.
    pub reason: String,
}

/// Applies the fixes that are wanted until none is left. `lint` looks at the models with these texts in place of the
/// files.
///
/// A fix stays only where its finding has gone, every file that could be read still can, and no error has come in; what
/// a model brings that could not be read before is no fault of the fix that made it readable.
pub fn converge(
    start: Checked,
    is_wanted: impl Fn(&Fix) -> bool,
    mut lint: impl FnMut(&Texts) -> Result<Checked, Error>,
) -> Fixed {
    let mut fixed = Fixed { checked: start, ..Fixed::default() };
    let mut seen = vec![fixed.texts.clone()];
    let mut given_up: BTreeSet<Vec<String>> = BTreeSet::new();
    for _ in 0..ROUNDS {
        let base = std::mem::take(&mut fixed.checked);
        let candidates =
            candidates(&base, |finding, fix| is_wanted(fix) && !given_up.contains(&identity(finding, fix)));
        let round = settle(&base, &fixed.texts, &candidates, &seen, &mut lint);
        for (finding, fix, reason) in round.refused {
            given_up.insert(identity(finding, fix));
            fixed.refused.push(Refused {
                rule: finding.rule.name,
                place: finding.place.clone(),
                title: fix.title.clone(),
                reason,
            });
        }
        fixed.applied += round.applied;
        let is_over = candidates.is_empty();
        match round.result {
            Some((texts, checked)) => {
                seen.push(texts.clone());
                (fixed.texts, fixed.checked) = (texts, checked);
            }
            None => fixed.checked = base,
        }
        if is_over {
            return fixed;
        }
    }
    fixed.is_unsettled = true;
    fixed
}

type Candidate<'c> = (&'c DesignFinding, &'c Fix);

/// The fixes of the next round. Files that cannot be read come first: what they say is not known before.
fn candidates(base: &Checked, is_wanted: impl Fn(&DesignFinding, &Fix) -> bool) -> Vec<Candidate<'_>> {
    let wanted: Vec<Candidate<'_>> = base
        .linted
        .findings
        .iter()
        .filter_map(|one| one.finding.fix.as_ref().map(|fix| (&one.finding, fix)))
        .filter(|(finding, fix)| is_wanted(finding, fix))
        .collect();
    let (unsound, sound): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(_, fix)| fix.edits.iter().any(|edit| !is_sound(base, edit.place.source.name())));
    let fixes = |all: &[Candidate<'_>]| together(&all.iter().map(|(_, fix)| *fix).collect::<Vec<_>>());
    let chosen = fixes(&unsound);
    if chosen.is_empty() {
        fixes(&sound).into_iter().filter_map(|at| sound.get(at).copied()).collect()
    } else {
        chosen.into_iter().filter_map(|at| unsound.get(at).copied()).collect()
    }
}

fn is_sound(checked: &Checked, name: &str) -> bool {
    checked.files.get(name).is_some_and(|file| file.is_sound)
}

/// What a fix is, whatever has moved since.
fn identity(finding: &DesignFinding, fix: &Fix) -> Vec<String> {
    let mut parts = vec![finding.rule.name.to_owned(), fix.title.clone()];
    parts.extend(finding.subject.iter().cloned());
    for edit in &fix.edits {
        let source = &edit.place.source;
        parts.extend([source.name().to_owned(), source.slice(edit.place.span).to_owned(), edit.text.clone()]);
    }
    parts
}

#[derive(Default)]
struct Round<'c> {
    result: Option<(Texts, Checked)>,
    applied: usize,
    refused: Vec<(&'c DesignFinding, &'c Fix, String)>,
}

/// Applies the candidates together. Where that does harm, halves are tried until the fix that does it stands alone.
fn settle<'c>(
    base: &Checked,
    texts: &Texts,
    candidates: &[Candidate<'c>],
    seen: &[Texts],
    lint: &mut impl FnMut(&Texts) -> Result<Checked, Error>,
) -> Round<'c> {
    let mut round = Round::default();
    let mut accepted: Vec<Candidate<'c>> = Vec::new();
    let mut waiting = vec![candidates];
    while let Some(group) = waiting.pop().filter(|group| !group.is_empty()) {
        let trial: Vec<Candidate<'c>> = accepted.iter().chain(group).copied().collect();
        let fixes: Vec<&Fix> = trial.iter().map(|(_, fix)| *fix).collect();
        let made = apply(texts, &fixes);
        let outcome = if seen.iter().any(|known| known.are_those_of(&made)) {
            Err("it undoes what another fix did".to_owned())
        } else {
            match lint(&made) {
                Ok(checked) => harm(base, &checked, &trial).map_or(Ok(checked), Err),
                Err(error) => Err(format!("afterwards, {error}")),
            }
        };
        match (outcome, group) {
            (Ok(checked), _) => {
                accepted = trial;
                round.result = Some((made, checked));
            }
            (Err(reason), [(finding, fix)]) => round.refused.push((finding, fix, reason)),
            (Err(_), _) => {
                let (first, second) = group.split_at(group.len() / 2);
                waiting.extend([second, first]);
            }
        }
    }
    round.applied = accepted.len();
    round
}

/// Why fixes may not stay.
fn harm(before: &Checked, after: &Checked, applied: &[Candidate<'_>]) -> Option<String> {
    if let Some((name, _)) = before.files.iter().find(|(name, file)| file.is_sound && !is_sound(after, name)) {
        let is_why = |one: &&Reported| is_reading(&one.finding) && one.finding.place.source.name() == name.as_str();
        let why = after.linted.findings.iter().find(is_why);
        let why = why.map_or_else(String::new, |one| format!(": {}", one.finding.message));
        return Some(format!("`{name}` could not be read afterwards{why}"));
    }
    if !applied.iter().all(|(finding, _)| is_gone(finding, before, after, applied)) {
        return Some("the finding would still be there".to_owned());
    }
    // Names in parts that were not read before may be unknown, too. Anything else would come of the fix.
    let of_reading = |one: &Reported| is_reading(&one.finding) && !is_unknown_name(&one.finding);
    let new = new_finding(&before.linted, &after.linted, of_reading);
    let is_read_again = before.files.keys().any(|name| !is_sound(before, name) && is_sound(after, name));
    let new = new.or_else(|| match is_read_again {
        true => None,
        false => {
            let of_rules = |one: &Reported| one.level == Level::Error && !is_reading(&one.finding);
            new_finding(&before.linted, &after.linted, of_rules)
        }
    })?;
    Some(format!("it would bring an error of `{}`: {}", new.finding.rule.name, new.finding.message))
}

/// True where a finding is no more, after all that was applied.
fn is_gone(finding: &DesignFinding, before: &Checked, after: &Checked, applied: &[Candidate<'_>]) -> bool {
    let is_same = |one: &DesignFinding| one.rule.name == finding.rule.name && one.subject == finding.subject;
    let same = |checked: &Checked| -> Vec<usize> {
        let all = checked.linted.findings.iter().filter(|one| is_same(&one.finding));
        all.map(|one| one.finding.place.span.start).collect()
    };
    if is_reading(finding) {
        // The same slip may come to light elsewhere in the file.
        let fixes: Vec<&Fix> = applied.iter().map(|(_, fix)| *fix).collect();
        let place = moved(&finding.place, &fixes);
        return !same(after).contains(&place);
    }
    same(after).len() + applied.iter().filter(|(one, _)| is_same(one)).count() <= same(before).len()
}

/// A finding of a kind, and of a rule that has more of that kind than before. Names change with fixes, so findings are
/// counted, not compared.
fn new_finding<'f>(before: &Linted, after: &'f Linted, is_kind: impl Fn(&Reported) -> bool) -> Option<&'f Reported> {
    let counts = |linted: &Linted| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for one in linted.findings.iter().filter(|one| is_kind(one)) {
            *counts.entry(one.finding.rule.name).or_default() += 1;
        }
        counts
    };
    let known = counts(before);
    let is_more = |rule: &str, count: usize| known.get(rule).is_none_or(|known| count > *known);
    let (rule, _) = counts(after).into_iter().find(|(rule, count)| is_more(rule, *count))?;
    let of_rule = || after.findings.iter().filter(|one| one.finding.rule.name == rule && is_kind(one));
    let is_new = |one: &&Reported| before.findings.iter().all(|other| other.fingerprint != one.fingerprint);
    of_rule().find(is_new).or_else(|| of_rule().next())
}

/// True of a problem that is a name which is not known; its code comes first in the subject.
fn is_unknown_name(finding: &DesignFinding) -> bool {
    finding.subject.first().is_some_and(|code| code.starts_with("unknown-"))
}

fn is_reading(finding: &DesignFinding) -> bool {
    finding.rule.checks.iter().any(|check| matches!(check, Check::Reading))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::report::Levels;
    use crate::rules::{DefaultLevel, Edit, Safety, rule};
    use crate::text::SourceFile;

    /// What a toy linter looks for, and what its fix puts there.
    type Toy<'t> = &'t [(&'t str, &'t str)];

    /// Finds each word in the text `a`; an `x` is an error, and with a `!` in it the text cannot be read.
    fn lint(texts: &Texts, start: &str, words: Toy<'_>) -> Result<Checked, Error> {
        let source = texts.get("a").cloned().unwrap_or_else(|| SourceFile::new("a", start));
        let text = source.text();
        if text.contains('?') {
            return Err(Error::usage("it broke", "mend it"));
        }
        let is_sound = !text.contains('!');
        let (mild, reading) = (rule("unused-ignore").unwrap(), rule("unreadable-model").unwrap());
        let mut findings = Vec::new();
        let place = |at: usize, length| Place::new(&source, (at..at + length).into());
        for (at, _) in text.match_indices('x').filter(|_| is_sound) {
            let found = DesignFinding::new(mild, place(at, 1), format!("x at {at}")).subject(["x"]);
            findings.push(found.level(DefaultLevel::Error));
        }
        for (word, meant) in words {
            for (at, _) in text.match_indices(word) {
                let rule = if *word == "!" { reading } else { mild };
                let edit = Edit { place: place(at, word.len()), text: (*meant).to_owned() };
                let fix = Fix { title: format!("{word} to {meant}"), safety: Safety::Safe, edits: vec![edit] };
                // The toy `n` has another subject each time.
                let subject = if *word == "n" { text.len().to_string() } else { (*word).to_owned() };
                findings.push(DesignFinding::new(rule, place(at, word.len()), *word).subject([subject]).fix(fix));
            }
        }
        let mut files = BTreeMap::new();
        files.insert("a".to_owned(), FileState { path: PathBuf::from("a"), is_sound });
        Ok(Checked { linted: Linted::new(findings, &Levels::default()), files })
    }

    /// The text after fixing, how many fixes were applied, and what is said of the others.
    fn fixed(start: &str, words: Toy<'_>) -> (String, usize, Vec<String>, bool) {
        let source = SourceFile::new("a", start);
        let checked = lint(&Texts::default(), start, words).unwrap();
        let fixed = converge(checked, |_| true, |texts| lint(texts, start, words));
        let text = fixed.texts.get("a").map_or_else(|| Arc::clone(&source), Arc::clone).text().to_owned();
        // What is said of the texts is what `lint` says of them.
        let said = lint(&fixed.texts, start, words).unwrap();
        assert_eq!(said.linted.findings.len(), fixed.checked.linted.findings.len());
        let reasons = fixed.refused.into_iter().map(|one| format!("{}: {}", one.title, one.reason)).collect();
        (text, fixed.applied, reasons, fixed.is_unsettled)
    }

    fn done(text: &str, applied: usize, reasons: &[&str]) -> (String, usize, Vec<String>, bool) {
        (text.to_owned(), applied, reasons.iter().map(|one| (*one).to_owned()).collect(), false)
    }

    #[test]
    fn fixes_are_applied_until_none_is_left() {
        assert_eq!(fixed("none", &[("1", "2")]), done("none", 0, &[]));
        assert_eq!(fixed("1-1", &[("1", "2"), ("2", "3"), ("3", "")]), done("-", 6, &[]));
        // Of two that overlap one waits, and may have nothing left to do.
        assert_eq!(fixed("abc", &[("ab", "_"), ("bc", "=")]), done("_c", 1, &[]));
    }

    #[test]
    fn a_fix_that_does_harm_is_taken_back_and_the_others_stay() {
        let words: Toy<'_> = &[("a", "b"), ("h", "x"), ("u", "!"), ("f", "?"), ("g", "gg")];
        let (text, applied, reasons, _) = fixed("aaahaaauaaafaaagaaa", words);
        assert_eq!((text.as_str(), applied), ("bbbhbbbubbbfbbbgbbb", 15));
        let mut reasons = reasons;
        reasons.sort();
        assert_eq!(
            reasons,
            [
                "f to ?: afterwards, it broke",
                "g to gg: the finding would still be there",
                "h to x: it would bring an error of `unused-ignore`: x at 3",
                "u to !: `a` could not be read afterwards",
            ]
        );
    }

    #[test]
    fn fixes_that_undo_each_other_end() {
        assert_eq!(fixed("p", &[("p", "q"), ("q", "p")]), done("q", 1, &["q to p: it undoes what another fix did"]));
        let (text, applied, reasons, is_unsettled) = fixed("n", &[("n", "-n")]);
        assert_eq!((text.len(), applied, reasons.len(), is_unsettled), (ROUNDS + 1, ROUNDS, 0, true));
    }

    #[test]
    fn what_a_text_brings_when_it_can_be_read_again_is_no_harm() {
        assert_eq!(fixed("!xa", &[("!", ""), ("a", "b")]), done("xb", 2, &[]));
        assert_eq!(fixed("!x", &[("!", "!!")]), done("!x", 0, &["! to !!: the finding would still be there"]));
        // The same one elsewhere in the text is another one.
        assert_eq!(fixed("!!", &[("!", "")]), done("", 2, &[]));
    }
}
