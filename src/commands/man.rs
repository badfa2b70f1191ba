//! `dynkeys man`.

use clap::CommandFactory;

use crate::cli::{Cli, EXIT_CLEAN, ManArgs, Streams};
use crate::error::Error;
use crate::text::did_you_mean;

/// Prints a manual page.
pub fn run(args: &ManArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let mut whole = Cli::command();
    whole.build();
    let (command, title) = match &args.command {
        None => (whole, "dynkeys".to_owned()),
        Some(name) => match whole.find_subcommand(name) {
            Some(command) => (command.clone(), format!("dynkeys-{name}")),
            None => {
                let names: Vec<&str> = whole.get_subcommands().map(clap::Command::get_name).collect();
                return Err(Error::Usage {
                    message: format!("there is no command `{name}`"),
                    help: did_you_mean(name, names),
                });
            }
        },
    };
    clap_mangen::Man::new(command)
        .title(title)
        .source(concat!("dynkeys ", env!("CARGO_PKG_VERSION")))
        .render(streams.out)
        .map_err(Error::Output)?;
    Ok(EXIT_CLEAN)
}
