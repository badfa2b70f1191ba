//! No bytes make the item reader panic, nor the engine on what was read.
#![no_main]

use std::sync::{Arc, LazyLock};

use dynkeys::key::{Engine, KeyBuffer, Recorder};
use dynkeys::model::{Era, load};
use dynkeys::source::ItemReader;
use dynkeys::text::SourceFile;

static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(|| {
    let text = include_str!("../../models/user.toml");
    let model = Arc::new(load(&SourceFile::new("user.toml", text)).expect("the model is sound"));
    Era::ALL.into_iter().map(|era| Engine::new(Arc::clone(&model), era.dialect())).collect()
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = ItemReader::new("items", bytes) else { return };
    let mut keys = KeyBuffer::default();
    let _ = reader.read_all(&mut |item| {
        for engine in ENGINES.iter() {
            let mut recorder = Recorder::default();
            engine.write(&engine.map(&item.entries), &mut keys, &mut recorder);
        }
        Ok(())
    });
});
