//! The short way says what the long way says.

use std::sync::Arc;

use dynkeys::audit::{Auditor, Options, State};
use dynkeys::key::Engine;
use dynkeys::model::{Era, load};
use dynkeys::source::raw::{LineFormat, Scanner};
use dynkeys::text::SourceFile;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::common::assert_same;
use super::items::{ASKED, Findings, Recipe, long, part, recipe, report, shared, short};
use super::models::TABLES;

/// What both ways see of lines: the state and every finding.
fn both(auditor: &Auditor, lines: &[String]) -> [(State, Findings); 2] {
    let mut scanner = Scanner::new(auditor.names(), LineFormat::Items);
    [true, false].map(|is_short| {
        let mut worker = auditor.worker();
        worker.findings = Some(Vec::new());
        for (at, line) in lines.iter().enumerate() {
            match is_short {
                true => short(&mut worker, &mut scanner, line, at + 1),
                false => long(&mut worker, line, at + 1),
            }
        }
        worker.state.flush();
        (worker.state, worker.findings.unwrap())
    })
}

fn assert_both(auditor: &Auditor, recipes: &[Recipe]) {
    let lines: Vec<String> = recipes.iter().map(|recipe| recipe.line(auditor)).collect();
    let lines: Vec<String> = lines.into_iter().filter(|line| line != "{}").collect();
    let [(short, told), (long, wanted)] = both(auditor, &lines);
    assert_eq!(told, wanted, "{lines:#?}");
    let report = |state| report(&part(auditor, state, "items.jsonl"));
    let (short, long) = (report(short), report(long));
    // The items are told where the reports differ; where they do is told for all that are the same.
    assert!(short == long || lines.len() > 1, "{lines:#?}");
    assert_same(&short, &long);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn the_short_way_says_what_the_long_way_says(
        table in 0..TABLES.len(),
        era in 0..Era::ALL.len(),
        asked in prop_oneof![6 => Just(0), 1 => 1..ASKED],
        recipes in prop::collection::vec(recipe(), 1..16),
    ) {
        assert_both(shared(table, era, asked), &recipes);
    }
}

/// Else the short way could leave every item to the long one.
#[test]
fn the_short_way_is_taken_by_sound_items() {
    for (table, folder) in TABLES[..4].iter().enumerate() {
        let auditor = shared(table, 0, 0);
        let mut runner = TestRunner::deterministic();
        let lines: Vec<String> =
            (0..100).map(|_| recipe().new_tree(&mut runner).unwrap().current().line(auditor)).collect();
        let [(state, _), (long, _)] = both(auditor, &lines);
        let plain = |state: &State| state.plain.iter().map(|key| key.count).sum::<u64>();
        assert!(plain(&state) > 25, "{folder}: {}", plain(&state));
        assert_eq!(plain(&long), 0);
        assert!(state.tallies.len() > 20 && state.shapes.count() > 3, "{folder}: the items have every defect");
    }
}

/// Times that hold the delimiter are left to the long way, which must see them as the short one sees the others.
#[test]
fn both_ways_see_the_same_times_whatever_the_delimiter_is() {
    let at =
        ["2024-05-01T10:00:00Z", "20240501T100000Z", "1714550000", "2024-05-01", "soon", "a:b", "2024-05-01T12:00"];
    for kind in ["datetime", "string"] {
        for delimiter in ["#", ":", "-", "|", "::"] {
            let model = format!(
                "entity = \"Event\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n\
                 at = {{ type = \"{kind}\", required = true }}\n[indexes.primary]\n\
                 partition_key = {{ attribute = \"pk\", template = \"event{delimiter}{{id}}\" }}\n\
                 sort_key = {{ attribute = \"sk\", template = \"at{delimiter}{{at}}\" }}\n"
            );
            let model = Arc::new(load(&SourceFile::new("event.toml", model)).unwrap());
            let engine = Engine::new(model, Era::ALL[0].dialect());
            let auditor = Auditor::new(vec![engine], Options { delimiter: delimiter.to_owned(), ..Options::default() });
            let line = |at: &&str| {
                format!(
                    r#"{{"Item":{{"pk":{{"S":"event{delimiter}e"}},"sk":{{"S":"at{delimiter}{at}"}},"id":{{"S":"e"}},"at":{{"S":"{at}"}}}}}}"#
                )
            };
            let lines: Vec<String> = at.iter().map(line).collect();
            let [(short, told), (long, wanted)] = both(&auditor, &lines);
            assert_eq!(told, wanted, "{kind} {delimiter}");
            assert_eq!(short.seen, long.seen, "{kind} {delimiter}");
            let seen: u64 = long.seen.iter().flat_map(|seen| &seen.formats).map(|(_, group)| group.count).sum();
            assert!(seen >= 4, "{kind} {delimiter}: {seen}");
            // Else the short way saw none of them.
            assert!(short.plain.iter().any(|key| key.count > 0), "{kind} {delimiter}");
        }
    }
}
