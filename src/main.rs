//! The command line of Doubles.

use clap::{Parser, Subcommand};
use doubles::backup::command::{Backup, Doctor, Restore};
use doubles::error::{AppError, Result};
use doubles::import::command::{self as import, Args as Import};
use doubles::import::store::unfinished;
use doubles::import::undo::recover;
use doubles::kpis::command::Kpis;
use doubles::kpis::compute::compute;
use doubles::kpis::store::load;
use doubles::people::command::{self as user, UserCommand};
use doubles::people::service::People;
use doubles::rates::command::RatesCommand;
use doubles::sample::command::Sample;
use doubles::server::config::{Config, ServeConfig};
use doubles::server::db::Db;
use doubles::server::health::HealthCheck;
use doubles::server::open::Before;
use doubles::server::{AppState, open, serve, telemetry};
use std::io::{self, Write};
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
    /// Serve the pages until Ctrl-C
    Serve(Box<ServeConfig>),
    Import(Import),
    /// Exchange rates, by which files in other currencies are taken
    Rates {
        /// What to do
        #[command(subcommand)]
        command: RatesCommand,
    },
    Kpis(Kpis),
    Sample(Sample),
    Backup(Backup),
    Restore(Restore),
    Doctor(Doctor),
    /// Ask a running server how it is; for containers, whose images have no curl
    #[command(name = "healthcheck")]
    HealthCheck(HealthCheck),
    /// Accounts: add, list, disable, reset the password
    User {
        #[command(subcommand)]
        command: UserCommand,
        /// What links begin with
        #[arg(long, env = "DOUBLES_BASE_URL", value_name = "URL", default_value = "http://localhost:3000")]
        base_url: String,
    },
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("doubles: The system gives no threads to work with: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(begin());
    // What still runs on a thread of its own, such as reading a large file, is not waited for.
    runtime.shutdown_background();
    code
}

async fn begin() -> ExitCode {
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
            let db = open_for_writing(&config).await?;
            let state = AppState::new(db, config.clock()).keeping_files_in(&config.data);
            serve(&serving, state).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Import(args) => {
            let db = open_for_writing(&config).await?;
            let code = import::run(&args, &db, "command line", config.clock().now()).await;
            db.close().await;
            code.map(ExitCode::from)
        }
        Command::Sample(sample) => {
            let db = open_for_writing(&config).await?;
            let said = sample.run(&db, config.clock().now()).await;
            db.close().await;
            print!("{}", said?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Backup(backup) => {
            print!("{}", backup.run(&config.database(), &config.data).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Restore(backup) => {
            config.make_data_folder()?;
            let said = backup.run(&config.database(), &config.data, config.clock().now()).await?;
            // Brings it up to this version and takes back an import that was under way.
            open_for_writing(&config).await?.close().await;
            print!("{said}");
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor(doctor) => {
            let db = open::open_read_only(&config.database()).await?;
            let examined = doctor.run(&db, &config.data, config.clock().now()).await;
            db.close().await;
            let (said, fine) = examined?;
            print!("{said}");
            Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::HealthCheck(check) => {
            print!("{}", check.run()?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Rates { command } => {
            let db = open_for_writing(&config).await?;
            let said = command.run(&db, "command line", config.clock().now()).await;
            db.close().await;
            print!("{}", said?);
            Ok(ExitCode::SUCCESS)
        }
        Command::User { command, base_url } => {
            let db = open_for_writing(&config).await?;
            let done = user::run(command, &People::new(db.clone(), config.clock()), &base_url).await;
            db.close().await;
            done.map(|()| ExitCode::SUCCESS)
        }
        Command::Kpis(kpis) => {
            kpis.period()?;
            let db = open::open_read_only(&config.database()).await?;
            let snapshot = load(&db).await?.ok_or_else(|| {
                AppError::NotFound("There is no workspace yet. Import leads first: doubles import leads FILE.".into())
            })?;
            let question = kpis.question(&snapshot, config.clock().now())?;
            for import in unfinished(&mut db.read().await?).await? {
                eprintln!(
                    "These figures are not final: the import of {} is under way or was cut off. If nothing imports \
                     now, the next doubles serve or doubles import takes it back.",
                    import.file_name
                );
            }
            let page = kpis.render(&compute(&snapshot.facts, &question), &snapshot);
            // A reader that has gone away, as in `| head`, is no error.
            _ = io::stdout().lock().write_all(page.as_bytes());
            db.close().await;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The database, made where there is none, with every import that was cut off taken back.
async fn open_for_writing(config: &Config) -> Result<Db> {
    config.make_data_folder()?;
    let before = if config.without_backup { Before::Nothing } else { Before::DumpInto(&config.data) };
    let db = open::open_after(&config.database(), before).await?;
    for file in recover(&db, config.clock().now()).await? {
        eprintln!("The import of {file} had been cut off; it was taken back. Import the file again.");
    }
    Ok(db)
}
