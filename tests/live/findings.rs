//! Findings as lines, with a checkpoint: a run that goes on repeats none and loses none.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::common::{Run, command, finish, root};
use super::dynamodb::environment;
use super::stub::{Answer, Asked, Stub};

const SEGMENTS: u64 = 12;

/// Half of the items have a key that is stale.
fn page(asked: &Asked) -> Answer {
    if !asked.is_scan {
        return Answer::Right;
    }
    let segment = asked.body["Segment"].as_u64().unwrap();
    let item = |at: u64| {
        let (id, of) = (format!("{segment}-{at:03}"), if at.is_multiple_of(2) { "x" } else { "" });
        json!({ "pk": { "S": format!("good#{id}") }, "sk": { "S": format!("good#{id}{of}") }, "id": { "S": id } })
    };
    Answer::json(&json!({ "Items": (0..20).map(item).collect::<Vec<_>>(), "Count": 20 }))
}

fn audit(folder: &Path, stub: &Stub, arguments: &[&str]) -> Command {
    let (url, models) = (stub.url(), root().join("fixtures/audit/answers"));
    let segments = SEGMENTS.to_string();
    let format = if arguments.contains(&"--format") { "" } else { "--format=jsonl" };
    let all = ["audit", models.to_str().unwrap(), "--table", "t", "--endpoint-url", &url, format];
    let all: Vec<&str> = all.into_iter().filter(|argument| !argument.is_empty()).collect();
    let more = ["--segments", &segments, "--concurrency", "1", "--checkpoint", "at.json"];
    let mut command = command(folder, &[&all[..], &more, arguments].concat());
    command.envs(environment());
    command
}

/// How often each line is there.
fn often(text: &str) -> BTreeMap<String, usize> {
    let mut often = BTreeMap::new();
    text.lines().for_each(|line| *often.entry(line.to_owned()).or_default() += 1);
    often
}

fn lines(folder: &Path, name: &str) -> usize {
    std::fs::read_to_string(folder.join(name)).unwrap_or_default().lines().count()
}

