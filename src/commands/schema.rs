//! `dynkeys schema`.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use crate::cli::{EXIT_CLEAN, SchemaArgs, SchemaChoice, Streams};
use crate::config::ConfigDocument;
use crate::error::Error;
use crate::model::ModelDocument;

/// Prints a JSON Schema.
pub fn run(args: &SchemaArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let text = text(args.which)?;
    streams.out.write_all(text.as_bytes()).map_err(Error::Output)?;
    Ok(EXIT_CLEAN)
}

/// The text of a schema, made from the types that read the files.
pub fn text(which: SchemaChoice) -> Result<String, Error> {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema: Schema = match which {
        SchemaChoice::Model => generator.into_root_schema_for::<ModelDocument>(),
        SchemaChoice::Config => generator.into_root_schema_for::<ConfigDocument>(),
    };
    // Editors add it to the TOML as a comment; where it stands as a key it must not be an error of the schema alone.
    schema.remove("$id");
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Output(error.into()))?;
    Ok(text + "\n")
}
