//! An export of a shop's table, the same on every run for the same arguments: five entities, a few defects of every kind,
//! and the truth about them.

mod defects;
mod export;
mod item;
mod random;
mod shop;
mod truth;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use truth::Truth;

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The shop.
    Shop,
    /// Items that no model has, each of a shape of its own.
    Shapes,
    /// Users, each in partitions of its own.
    Partitions,
}

/// How much of it, and where.
#[derive(Clone, Debug)]
pub struct Request<'r> {
    /// What is generated.
    pub content: Content,
    /// The number of items.
    pub items: u64,
    /// The number of data files.
    pub files: usize,
    /// The share of items with a defect.
    pub defects: f64,
    /// What the random numbers start from.
    pub seed: u64,
    /// The folder to write to.
    pub folder: &'r Path,
    /// JSON lines as they are, without the manifests of an export.
    pub plain: bool,
}

/// Writes the export, and `truth.json` beside it.
pub fn generate(request: &Request<'_>, threads: usize) -> std::io::Result<Truth> {
    let export = export::Export::create(request)?;
    let next = AtomicUsize::new(0);
    let parts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let work = || -> std::io::Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= request.files {
                    return Ok(());
                }
                let mut file = export.data_file(number)?;
                let truth = shop::write(request, number, &mut file)?;
                let written = file.finish(truth.items)?;
                parts.lock().unwrap().push((number, truth, written));
            }
        };
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        work()?;
        others.into_iter().try_for_each(|other| other.join().unwrap())
    })?;
    let mut parts = parts.into_inner().unwrap();
    parts.sort_by_key(|(number, ..)| *number);
    let mut truth = Truth::default();
    let mut files = Vec::new();
    for (_, part, written) in parts {
        truth.add(&part);
        files.push(written);
    }
    export.finish(&files, &truth)?;
    Ok(truth)
}
