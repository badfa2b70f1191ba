//! What a run reads is never written over, and what it writes is there whole or not at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(unix)]

mod common;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Run, command, finish};

const MODEL: &str = "entity = \"Good\"\n[attributes]\nid = { type = \"string\", required = true, max_length = 9 }\n[indexes.primary]\n\
    partition_key = { attribute = \"pk\", build_key = [[\"good\", \"{id}\"]] }\nsort_key = { attribute = \"sk\", build_key = [[\"good\", \"{id}\"]] }\n";

/// A project with one input of each kind.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = Self { folder };
        own.write("models/good.toml", MODEL);
        own.write("dynkeys.toml", "models = [\"models\"]\n");
        own.write("i.jsonl", "{\"id\":\"1\",\"pk\":\"good#1\",\"sk\":\"good#1\"}\n");
        own.write(
            "ex/data/a.json",
            "{\"Item\":{\"id\":{\"S\":\"1\"},\"pk\":{\"S\":\"good#1\"},\"sk\":{\"S\":\"good#1\"}}}\n",
        );
        own.write("ex/manifest-files.json", "{\"itemCount\":1,\"dataFileS3Key\":\"x/data/a.json\"}\n");
        own.write("ex/manifest-summary.json", "{\"itemCount\":1}\n");
        assert_eq!(own.run(&["audit", "--items", "i.jsonl", "--partial", "part.json"]).status, 0);
        own
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(command(self.folder.path(), arguments))
    }

    /// All files, with what they hold.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), fs::read(&path).unwrap_or_default()));
                }
            }
        }
        found.sort();
        found
    }
}

#[test]
fn no_input_is_written_over_however_it_is_named() {
    let project = Project::new();
    let audit = ["audit", "--items", "i.jsonl"];
    let exported = ["audit", "--export", "ex"];
    let merged = ["merge", "part.json"];
    let own = ["--output", "--save", "--partial"];
    let runs: Vec<(&[&str], &[&str], &[&str])> = vec![
        (&audit, &own, &["models/good.toml", "dynkeys.toml", "i.jsonl"]),
        (
            &exported,
            &own,
            &[
                "models/good.toml",
                "dynkeys.toml",
                "ex/data/a.json",
                "ex/manifest-files.json",
                "ex/manifest-summary.json",
            ],
        ),
        (&merged, &["--output", "--save"], &["part.json", "dynkeys.toml"]),
        (&["docs"], &["--output"], &["models/good.toml", "dynkeys.toml"]),
        (&["lint"], &["--write-baseline"], &["dynkeys.toml", "i.jsonl"]),
        (&["audit", "--items", "i.jsonl", "--format", "jsonl"], &["--output"], &["models/good.toml", "i.jsonl"]),
    ];
    for (arguments, flags, inputs) in runs {
        for input in inputs {
            fs::hard_link(project.at(input), project.at("hard")).unwrap();
            symlink(project.at(input), project.at("soft")).unwrap();
            symlink("soft", project.at("softer")).unwrap();
            let before = project.files();
            let whole = project.at(input).display().to_string();
            let round = format!("./models/../{input}");
            for name in [input, whole.as_str(), round.as_str(), "hard", "soft", "softer"] {
                for flag in flags {
                    let run = project.run(&[arguments, &[flag, name]].concat());
                    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?} {flag} {name}: {run:?}");
                    assert!(arguments == ["lint"] || run.stderr.contains("overwrite"), "{run:?}");
                    assert_eq!(project.files(), before, "{arguments:?} {flag} {name}");
                }
            }
            for name in ["hard", "soft", "softer"] {
                fs::remove_file(project.at(name)).unwrap();
            }
        }
    }
    // Standard input is a file, too; and two flags are not one file.
    let mut run = command(project.folder.path(), &["audit", "--items", "-", "--output", "i.jsonl"]);
    run.stdin(fs::File::open(project.at("i.jsonl")).unwrap());
    let run = finish(run);
    assert_eq!((run.status, fs::read_to_string(project.at("i.jsonl")).unwrap().len() > 20), (2, true), "{run:?}");
    let run = project.run(&["audit", "--items", "i.jsonl", "--output", "new", "--save", "models/../new"]);
    assert_eq!((run.status, project.at("new").exists()), (2, false), "{run:?}");
    // What is no input is written.
    assert_eq!(project.run(&["audit", "--items", "i.jsonl", "--output", "new"]).status, 0);
    assert_eq!(project.run(&["audit", "--items", "i.jsonl", "--output", "new"]).status, 0);
    // A baseline is read and written by one run.
    for _ in 0..2 {
        assert_eq!(project.run(&["lint", "--write-baseline", "base.json"]).status, 0);
    }
}

