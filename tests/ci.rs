//! The files with which CI systems run dynkeys: their shape, and that the script of the action does what it says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::process::Command;

use common::root;
use yaml_rust2::{Yaml, YamlLoader};

fn yaml(text: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn file(name: &str) -> Yaml {
    yaml(&std::fs::read_to_string(root().join(name)).unwrap())
}

/// The commands of the tool that a text runs, as lists of words.
fn lints(text: &str) -> Vec<Vec<String>> {
    let commands = text.split("dynkeys ").skip(1).filter(|rest| rest.starts_with("lint"));
    let words = |rest: &str| {
        let line = rest.lines().next().unwrap().split([';', '|', '>', '`']).next().unwrap().to_owned();
        line.split_whitespace().map(str::to_owned).collect()
    };
    commands.map(words).collect()
}

#[test]
fn the_hook_is_one_that_pre_commit_takes() {
    let hooks = file(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().unwrap();
    assert!(!hooks.is_empty());
    for hook in hooks {
        for name in ["id", "name", "entry", "language", "files"] {
            assert!(hook[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {hook:?}");
        }
        // `language: rust` installs with cargo from the repository; the entry is what it installed.
        assert_eq!(hook["language"].as_str(), Some("rust"));
        assert_eq!(lints(hook["entry"].as_str().unwrap()), [["lint"]]);
        assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
        let files = regex_automata::meta::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        for (path, is_one) in [
            ("dynkeys.toml", true),
            ("service/dynkeys.toml", true),
            ("models/user.toml", true),
            ("service/models/a/user.toml", true),
            ("Cargo.toml", false),
            ("models/user.py", false),
            ("mymodels.toml", false),
        ] {
            assert_eq!(files.is_match(path), is_one, "{path}");
        }
    }
}

#[test]
fn the_action_is_a_composite_one() {
    let action = file("action.yml");
    assert!(action["name"].as_str().is_some() && action["description"].as_str().is_some());
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let steps = action["runs"]["steps"].as_vec().unwrap();
    for step in steps {
        let runs = step["run"].as_str();
        assert!(runs.is_some() != step["uses"].as_str().is_some(), "{step:?}");
        if let Some(script) = runs {
            assert!(step["shell"].as_str().is_some(), "{step:?}");
            // An expression in a script would make an input part of it.
            assert!(!script.contains("${{"), "{script}");
        }
    }
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    for (name, input) in action["inputs"].as_hash().unwrap() {
        let name = name.as_str().unwrap();
        assert!(input["description"].as_str().is_some() && !input["default"].is_badvalue(), "{name}");
        assert!(text.contains(&format!("inputs.{name}")), "{name} is not used");
    }
    assert!(!text.contains("secrets"), "the action needs none");
}

/// Runs the step of the action that lints, as the runner does.
#[cfg(unix)]
fn step(variables: &[(&str, &str)]) -> (String, String) {
    let action = file("action.yml");
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let step = steps.iter().find(|step| step["id"].as_str() == Some("lint")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let outputs = folder.path().join("outputs");
    std::fs::write(&outputs, "").unwrap();
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_dynkeys")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", tool.display());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    command.current_dir(root()).env_clear().env("PATH", path).env("GITHUB_OUTPUT", &outputs);
    for name in step["env"].as_hash().unwrap().keys() {
        let name = name.as_str().unwrap();
        let given = variables.iter().find(|(variable, _)| *variable == name);
        command.env(name, given.map_or("", |(_, value)| value));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), std::fs::read_to_string(outputs).unwrap())
}

#[cfg(unix)]
#[test]
fn the_script_of_the_action_lints() {
    let bad = "fixtures/rules/missing-primary/bad-1.toml";
    let config = "--config\nfixtures/empty.toml";
    let (log, outputs) = step(&[("FORMAT", "github"), ("LINT_PATHS", bad), ("LINT_ARGS", config)]);
    assert!(log.contains(&format!("::error file={bad},")), "{log}");
    assert_eq!(outputs, "status=1\n");
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("a report.sarif");
    let report = report.to_str().unwrap();
    let paths = format!("{bad}\nmodels/user.toml\n");
    let (log, outputs) = step(&[
        ("FORMAT", "sarif"),
        ("REPORT", report),
        ("LINT_PATHS", &paths),
        ("LINT_ARGS", "--fail-on=never\n--config=fixtures/empty.toml"),
    ]);
    assert_eq!(log, "");
    assert!(outputs.starts_with("report=/") && outputs.ends_with("a report.sarif\nstatus=0\n"), "{outputs}");
    let log: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    // What looks like a command of the shell is an argument.
    let (_, outputs) = step(&[("FORMAT", "github"), ("LINT_ARGS", "$(touch /tmp/x); true")]);
    assert_eq!(outputs, "status=2\n");
}

#[test]
fn the_recipes_are_sound() {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let recipes: Vec<&str> = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(recipes.len() >= 5, "{} recipes", recipes.len());
    let inputs = file("action.yml")["inputs"].as_hash().unwrap().clone();
    let mut uses = 0;
    for recipe in &recipes {
        let recipe = yaml(recipe);
        for (_, job) in recipe["jobs"].as_hash().into_iter().flatten() {
            for step in job["steps"].as_vec().unwrap() {
                if step["uses"].as_str().is_some_and(|action| action.starts_with("dynkeys/dynkeys@")) {
                    uses += 1;
                    for (name, _) in step["with"].as_hash().into_iter().flatten() {
                        assert!(inputs.contains_key(name), "{name:?}");
                    }
                }
            }
        }
        for repository in recipe["repos"].as_vec().into_iter().flatten() {
            for hook in repository["hooks"].as_vec().unwrap() {
                assert_eq!(hook["id"].as_str(), Some("dynkeys-lint"));
            }
        }
    }
    assert!(uses >= 2, "{uses} uses of the action");
    // Each command of the page is one that the tool takes.
    let commands = lints(&page);
    assert!(commands.len() >= 5, "{commands:?}");
    for words in commands {
        let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        assert_eq!(common::run(&arguments).status, 0, "{words:?}");
    }
}
