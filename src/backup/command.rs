//! `doubles backup`, `doubles restore`, `doubles doctor`.

use super::copy::{Copied, back_up};
use super::doctor::{Check, examine, examine_library};
use super::folders::{Files, files_of};
use super::restore::restore;
use crate::content::bucket::Bucket;
use crate::content::files::{self, Files as Contents};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::config::BucketConfig;
use crate::server::db::Db;
use crate::server::disk::words;
use crate::server::open::DatabaseUrl;
use crate::zone::Zone;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A PostgreSQL server is backed up by its own program, whose version must fit the server's; wrapping it would only
/// hide what it says.
pub const POSTGRES: &str = "PostgreSQL is backed up by its own program:\n\
    \x20   pg_dump --format=custom --file=FILE \"$DATABASE_URL\"\n\
    and comes back, while Doubles is stopped, by:\n\
    \x20   pg_restore --clean --if-exists --no-owner --single-transaction --dbname=\"$DATABASE_URL\" FILE";

/// Copy the database to a file, also while the server runs
///
/// The copy is the state of one moment. It is checked before it gets its name. It holds everything that Doubles keeps,
/// names and addresses too, and can be read by the user who made it only. Files that people uploaded lie in a folder
/// beside it, FILE.files: keep both together. Files of the content library that lie in a bucket are not in it, which is
/// said.
#[derive(Clone, Debug, clap::Args)]
pub struct Backup {
    /// Where to; the folder must be there
    pub file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    pub force: bool,
}

/// Put a backup in the place of the database
///
/// The backup is checked first and stays as it is. The database of now is kept beside the new one, under a name that
/// says when. Stop the server before.
#[derive(Clone, Debug, clap::Args)]
pub struct Restore {
    /// What `doubles backup`, a nightly backup or an upgrade has made
    pub file: PathBuf,
}

/// Check the database against itself; also while the server runs
///
/// The file, the milestones of every lead against its events, the change log, the disk, the newest backup, and whether
/// the files of the content library are there; of a bucket also whether it answers.
/// The exit code is 0 if everything is fine and 1 if something was found.
#[derive(Clone, Debug, clap::Args)]
pub struct Doctor {
    /// Folder of the nightly backups, of which the newest is read
    #[arg(long, env = "DOUBLES_BACKUP_FOLDER", value_name = "FOLDER")]
    pub backup_folder: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// The bucket of the server, if it has one.
    #[command(flatten)]
    pub bucket: BucketConfig,
}

impl Backup {
    /// Runs it; answers with what there is to say.
    ///
    /// # Errors
    /// As for [`copy`]; PostgreSQL has its own way.
    pub async fn run(&self, database: &DatabaseUrl, data: &Path) -> Result<String> {
        let copied = back_up(file_of(database)?, data, &self.file, self.force).await?;
        let mut said = format!("{} holds {}.\n", copied.path.display(), state_of(&copied));
        let Files { count, bytes } = copied.files;
        if count > 0 {
            said += &format!("{} holds its {count} files ({}).\n", files_of(&copied.path).display(), words(bytes));
        }
        if copied.elsewhere > 0 {
            said += &format!(
                "{} files of the content library are not in it: they lie in a bucket, which has to be kept by its own \
                 means, or they are gone. doubles doctor tells which.\n",
                copied.elsewhere
            );
        }
        Ok(said)
    }
}

impl Restore {
    /// Runs it; answers with what there is to say.
    ///
    /// # Errors
    /// As for [`restore`]; PostgreSQL has its own way.
    pub async fn run(&self, database: &DatabaseUrl, data: &Path, now: Instant) -> Result<String> {
        let restored = restore(&self.file, file_of(database)?, data, now).await?;
        let mut said = format!("{} is now {}.\n", restored.copied.path.display(), state_of(&restored.copied));
        if let Some(aside) = restored.aside {
            said += &format!("The former database was kept as {}; remove it when you are sure.\n", aside.display());
        }
        for aside in restored.files_aside {
            said += &format!("The former files were kept as {}; remove them when you are sure.\n", aside.display());
        }
        Ok(said)
    }
}

impl Doctor {
    /// Runs it; answers with what there is to say, and whether everything is fine.
    ///
    /// # Errors
    /// The database does not answer, or the bucket is not configured well.
    pub async fn run(&self, db: &Db, data: &Path, now: Instant) -> Result<(String, bool)> {
        let mut contents = Contents::new(data, files::DEFAULT_LIMIT);
        if let Some(bucket) = Bucket::configured(&self.bucket)? {
            contents = contents.in_bucket(bucket)?;
        }
        let mut checks = examine(db, self.backup_folder.as_deref(), now).await?;
        checks.extend(examine_library(db, &contents).await?);
        let fine = checks.iter().all(|check| check.fine);
        let said = if self.json {
            let report = serde_json::json!({ "fine": fine, "checks": checks });
            serde_json::to_string_pretty(&report).map_err(|_| AppError::Internal)? + "\n"
        } else {
            words_of(&checks)
        };
        Ok((said, fine))
    }
}

fn file_of(database: &DatabaseUrl) -> Result<&Path> {
    match database {
        DatabaseUrl::Sqlite(file) => Ok(file),
        DatabaseUrl::Postgres(_) => Err(AppError::Invalid(POSTGRES.to_owned())),
    }
}

fn state_of(copied: &Copied) -> String {
    let size = words(copied.bytes);
    match copied.newest {
        None => format!("a database to which nothing has been written yet ({size})"),
        Some((seq, at)) => format!("the state after change {seq} of {} ({size})", Zone::utc().rfc3339(at)),
    }
}

fn words_of(checks: &[Check]) -> String {
    let mut said = String::new();
    for check in checks {
        let mark = if check.fine { "fine " } else { "FOUND" };
        _ = writeln!(said, "{mark}  {:<11} {}", check.name, check.says);
        for example in &check.examples {
            _ = writeln!(said, "{:20}{example}", "");
        }
    }
    said
}
