//! Applies fixes round by round until none is left, and takes back those that do harm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::edits::{Texts, apply, together};
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
        let why = after.linted.findings.iter().find(|one| one.finding.place.source.name() == name.as_str());
        let why = why.map_or_else(String::new, |one| format!(": {}", one.finding.message));
        return Some(format!("`{name}` could not be read afterwards{why}"));
    }
    let subject = |finding: &DesignFinding| (finding.rule.name, finding.subject.clone());
    for (finding, _) in applied {
        let of = |one: &DesignFinding| subject(one) == subject(finding);
        let times = |checked: &Checked| checked.linted.findings.iter().filter(|one| of(&one.finding)).count();
        if times(after) + applied.iter().filter(|(one, _)| of(one)).count() > times(before) {
            return Some("the finding would still be there".to_owned());
        }
    }
    let reads = applied.iter().filter(|(finding, _)| is_reading(finding)).count();
    let problems = |checked: &Checked| checked.linted.findings.iter().filter(|one| is_reading(&one.finding)).count();
    if problems(after) + reads > problems(before) {
        return Some("other problems of the file would come up".to_owned());
    }
    if before.files.keys().any(|name| !is_sound(before, name) && is_sound(after, name)) {
        return None;
    }
    new_error(&before.linted, &after.linted)
}

fn is_reading(finding: &DesignFinding) -> bool {
    finding.rule.checks.iter().any(|check| matches!(check, Check::Reading))
}

/// An error of a rule that has more of them than before. Names change with fixes, so they are counted, not compared.
fn new_error(before: &Linted, after: &Linted) -> Option<String> {
    let errors = |linted: &Linted| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for one in linted.findings.iter().filter(|one| one.level == Level::Error) {
            *counts.entry(one.finding.rule.name).or_default() += 1;
        }
        counts
    };
    let known = errors(before);
    let (rule, _) =
        errors(after).into_iter().find(|(rule, count)| known.get(rule).is_none_or(|known| count > known))?;
    let is_new = |one: &&Reported| {
        one.finding.rule.name == rule && before.findings.iter().all(|other| other.fingerprint != one.fingerprint)
    };
    let message = after.findings.iter().find(is_new).map_or(rule, |one| one.finding.message.as_str());
    Some(format!("it would bring an error of `{rule}`: {message}"))
}
