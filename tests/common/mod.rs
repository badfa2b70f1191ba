//! Runs the tool as a process, with nothing of this machine's environment.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run printed, and its exit status.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Each line of standard output as JSON.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(line).collect()
    }
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A command of the tool in a folder, with an empty environment.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dynkeys"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs the tool in the repository.
pub fn run(arguments: &[&str]) -> Run {
    run_in(&root(), arguments)
}

/// Runs the tool in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    finish(command(folder, arguments))
}

/// Runs the tool in the repository with standard input.
pub fn run_with_input(arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command(&root(), arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    read(&output)
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Run {
    read(&command.output().unwrap())
}

/// What a process printed.
pub fn read(output: &std::process::Output) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout.clone()).unwrap(),
        stderr: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// Compares with a file of the repository; `SNAPSHOTS=overwrite` writes it anew.
pub fn assert_file(actual: &str, path: &str) {
    let file = root().join(path);
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(snapbox::Data::from(actual.to_owned()).raw(), snapbox::Data::read_from(&file, None).raw());
}

/// Compares two documents, and says where they differ.
#[track_caller]
pub fn assert_same(left: &serde_json::Value, right: &serde_json::Value) {
    let mut differences = Vec::new();
    differ("", left, right, &mut differences);
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(10)].join("\n")
    );
}

fn differ(path: &str, left: &serde_json::Value, right: &serde_json::Value, differences: &mut Vec<String>) {
    use serde_json::Value::{Array, Null, Object};
    match (left, right) {
        (Object(own), Object(other)) => {
            for name in own.keys().chain(other.keys().filter(|name| !own.contains_key(*name))) {
                let of = |object: &serde_json::Map<_, _>| object.get(name).cloned().unwrap_or(Null);
                differ(&format!("{path}/{name}"), &of(own), &of(other), differences);
            }
        }
        (Array(own), Array(other)) if own.len() == other.len() => {
            own.iter().zip(other).enumerate().for_each(|(at, (own, other))| {
                differ(&format!("{path}/{at}"), own, other, differences);
            });
        }
        _ if left == right => {}
        _ => {
            let short = |value: &serde_json::Value| value.to_string().chars().take(200).collect::<String>();
            differences.push(format!("{path}: {} and {}", short(left), short(right)));
        }
    }
}

/// Checks a log against the schema of OASIS.
#[track_caller]
pub fn sarif(text: &str) -> serde_json::Value {
    let schema = std::fs::read_to_string(root().join("tests/data/sarif-schema-2.1.0.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let log: serde_json::Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    assert_eq!(log["$schema"], schema["id"]);
    log
}
