//! `dynkeys init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::cli::{EXIT_CLEAN, InitArgs, Streams};
use crate::config::FILE_NAME;
use crate::error::Error;
use crate::text::{is_printable, printable};

const CONFIG: &str = include_str!("init/dynkeys.toml");
const MODEL: &str = include_str!("init/product.toml");
const ITEM: &str = include_str!("init/product.json");

/// Writes a configuration, a first model and an item to try it on. A file that is there already is left alone.
pub fn run(args: &InitArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let models = args.folder.join("models");
    std::fs::create_dir_all(&models).map_err(|reason| Error::Io {
        action: "make the folder",
        path: models.clone(),
        reason,
    })?;
    let files = [
        (args.folder.join(FILE_NAME), CONFIG),
        (models.join("product.toml"), MODEL),
        (args.folder.join("product.json"), ITEM),
    ];
    for (path, text) in files {
        let shown = printable(&path.display().to_string()).into_owned();
        let line =
            if write_new(&path, text)? { format!("wrote {shown}") } else { format!("kept {shown}, which was there") };
        writeln!(streams.out, "{line}").map_err(Error::Output)?;
    }
    let folder = args.folder.to_string_lossy();
    let folder = match (args.folder == Path::new("."), shlex::try_quote(&folder)) {
        // A name that no shell line should hold is left for the user to type.
        (false, Ok(quoted)) if folder.chars().all(is_printable) => format!("cd {quoted} && "),
        _ => String::new(),
    };
    writeln!(streams.out, "\nTry: {folder}dynkeys explain models/product.toml product.json").map_err(Error::Output)?;
    Ok(EXIT_CLEAN)
}

/// Writes a file that is not there yet, whole or not at all; `false` where it is there.
fn write_new(path: &Path, text: &str) -> Result<bool, Error> {
    let failed = |reason| Error::Io { action: "write", path: path.to_path_buf(), reason };
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    if let Err(error) = file.write_all(text.as_bytes()) {
        // Nothing half-written stays.
        let _ = std::fs::remove_file(path);
        return Err(failed(error));
    }
    Ok(true)
}
