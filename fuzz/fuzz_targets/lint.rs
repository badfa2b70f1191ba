//! Whatever the models are, `lint` ends in bounded time and memory, and every format can be written.
//!
//! The input is one or more models, separated by a line `---`. Run it with a bound of memory: see the README.
#![no_main]

use std::sync::Arc;
use std::time::{Duration, Instant};

use dynkeys::emit::{
    Root, Terminal, write_linted, write_linted_github, write_linted_json, write_linted_junit, write_linted_sarif,
};
use dynkeys::key::Engine;
use dynkeys::model::{Dialect, load};
use dynkeys::report::{FailOn, Levels, Linted};
use dynkeys::rules::{Design, Entity, Shares, check_design, unreadable_model};
use dynkeys::text::SourceFile;

/// Instrumented code is some ten times slower, and the machine may be busy.
const MOST: Duration = Duration::from_secs(60);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let begun = Instant::now();
    let (mut models, mut problems) = (Vec::new(), Vec::new());
    for (at, part) in text.split("\n---\n").enumerate() {
        match load(&SourceFile::new(format!("m{at}.toml"), part)) {
            Ok(model) => models.push(Arc::new(model)),
            Err(found) => problems.extend(found),
        }
    }
    let engines: Vec<Engine> = models.into_iter().map(|model| Engine::new(model, Dialect::default())).collect();
    let shares = Shares::new(engines.len(), engines.iter().map(|engine| engine.keys().len()).sum());
    let entities = engines.into_iter().map(|engine| Entity::sharing(engine, shares)).collect();
    let design = Design { entities, delimiter: "#".to_owned(), ..Design::default() };
    let mut findings: Vec<_> = problems.iter().map(unreadable_model).collect();
    findings.extend(check_design(&design));
    let mut linted = Linted::new(findings, &Levels::default());
    linted.count_the_rest();
    let (root, terminal) = (Root::new("", ""), Terminal::FILE);
    let mut out = std::io::sink();
    write_linted(&mut out, terminal, &linted).expect("a sink takes everything");
    write_linted_json(&mut out, &linted).expect("a sink takes everything");
    write_linted_sarif(&mut out, &root, &linted).expect("a sink takes everything");
    write_linted_github(&mut out, &root, &linted).expect("a sink takes everything");
    write_linted_junit(&mut out, &root, &linted, FailOn::Warning).expect("a sink takes everything");
    assert!(begun.elapsed() < MOST, "{:?}", begun.elapsed());
});
