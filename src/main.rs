//! The command line of Doubles.

use clap::{Parser, Subcommand};
use doubles::error::{AppError, Result};
use doubles::import::undo::recover;
use doubles::kpis::command::Kpis;
use doubles::kpis::compute::compute;
use doubles::kpis::store::load;
use doubles::server::config::{Config, ServeConfig};
use doubles::server::{AppState, open, serve, telemetry};
use std::process::ExitCode;

/// The shared scoreboard of a marketing and a sales team
///
/// Start with `doubles serve` and open http://localhost:3000, or bring your data first: `doubles import --help`.
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
    Serve(ServeConfig),
    Kpis(Kpis),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; 2, clap's own code, would say that an import rejected rows.
            let code = if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return code;
        }
    };
    let done = match telemetry::start(&cli.config) {
        Ok(()) => run(cli).await,
        Err(error) => Err(error),
    };
    done.unwrap_or_else(|error| {
        eprintln!("doubles: {error}");
        ExitCode::FAILURE
    })
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { config, command } = cli;
    match command {
        Command::Serve(serving) => {
            let address = serving.checked_address()?;
            let db = open::open(&config.database()?).await?;
            recover(&db, config.clock().now()).await?;
            tracing::info!("Doubles has no accounts yet, so it listens on {address} only");
            let served = serve(&serving, AppState::new(config.clock(), db.clone())).await;
            db.close().await;
            served?;
        }
        Command::Kpis(kpis) => {
            let db = open::open_read_only(&config.database()?).await?;
            let snapshot = load(&db).await?.ok_or_else(|| {
                AppError::NotFound("There is no workspace yet. Import leads first: doubles import leads FILE.".into())
            })?;
            let question = kpis.question(&snapshot, config.clock().now())?;
            print!("{}", kpis.render(&compute(&snapshot.facts, &question), &snapshot));
            db.close().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}
