//! The command line of Doubles.

use clap::{Parser, Subcommand};
use doubles::error::Result;
use doubles::server::config::{Config, ServeConfig};
use doubles::server::open::open;
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
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doubles: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    telemetry::start(&cli.config)?;
    match cli.command {
        Command::Serve(config) => {
            cli.config.make_data_folder()?;
            let db = open(&cli.config.database()).await?;
            serve(&config, AppState::new(db, cli.config.clock())).await
        }
    }
}
