//! How often writing keys asks for memory. Run with `cargo bench --bench allocations`.
//!
//! Of each item's eight keys none allocates: the one allocation that is counted is the list of the item's fields.
#![allow(clippy::panic, reason = "a bench without its input has nothing to measure")]

use std::borrow::Cow;
use std::sync::Arc;

use divan::{AllocProfiler, Bencher};
use dynkeys::key::{Engine, KeyBuffer};
use dynkeys::model::{Dialect, load};
use dynkeys::text::SourceFile;
use dynkeys::value::Value;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The eight keys of one User.
#[divan::bench(args = ["guide", "boto3-assist@0.66.0"])]
fn keys_of_one_item(bencher: Bencher<'_, '_>, dialect: &str) {
    let text = include_str!("../models/user.toml");
    let engine = match (load(&SourceFile::new("user.toml", text)), Dialect::parse(dialect)) {
        (Ok(model), Ok(dialect)) => Engine::new(Arc::new(model), dialect),
        (model, dialect) => panic!("{model:?} {dialect:?}"),
    };
    let fields = ["id", "first_name", "last_name", "email", "status"];
    let user: Vec<(Cow<'_, str>, Value<'_>)> =
        fields.map(|field| (Cow::Borrowed(field), Value::text("Value-Of-It"))).to_vec();
    let mut buffer = KeyBuffer::default();
    engine.write(&engine.map(&user), &mut buffer, &mut ());
    bencher.bench_local(|| {
        engine.write(&engine.map(divan::black_box(&user)), &mut buffer, &mut ());
        divan::black_box(&buffer);
    });
}
