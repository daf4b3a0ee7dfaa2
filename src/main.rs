//! The command line of Doubles.

use clap::{Parser, Subcommand};
use doubles::server::config::{Config, ServeConfig};
use doubles::server::{AppState, serve, telemetry};
use std::process::ExitCode;

/// The shared scoreboard of a marketing and a sales team
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages until Ctrl-C
    Serve(ServeConfig),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match telemetry::start(&cli.config) {
        Ok(()) => match cli.command {
            Command::Serve(config) => serve(&config, AppState::new(cli.config.clock())).await,
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doubles: {error}");
            ExitCode::FAILURE
        }
    }
}
