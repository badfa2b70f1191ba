//! The rules about a table as DynamoDB describes it: `fixtures/rules/NAME/table` holds models, descriptions as
//! `aws dynamodb describe-table` prints them, and the models as they are mended.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{assert_file, root};
use dynkeys::key::Engine;
use dynkeys::model::{Dialect, load};
use dynkeys::rules::{DefaultLevel, Design, Entity, RULES, TableFinding, check_description};
use dynkeys::source::TableDescription;
use dynkeys::text::SourceFile;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.is_file());
    all.sort();
    all
}

fn design(folder: &Path) -> Design {
    let entity = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let model = load(&SourceFile::new(name, std::fs::read_to_string(path).unwrap())).unwrap();
        Entity::new(Engine::new(Arc::new(model), Dialect::default()))
    };
    Design { entities: files(folder).iter().map(entity).collect(), delimiter: "#".to_owned(), ..Design::default() }
}

fn description(path: &Path) -> TableDescription {
    TableDescription::from_json(path.to_str().unwrap(), &std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What is found of a rule, that is not only worth knowing.
fn found(rule: &str, models: &Path, table: &Path) -> Vec<TableFinding> {
    let all = check_description(&design(models), &description(table));
    all.into_iter().filter(|finding| finding.rule.name == rule).collect()
}

fn told(finding: &TableFinding) -> String {
    let place = finding.place.as_ref().map(|place| {
        let position = place.source.position(place.span.start);
        format!("{}:{}:{}: ", place.source.name(), position.line, position.column)
    });
    let mut about = Vec::new();
    for part in [&finding.entity, &finding.index, &finding.attribute] {
        about.push(part.as_deref().unwrap_or("-"));
    }
    format!("{}{}\n  {}\n  help: {}\n", place.unwrap_or_default(), finding.message, about.join(", "), finding.help)
}

#[test]
fn each_rule_about_the_table_finds_the_bad_and_lets_the_rest_alone() {
    let mut rules = 0;
    for rule in RULES.iter().filter(|rule| rule.is_about_descriptions()) {
        rules += 1;
        let folder = root().join("fixtures/rules").join(rule.name).join("table");
        let (mut text, mut bad, mut ok) = (String::new(), 0, 0);
        for table in files(&folder).iter().filter(|path| path.extension().is_some_and(|own| own == "json")) {
            let name = table.file_name().unwrap().to_str().unwrap();
            let findings = found(rule.name, &folder.join("models"), table);
            let is_wrong = findings.iter().any(|finding| finding.level != Some(DefaultLevel::Info));
            assert_eq!(is_wrong, name.starts_with("bad"), "{}: {findings:?}", table.display());
            if is_wrong {
                bad += 1
            } else {
                ok += 1
            }
            for finding in &findings {
                assert!(!finding.help.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
                assert!(finding.index.is_some() || finding.attribute.is_some(), "{finding:?}");
                write!(text, "{name}: {}", told(finding)).unwrap();
            }
        }
        assert!(bad >= 2 && ok >= 1, "{}: {bad} bad, {ok} ok", rule.name);
        assert_file(&text, &format!("fixtures/rules/{}/table/found.txt", rule.name));
        let left = found(rule.name, &folder.join("fixed"), &folder.join("bad.json"));
        assert!(left.is_empty(), "{}: {left:?}", rule.name);
    }
    assert_eq!(rules, 5);
}