#[test]
fn a_file_of_items_is_read_once() {
    let project = Project::new();
    fs::hard_link(project.at("i.jsonl"), project.at("hard.jsonl")).unwrap();
    symlink("i.jsonl", project.at("soft.jsonl")).unwrap();
    for name in ["i.jsonl", "./i.jsonl", "models/../i.jsonl", "hard.jsonl", "soft.jsonl"] {
        let run = project.run(&["audit", "--items", "i.jsonl", name]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{name}: {run:?}");
        assert!(run.stderr.contains(&format!("`{name}` is given twice")), "{run:?}");
    }
    fs::copy(project.at("i.jsonl"), project.at("copy.jsonl")).unwrap();
    assert_eq!(project.run(&["audit", "--items", "i.jsonl", "copy.jsonl"]).status, 0);
}

#[test]
fn links_are_written_through_and_modes_are_the_usual_ones() {
    let project = Project::new();
    fs::create_dir(project.at("elsewhere")).unwrap();
    symlink("elsewhere/page.md", project.at("page.md")).unwrap();
    assert_eq!(project.run(&["docs", "--output", "page.md"]).status, 0);
    assert!(project.at("page.md").is_symlink());
    assert!(fs::read_to_string(project.at("elsewhere/page.md")).unwrap().contains("# "));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&project.at("elsewhere/page.md")), mode(&project.at("i.jsonl")));
    fs::set_permissions(project.at("elsewhere/page.md"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(project.run(&["docs", "--output", "page.md"]).status, 0);
    assert_eq!(mode(&project.at("elsewhere/page.md")), 0o600);
    symlink("nowhere/page.md", project.at("lost.md")).unwrap();
    let run = project.run(&["docs", "--output", "lost.md"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot write `lost.md`: No such file"), "{run:?}");
    assert!(project.at("lost.md").is_symlink());
}

fn temporaries(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.filter(|path| path.extension().is_some_and(|own| own == "tmp")).collect()
}

/// True of a file that its process has marked as its own: another one may remove it before.
fn is_held(path: &Path) -> bool {
    use rustix::fs::{FlockOperation, flock};
    let lock = |file: fs::File| flock(&file, FlockOperation::NonBlockingLockShared);
    fs::File::open(path).is_ok_and(|file| lock(file) == Err(rustix::io::Errno::WOULDBLOCK))
}

/// An audit that waits for the rest of its input, with a file begun.
fn waiting(project: &Project) -> (std::process::Child, PathBuf) {
    let mut run =
        command(project.folder.path(), &["audit", "--items", "-", "--format", "jsonl", "--output", "found.jsonl"]);
    let mut child = run.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let bad = "{\"id\":\"1\",\"pk\":\"bad#1\",\"sk\":\"good#1\"}\n";
    child.stdin.as_mut().unwrap().write_all(bad.as_bytes()).unwrap();
    let begun = Instant::now();
    let mut left = None;
    while left.is_none() && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
        left = temporaries(project.folder.path()).into_iter().find(|path| is_held(path));
    }
    if left.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    (child, left.unwrap())
}

#[test]
fn what_a_killed_run_leaves_is_private_and_goes_with_the_next() {
    let project = Project::new();
    let (mut killed, left) = waiting(&project);
    assert_eq!(fs::metadata(&left).unwrap().permissions().mode() & 0o777, 0o600);
    // That of a run that goes on stays.
    assert_eq!(project.run(&["audit", "--items", "i.jsonl", "--output", "other"]).status, 0);
    assert!(left.exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(left.exists());
    assert_eq!(project.run(&["audit", "--items", "i.jsonl", "--output", "found.jsonl"]).status, 0);
    assert_eq!(temporaries(project.folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn what_has_no_end_is_no_configuration_model_or_baseline() {
    let project = Project::new();
    let fifo = project.at("fifo.toml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    fs::File::create(project.at("huge.toml")).unwrap().set_len(17 << 20).unwrap();
    let begun = Instant::now();
    for (name, why) in
        [("/dev/zero", "a pipe or a device"), ("fifo.toml", "a pipe or a device"), ("huge.toml", "larger than 16 MiB")]
    {
        for arguments in [
            &["lint", name][..],
            &["lint", "--config", name],
            &["lint", "--baseline", name],
            &["docs", name],
            &["explain", name, "i.jsonl"],
            &["audit", name, "--items", "i.jsonl"],
        ] {
            let run = project.run(arguments);
            // A path that no model has is an item to some commands.
            let is_no_model = run.stderr.contains("is no model") || run.stderr.contains("16 MiB, and no item");
            assert_eq!((run.status, run.stdout.is_empty() || is_no_model), (2, true), "{arguments:?}: {run:?}");
            assert!(is_no_model || run.stderr.contains(why), "{arguments:?}: {run:?}");
        }
    }
    let run = project.run(&["lint", "--config", "models"]);
    assert!(run.status == 2 && run.stderr.contains("it is a folder"), "{run:?}");
    for arguments in [
        &["compare", "/dev/zero", "part.json"][..],
        &["merge", "/dev/zero"],
        &["docs", "--check", "--output", "/dev/zero"],
    ] {
        let run = project.run(arguments);
        assert!(run.status == 2 && run.stderr.contains("it is a device"), "{run:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(60));
    // Items may come from a pipe.
    fs::rename(&fifo, project.at("fifo")).unwrap();
    let path = project.at("fifo");
    let writer = std::thread::spawn(move || fs::write(path, "{\"id\":\"1\",\"pk\":\"good#1\",\"sk\":\"good#1\"}\n"));
    let run = project.run(&["audit", "--items", "fifo"]);
    writer.join().unwrap().unwrap();
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn columns_beyond_any_screen_are_shown() {
    let project = Project::new();
    let values: Vec<String> = (0..9_000).map(|number| format!("\"c{number}\"")).collect();
    let long = format!("id = {{ type = \"string\", enum = [{}], requird = true }}", values.join(", "));
    let wide =
        format!("日本 = {{ type = \"string\", description = \"{}\", requird = true }}", "日\u{301}\t".repeat(40_000));
    for line in [long, wide.replace("日本", "\"日本\"")] {
        project.write(
            "models/good.toml",
            &MODEL.replace(
                "id = { type = \"string\", required = true, max_length = 9 }",
                &format!("id = \"string\"\n{}", line.replace("id = {", "other = {")),
            ),
        );
        let column = project.run(&["lint", "--format", "json"]).json()["findings"][0]["column"].as_u64().unwrap();
        assert!(column > 65_535);
        for arguments in [&["lint"][..], &["docs"], &["explain", "models", "i.jsonl"]] {
            let run = project.run(arguments);
            let text = format!("{}{}", run.stdout, run.stderr);
            assert!(run.status == 1 || run.status == 2, "{run:?}");
            assert!(
                text.contains(&format!(":4:{column}]")) && text.contains("requird = true }"),
                "{arguments:?}: {text}"
            );
            assert!(text.lines().all(|line| line.chars().count() < 200), "{arguments:?}: {text}");
        }
    }
    // The same of a configuration.
    project.write("dynkeys.toml", &format!("exclude = [{}], 7", values.join(", ")));
    let run = project.run(&["lint"]);
    assert!(run.status == 2 && run.stderr.contains("dynkeys.toml:1:"), "{run:?}");
    // And of very many lines.
    project.write("dynkeys.toml", &format!("exclude = [{}\n7]\n", "\"a\",\n".repeat(70_000)));
    let run = project.run(&["lint"]);
    assert!(run.status == 2 && run.stderr.contains("dynkeys.toml:70002:1]"), "{run:?}");
}
