//! No line makes the scanner or the audit panic, and no file of a part does.
#![no_main]

use std::sync::{Arc, LazyLock};

use dynkeys::audit::{Auditor, Options, Whereabouts};
use dynkeys::key::Engine;
use dynkeys::model::{Era, load};
use dynkeys::report::{Part, seal};
use dynkeys::source::ItemPlace;
use dynkeys::source::raw::{Line, LineFormat, Scanner};
use dynkeys::text::SourceFile;

static AUDITOR: LazyLock<Auditor> = LazyLock::new(|| {
    let models = [
        ("user.toml", include_str!("../../models/user.toml")),
        ("product.toml", include_str!("../../models/product.toml")),
    ];
    let engine = |(name, text): (&str, &str)| {
        let model = Arc::new(load(&SourceFile::new(name, text)).expect("the model is sound"));
        Engine::new(model, Era::ALL[0].dialect())
    };
    Auditor::new(models.into_iter().map(engine).collect(), Options::default())
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut worker = AUDITOR.worker();
    for format in [LineFormat::Items, LineFormat::Changes] {
        let mut scanner = Scanner::new(AUDITOR.names(), format);
        for line in text.lines() {
            if let Line::Item(item) = scanner.scan(line, line.len()) {
                let place = ItemPlace { file: "items", line: 1, index: None };
                worker.raw(&item, Whereabouts::File(place));
            }
        }
    }
    let _ = Part::from_json("part.json", text);
    // Its checksum would end it before it is looked into.
    let _ = Part::from_json("part.json", &seal(text.to_owned()));
});