/// Waits until a checkpoint knows of more findings than before, and kills the run.
fn kill_on_the_way(folder: &Path, mut child: Child, before: u64) {
    let begin = Instant::now();
    let known = || {
        let text = std::fs::read_to_string(folder.join("at.json")).unwrap_or_default();
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        kept["written"]["lines"].as_u64().unwrap_or_default()
    };
    while known() <= before {
        assert!(begin.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
    // Not in the moment of a checkpoint, which is written once a second.
    std::thread::sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The lines of a run that nothing stopped.
fn whole(stub: &Stub) -> BTreeMap<String, usize> {
    let folder = tempfile::tempdir().unwrap();
    let run = finish(audit(folder.path(), stub, &[]));
    assert_eq!(run.status, 1, "{}", run.stderr);
    let whole = often(&run.stdout);
    assert_eq!(whole.len() as u64, SEGMENTS * 10);
    whole
}

fn slowly(asked: &Asked) -> Answer {
    if asked.is_scan {
        std::thread::sleep(Duration::from_millis(500));
    }
    page(asked)
}

#[test]
fn standard_output_repeats_no_line_after_a_crash_and_says_which_are_known() {
    let (slow, stub) = (Stub::start(slowly), Stub::start(page));
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| Stdio::from(File::create(folder.path().join(name)).unwrap());
    let child = audit(folder.path(), &slow, &[]).stdout(out("1")).stderr(Stdio::null()).spawn().unwrap();
    kill_on_the_way(folder.path(), child, 0);
    let before = lines(folder.path(), "1");
    assert!(before > 0 && (before as u64) < SEGMENTS * 10, "{before}");
    let run = finish(audit(folder.path(), &stub, &[]));
    let told = format!("the last run wrote {before} lines to standard output, which do not come again");
    assert!(run.stderr.contains(&told), "{before}: {}", run.stderr);
    let first = std::fs::read_to_string(folder.path().join("1")).unwrap();
    assert_eq!(often(&(first + &run.stdout)), whole(&stub));
}

fn to_file(folder: &Path, stub: &Stub) -> Run {
    finish(audit(folder, stub, &["--output", "all.jsonl"]))
}

#[test]
fn a_file_goes_on_where_its_checkpoint_is() {
    let (slow, stub) = (Stub::start(slowly), Stub::start(page));
    let whole = whole(&stub);
    let folder = tempfile::tempdir().unwrap();
    let all = folder.path().join("all.jsonl");
    std::fs::write(&all, "of an older run\n").unwrap();
    for round in 0..2 {
        let known = if round == 0 { 0 } else { lines(folder.path(), "all.jsonl") as u64 };
        let mut killed = audit(folder.path(), &slow, &["--output", "all.jsonl"]);
        let child = killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        kill_on_the_way(folder.path(), child, known);
        assert!(lines(folder.path(), "all.jsonl") as u64 > known);
    }
    // What was written behind the checkpoint comes again.
    let kept = std::fs::read_to_string(&all).unwrap();
    std::fs::write(&all, kept.clone() + "{\"half\":").unwrap();
    let run = to_file(folder.path(), &stub);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert_eq!(often(&std::fs::read_to_string(&all).unwrap()), whole);
    assert!(!folder.path().join("at.json").exists());
}

#[test]
fn a_file_that_lost_lines_is_refused_and_left_as_it_is() {
    let (slow, stub) = (Stub::start(slowly), Stub::start(page));
    let folder = tempfile::tempdir().unwrap();
    let mut killed = audit(folder.path(), &slow, &["--output", "all.jsonl"]);
    kill_on_the_way(folder.path(), killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), 0);
    let all = folder.path().join("all.jsonl");
    std::fs::write(&all, "{}\n").unwrap();
    let run = to_file(folder.path(), &stub);
    assert!(
        run.status == 2 && run.stderr.contains("all.jsonl` has 3 bytes, and its checkpoint knows of "),
        "{}",
        run.stderr
    );
    assert_eq!(std::fs::read_to_string(&all).unwrap(), "{}\n");
    // Elsewhere it can go on, and says where the rest is.
    let run = finish(audit(folder.path(), &stub, &[]));
    assert!(run.status == 1 && run.stderr.contains("all.jsonl`, which do not come again"), "{}", run.stderr);
}

#[test]
fn lines_that_the_run_before_did_not_write_are_missed() {
    let stub = Stub::start(|asked| {
        let is_late = asked.is_scan && asked.number >= 6;
        if is_late { Answer::Body("400 Bad Request", b"<html>".to_vec()) } else { page(asked) }
    });
    let folder = tempfile::tempdir().unwrap();
    let run = finish(audit(folder.path(), &stub, &["--output", "sum.json", "--format", "json"]));
    assert!(run.status == 2, "{}", run.stderr);
    let run = finish(audit(folder.path(), &Stub::start(page), &[]));
    assert!(run.stderr.contains("the run before did not write lines"), "{}", run.stderr);
}

#[test]
fn a_checkpoint_that_was_changed_is_refused() {
    let stub = Stub::start(|asked| {
        let is_late = asked.is_scan && asked.number >= 6;
        if is_late { Answer::Body("400 Bad Request", b"<html>".to_vec()) } else { page(asked) }
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(finish(audit(folder.path(), &stub, &[])).status, 2);
    let file = folder.path().join("at.json");
    let kept = std::fs::read_to_string(&file).unwrap();
    let changed = kept.replacen("\"items\":120", "\"items\":121", 1);
    assert_ne!(kept, changed);
    for text in [changed, kept[..kept.len() / 2].to_owned(), kept.trim_end().to_owned() + " \n"] {
        std::fs::write(&file, &text).unwrap();
        let run = finish(audit(folder.path(), &stub, &[]));
        assert!(run.status == 2 && run.stderr.contains("at.json` is damaged"), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}
