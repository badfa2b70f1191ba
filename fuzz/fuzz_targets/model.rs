//! No text makes the model loader panic; what it says of a text can be shown; a model that loads writes keys and is linted.
#![no_main]

use std::sync::Arc;

use dynkeys::emit::{Diagnostics, Terminal};
use dynkeys::error::Error;
use dynkeys::key::{Engine, KeyBuffer, Recorder};
use dynkeys::model::{Era, load};
use dynkeys::rules::{Design, Entity, check_design};
use dynkeys::text::SourceFile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match load(&SourceFile::new("model.toml", text)) {
        Ok(model) => {
            let model = Arc::new(model);
            for era in Era::ALL {
                let engine = Engine::new(Arc::clone(&model), era.dialect());
                let (mut keys, mut recorder) = (KeyBuffer::default(), Recorder::default());
                engine.write(&engine.map(&[]), &mut keys, &mut recorder);
            }
            let entity = Entity::new(Engine::new(model, Era::V0_58.dialect()));
            check_design(&Design { entities: vec![entity], delimiter: "#".to_owned(), ..Design::default() });
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            let diagnostics = Diagnostics::new(Terminal::FILE);
            diagnostics.write(&mut std::io::sink(), &Error::Problems(problems)).expect("a sink takes everything");
        }
    }
});
