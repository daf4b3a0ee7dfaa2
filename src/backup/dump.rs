//! The copy of a database of PostgreSQL from before an upgrade, made by PostgreSQL's own program.

use super::copy::{PART, keep_latest, sync_folder_of};
use crate::error::{AppError, Result};
use crate::server::open::beside;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tokio::task::spawn_blocking;

/// What is done about an upgrade that has no copy.
const WAY_ON: &str = "Make a copy by yourself (pg_dump --format=custom --file=FILE \"$DATABASE_URL\"), then start once \
    with --without-backup.";

/// Keeps what one schema of the database holds in a file of the folder, before it is brought up to a newer version; the
/// last three stay. `pg_restore` brings it back.
///
/// # Errors
/// The program is not there or fails. Nothing was changed then.
pub(crate) async fn before_migration(url: &str, schema: &str, folder: &Path, version: i64) -> Result<()> {
    let prefix = folder.join("postgres.before-migration-");
    let file = beside(&prefix, &version.to_string());
    let (url, schema, target) = (url.to_owned(), schema.to_owned(), file.clone());
    let dumped = spawn_blocking(move || dump(&url, &schema, &target)).await.map_err(|_| AppError::Internal)?;
    dumped.map_err(|why| {
        AppError::Unavailable(format!(
            "The PostgreSQL database was left as it is: it needs a copy before it is brought up to this version. {why} \
             {WAY_ON}"
        ))
    })?;
    tracing::info!("Before the database is brought up to this version, a copy of it was kept: {}", file.display());
    keep_latest(&prefix);
    Ok(())
}

fn dump(url: &str, schema: &str, file: &Path) -> Result<(), String> {
    let part: PathBuf = beside(file, PART);
    let unwritable = |error: io::Error| format!("{} cannot be written: {error}.", file.display());
    // It holds names and addresses: nobody else on the machine is to read it.
    let made = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&part);
    made.map_err(unwritable)?;
    let (url, password) = without_password(url);
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--schema"]).arg(format!("\"{schema}\"")).arg("--file").arg(&part);
    // Arguments can be read by everybody on the machine.
    command.arg("--dbname").arg(url).envs(password.map(|password| ("PGPASSWORD", password))).stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => "pg_dump is not on the path; it comes with PostgreSQL's client programs.".to_owned(),
        _ => format!("pg_dump cannot be started: {error}."),
    })?;
    if !output.status.success() {
        drop(fs::remove_file(&part));
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(format!("pg_dump failed: {said}."));
    }
    let place = || {
        fs::File::open(&part)?.sync_all()?;
        fs::rename(&part, file)?;
        sync_folder_of(file)
    };
    place().map_err(unwritable)
}

/// The address without its password, and that.
fn without_password(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let (who, place) = rest.split_once('@').filter(|(who, _)| !who.contains('/'))?;
        let (user, password) = who.split_once(':')?;
        let written = format!("p={}", password.replace('+', "%2B"));
        let (_, password) = form_urlencoded::parse(written.as_bytes()).next()?;
        Some((format!("{scheme}://{user}@{place}"), Some(password.into_owned())))
    };
    split().unwrap_or_else(|| (url.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_is_told_to_no_list_of_processes() {
        for (url, left, password) in [
            ("postgres://ada:a%2Fb+c@host:5432/doubles", "postgres://ada@host:5432/doubles", Some("a/b+c")),
            ("postgres://ada@host/doubles", "postgres://ada@host/doubles", None),
            ("postgres://host:5432/doubles?x=a@b", "postgres://host:5432/doubles?x=a@b", None),
        ] {
            assert_eq!(without_password(url), (left.to_owned(), password.map(str::to_owned)));
        }
    }
}
