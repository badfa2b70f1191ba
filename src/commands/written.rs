//! What a run is asked to write, looked at before the work that fills it.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files::{can_write, input, resolve};
use crate::text::printable;

/// An error where a file that this run reads would be written, or one be written twice, or cannot be written. Each is
/// named with its flag.
pub fn look_at_written(written: &[(&'static str, Option<&Path>)]) -> Result<(), Error> {
    let mut seen: Vec<(&str, PathBuf)> = Vec::new();
    for (flag, file) in written {
        let Some(file) = file else { continue };
        let failed = |reason| Error::Io { action: "write", path: file.to_path_buf(), reason };
        let given = format!("`{flag} {}`", printable(&file.display().to_string()));
        let target = resolve(file).unwrap_or_else(|_| file.to_path_buf());
        if let Some(name) = input(&target) {
            return Err(Error::usage(
                format!(
                    "{given} would overwrite a file that this run needs: it reads it as `{}`",
                    printable(&name.display().to_string())
                ),
                "name another file",
            ));
        }
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == target) {
            let message = format!("{given} would overwrite a file that this run needs: `{other}` names it, too");
            return Err(Error::usage(message, "name another file"));
        }
        can_write(file).map_err(failed)?;
        seen.push((flag, target));
    }
    Ok(())
}
