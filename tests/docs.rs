//! The documentation is true: its commands run, its models load, its outputs and schemas are current.
//! `SNAPSHOTS=overwrite cargo test --test docs` writes what is generated anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{assert_file, root, run};
use dynkeys::cli::SchemaChoice;
use dynkeys::commands::schema;
use dynkeys::model::load;
use dynkeys::text::SourceFile;
use serde_json::Value;

fn pages() -> Vec<(String, String)> {
    let mut paths = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/rules"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        paths.extend(entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap())));
    }
    paths.retain(|path| path.ends_with(".md"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(root().join(&path)).unwrap())).collect()
}

/// The fenced blocks of a language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let open = format!("```{language}\n");
    page.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn commands_in_the_docs_run() {
    let mut commands = 0;
    for (path, page) in pages() {
        for block in blocks(&page, "console") {
            for line in block.lines().filter_map(|line| line.strip_prefix("$ dynkeys ")) {
                commands += 1;
                let arguments: Vec<&str> = line.split(' ').collect();
                let run = run(&arguments);
                assert!(run.status < 2, "{path}: {line}: {run:?}");
                assert!(!run.stdout.is_empty(), "{path}: {line}");
            }
        }
    }
    assert!(commands >= 6, "{commands} commands");
}

#[test]
fn outputs_in_the_readme_are_real() {
    let page = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut current = String::new();
    let mut rest = page.as_str();
    let mut outputs = 0;
    while let Some(at) = rest.find("<!-- output: ") {
        let (before, marked) = rest.split_at(at);
        let command = marked.strip_prefix("<!-- output: ").unwrap().split(" -->").next().unwrap();
        let arguments: Vec<&str> = command.split(' ').collect();
        let (head, block) = marked.split_once("```text\n").unwrap();
        let (_, after) = block.split_once("```\n").unwrap();
        current.push_str(&format!("{before}{head}```text\n{}```\n", run(&arguments).stdout));
        rest = after;
        outputs += 1;
    }
    current.push_str(rest);
    assert!(outputs > 0);
    assert_file(&current, "README.md");
}

#[test]
fn models_in_the_docs_load() {
    let mut models = 0;
    for (path, page) in pages() {
        for block in blocks(&page, "toml").into_iter().filter(|block| block.contains("entity")) {
            models += 1;
            let loaded = load(&SourceFile::new(path.clone(), block));
            assert!(loaded.is_ok(), "{path}: {loaded:?}");
        }
    }
    assert!(models >= 2, "{models} models");
}

#[test]
fn the_configuration_in_the_docs_is_read() {
    let page = std::fs::read_to_string(root().join("docs/model.md")).unwrap();
    let config = blocks(&page, "toml").into_iter().find(|block| block.contains("[table]")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dynkeys.toml"), config).unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::copy(root().join("models/product.toml"), folder.path().join("models/product.toml")).unwrap();
    let item = root().join("fixtures/guide/product.json");
    let run = common::run_in(folder.path(), &["explain", item.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(run.lines()[0]["dialect"], "boto3-assist@0.66.0");
}

#[test]
fn links_lead_somewhere() {
    for (path, page) in pages() {
        let folder = root().join(&path).parent().unwrap().to_path_buf();
        for target in page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let file = target.split('#').next().unwrap();
            let is_local = !file.is_empty() && !file.contains("://");
            assert!(!is_local || folder.join(file).exists(), "{path}: {target}");
        }
    }
}

#[test]
fn the_schemas_are_current() {
    for (which, name) in [(SchemaChoice::Model, "model"), (SchemaChoice::Config, "config")] {
        let text = schema::text(which).unwrap();
        assert_file(&text, &format!("docs/schema/{name}.schema.json"));
        assert_eq!(run(&["schema", name]).stdout, text);
    }
}

fn validator(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(root().join(format!("docs/schema/{name}.schema.json"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn toml_files(folder: &str) -> Vec<(String, Value)> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let value: toml::Table = toml::from_str(&text).ok()?;
            Some((path.display().to_string(), serde_json::to_value(value).unwrap()))
        })
        .collect()
}

#[test]
fn the_schema_takes_what_the_loader_takes() {
    let model = validator("model");
    let mut sound = 0;
    for folder in ["models", "fixtures/guide", "fixtures/oracle/models", "src/commands/init"] {
        for (path, value) in toml_files(folder).into_iter().filter(|(path, _)| !path.ends_with("dynkeys.toml")) {
            sound += 1;
            let errors: Vec<String> = model.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{path}: {errors:?}");
        }
    }
    assert!(sound >= 48, "{sound} models");
    // And it refuses what has the wrong shape, of which the broken models have several.
    let refused = toml_files("fixtures/broken").into_iter().filter(|(_, value)| !model.is_valid(value)).count();
    assert!(refused >= 8, "{refused} refused");
    let config = validator("config");
    for path in ["dynkeys.toml", "src/commands/init/dynkeys.toml"] {
        let value: toml::Table = toml::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap();
        assert!(config.is_valid(&serde_json::to_value(value).unwrap()), "{path}");
    }
}

#[test]
fn bundled_models_name_their_schema() {
    for folder in ["models", "fixtures/guide"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let schema = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap();
                assert!(path.parent().unwrap().join(schema).exists(), "{}: {schema}", path.display());
            }
        }
    }
}
