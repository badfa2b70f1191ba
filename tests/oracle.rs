//! What the published library answers, byte for byte. `fixtures/oracle/README.md` says how the answers were got.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use dynkeys::key::{Engine, KeyBuffer, build_key};
use dynkeys::model::{Dialect, load};
use dynkeys::source::ItemReader;
use dynkeys::text::SourceFile;
use dynkeys::value::Value;

fn oracle() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/oracle")
}

#[test]
fn build_key_answers_as_every_era_does() {
    let text = std::fs::read_to_string(oracle().join("build_key.jsonl")).unwrap();
    let mut calls = 0;
    let mut wrong = Vec::new();
    // The lines are read as items, which keeps Python's integers and floats apart.
    let mut reader = ItemReader::new("build_key.jsonl", text.as_bytes()).unwrap();
    reader
        .read_all(&mut |item| {
            calls += 1;
            let find = |name: &str| item.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
            let (Some(Value::Str(dialect)), Some(Value::List(pairs)), Some(Value::Str(expected))) =
                (find("dialect"), find("pairs"), find("expected"))
            else {
                panic!("{}", item.place);
            };
            let pairs: Vec<(Value<'_>, Value<'_>)> = pairs
                .iter()
                .map(|pair| match pair {
                    Value::List(cells) => (cells[0].clone(), cells[1].clone()),
                    other => panic!("{other:?}"),
                })
                .collect();
            let answer = build_key(&Dialect::parse(dialect).unwrap(), &pairs).unwrap();
            if answer != *expected {
                wrong.push(format!("{}: {answer:?}, not {expected:?}", item.place));
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(calls, 3000);
}

#[test]
fn models_write_the_keys_that_the_library_writes() {
    let mut models = 0;
    let mut items = 0;
    let mut paths: Vec<_> =
        std::fs::read_dir(oracle().join("models")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        models += 1;
        let source = SourceFile::new(path.display().to_string(), std::fs::read_to_string(path).unwrap());
        let model = Arc::new(load(&source).unwrap());
        let dialect = model.dialect.as_ref().unwrap().value.clone();
        let engine = Engine::new(Arc::clone(&model), dialect);
        let lines = std::fs::read_to_string(path.with_extension("jsonl")).unwrap();
        let mut buffer = KeyBuffer::default();
        for line in lines.lines() {
            items += 1;
            let wanted: serde_json::Value = serde_json::from_str(line).unwrap();
            let item = wanted["item"].to_string();
            ItemReader::new("item", item.as_bytes())
                .unwrap()
                .read_all(&mut |item| {
                    engine.write(&engine.map(&item.entries), &mut buffer, &mut ());
                    Ok(())
                })
                .unwrap();
            let keys: serde_json::Map<String, serde_json::Value> = engine
                .keys()
                .iter()
                .enumerate()
                .map(|(number, key)| (key.attribute.clone(), serde_json::to_value(buffer.get(number)).unwrap()))
                .collect();
            assert_eq!(serde_json::Value::Object(keys), wanted["keys"], "{}: {item}", path.display());
        }
    }
    assert_eq!((models, items), (40, 800));
}
