//! What is read and written bit by bit: findings as they are found, and runs that are interrupted.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::common::{Run, command, read};
use super::{Shop, assert_told, count, lines, packed, stale, text};

/// So long a process may take to answer on a machine that has other work.
const PATIENCE: Duration = Duration::from_secs(20);

fn spawn(shop: &Shop, arguments: &[&str]) -> Child {
    let mut command = command(shop.path(), arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// The end of a process, which may not wait for more input.
fn end(child: Child) -> Run {
    let id = child.id();
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(child.wait_with_output().unwrap()));
    let Ok(output) = receiver.recv_timeout(PATIENCE) else {
        let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        panic!("the process does not end");
    };
    read(&output)
}

/// The lines of standard output, as they come.
struct Lines(std::sync::mpsc::Receiver<String>);

impl Lines {
    fn of(output: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if sender.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    fn next(&self) -> Value {
        serde_json::from_str(&self.0.recv_timeout(PATIENCE).unwrap()).unwrap()
    }
}

#[test]
fn findings_are_written_while_more_is_waited_for() {
    let shop = Shop::new();
    let mut child = spawn(&shop, &["audit", "--format", "jsonl", "--items", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    let told = Lines::of(child.stdout.take().unwrap());
    for (at, id) in ["o-71", "o-72"].into_iter().enumerate() {
        stdin.write_all(text(&[lines()[0].clone(), stale(id)]).as_bytes()).unwrap();
        let finding = told.next();
        assert_eq!(finding["key"]["sk"], format!("order#{id}"));
        assert_eq!(finding["place"], format!("<stdin>:{}", 2 * at + 2));
    }
    // What is half of a line is no line yet.
    let line = stale("o-73");
    stdin.write_all(&line.as_bytes()[..50]).unwrap();
    assert!(told.0.recv_timeout(Duration::from_millis(300)).is_err());
    stdin.write_all(&line.as_bytes()[50..]).unwrap();
    drop(stdin);
    assert_eq!(told.next()["key"]["sk"], "order#o-73");
    assert_eq!(end(child).status, 1);
}

/// Audits what was written to standard input when the run is interrupted, and nothing more comes.
fn interrupted(bytes: &[u8], arguments: &[&str], shop: &Shop) -> Run {
    let mut child = spawn(shop, &[&["audit", "--items", "-"], arguments].concat());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(bytes).unwrap();
    // The pipe is read at once, and what is in it is audited.
    std::thread::sleep(Duration::from_millis(1200));
    interrupt(&child);
    let start = Instant::now();
    let run = end(child);
    assert!(start.elapsed() < PATIENCE / 2, "{:?}", start.elapsed());
    drop(stdin);
    run
}

#[test]
fn an_interrupted_audit_reports_what_it_has_read() {
    let shop = Shop::new();
    let some = [text(&lines()[..20]), stale("o-71"), "\n{\"pk\": \"half of a".to_owned()].concat();
    let run = interrupted(some.as_bytes(), &["--format", "json"], &shop);
    assert_eq!((run.status, run.stderr.as_str()), (2, ""));
    let report = run.json();
    let coverage = &report["coverage"];
    assert_eq!((&coverage["complete"], &coverage["reason"]), (&json!(false), &json!("interrupted")));
    assert_eq!((&coverage["items"], &coverage["files"]), (&json!(21), &json!({ "read": 0, "total": 1 })));
    assert!(count(&report, "stale-key") > 0);

    let run = interrupted(some.as_bytes(), &[], &shop);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("not everything was read: interrupted"), "{}", run.stdout);
    assert!(run.stdout.ends_with("not everything was read\n"), "{}", run.stdout);

    // A part is kept, too, and says that it is not the whole.
    let run = interrupted(some.as_bytes(), &["--partial", "part.json"], &shop);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    let merged = shop.run(&["merge", "part.json", "--format", "json"]);
    assert_eq!((merged.status, &merged.json()["coverage"]["reason"]), (2, &json!("interrupted")));
    assert_eq!(merged.json()["coverage"]["items"], 21);

    // So are the findings of a run that streams them.
    let run = interrupted(some.as_bytes(), &["--format", "jsonl", "--output", "found.jsonl"], &shop);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(shop.read("found.jsonl").contains("order#o-71"));
    assert_eq!(shop.files(), ["found.jsonl", "part.json"], "nothing half-written stays");
}

#[test]
fn an_audit_that_waits_for_its_first_line_is_interrupted() {
    let shop = Shop::new();
    let pretty = b"[\n {\"pk\": \"user#alice\"".to_vec();
    let zipped = packed(text(&lines()));
    for bytes in [&b""[..], b"{\"pk\": ", &pretty, &zipped[..30]] {
        let run = interrupted(bytes, &["--format", "json"], &shop);
        assert_eq!((run.status, run.stderr.as_str()), (2, ""));
        assert_eq!(run.json()["coverage"]["reason"], "interrupted");
        assert_eq!(run.json()["coverage"]["items"], 0);
    }
}

#[test]
fn a_second_interrupt_ends_the_run_at_once() {
    let shop = Shop::new();
    // A pipe that nobody reads: the report cannot be written.
    let many: Vec<String> = (0..3_000).map(|number| stale(&format!("o-{number}"))).collect();
    shop.write("items.jsonl", text(&many));
    let mut child = spawn(&shop, &["audit", "--format", "jsonl", "--items", "items.jsonl"]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it waits for a reader");
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it still has something to tell");
    interrupt(&child);
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run() {
    let shop = Shop::new();
    let many: Vec<String> = (0..3_000).map(|number| stale(&format!("o-{number}"))).collect();
    shop.write("items.jsonl", text(&many));
    let mut child = spawn(&shop, &["audit", "--format", "jsonl", "--items", "items.jsonl"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"check\":\"stale-key\""), "{first}");
    let run = end(child);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn errors_are_told_when_the_end_comes() {
    let shop = Shop::new();
    let mut child = spawn(&shop, &["audit", "--format", "jsonl", "--items", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text(&[stale("o-71"), "{\"pk\": 1,}".to_owned(), stale("o-72")]).as_bytes()).unwrap();
    drop(stdin);
    let run = end(child);
    assert_eq!(run.status, 2);
    assert_eq!(run.lines().len(), 2);
    assert_told(&run, &["<stdin>:2:10: this is not JSON"]);
}
