//! What can be configured, by flag or by environment variable; flags win. The only place that reads the environment.

use super::clock::Clock;
use super::open::DatabaseUrl;
use crate::error::{AppError, Result};
use crate::people::access::is_ours;
use crate::period::Instant;
use axum::http::Uri;
use chrono::DateTime;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use openidconnect::reqwest::Url;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// What every command needs.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Folder of the database and of everything else that Doubles keeps; made when it is not there
    #[arg(long, env = "DOUBLES_DATA", value_name = "FOLDER", default_value = "data", global = true)]
    pub data: PathBuf,

    /// The database, where it is not doubles.db in the data folder: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long = "database", env = "DATABASE_URL", value_name = "URL", value_parser = DatabaseUrl::from_str, hide_env_values = true, global = true)]
    pub database_url: Option<DatabaseUrl>,

    /// Bring a PostgreSQL database up to this version without keeping a copy by pg_dump before: you have made one
    #[arg(long, env = "DOUBLES_WITHOUT_BACKUP", global = true)]
    pub without_backup: bool,

    /// How the log on standard error is written
    #[arg(long, env = "DOUBLES_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,

    /// What is logged: error, warn, info, debug or trace, also by module as in `info,doubles=debug`
    #[arg(long, env = "DOUBLES_LOG", value_name = "LEVEL", default_value = "info", global = true)]
    pub log: String,

    /// Take this instant for the present; later events have not happened. RFC 3339, such as 2026-03-31T12:00:00Z
    #[arg(long, env = "DOUBLES_NOW", value_name = "INSTANT", value_parser = parse_instant, global = true)]
    pub now: Option<Instant>,
}

/// What only `doubles serve` needs.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address to listen on. Where others can reach it, they see nothing without an account
    #[arg(long, env = "DOUBLES_ADDRESS", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub address: SocketAddr,

    /// Where people reach it when that is not the address above, such as https://doubles.example.com or
    /// https://intranet.example.com/doubles behind a proxy
    #[arg(long, env = "DOUBLES_BASE_URL", value_name = "URL", value_parser = parse_base_url)]
    pub base_url: Option<Uri>,

    /// Proxies in front of it, whose X-Forwarded-For is believed: addresses or nets such as 10.0.0.0/8
    #[arg(long, env = "DOUBLES_TRUSTED_PROXIES", value_name = "NET", value_delimiter = ',', value_parser = parse_net)]
    pub trusted_proxies: Vec<IpNet>,

    /// Answer /metrics to whoever sends this token as a bearer; without one there is no such page
    #[arg(long, env = "DOUBLES_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = parse_token)]
    pub metrics_token: Option<String>,

    /// The largest file that may be uploaded to be imported: bytes, or with a unit such as 500MB or 2GB
    #[arg(long, env = "DOUBLES_UPLOAD_LIMIT", value_name = "SIZE", default_value = "1GB", value_parser = parse_size)]
    pub upload_limit: u64,

    /// The largest file that the content library takes: bytes, or with a unit such as 50MB
    #[arg(long, env = "DOUBLES_CONTENT_LIMIT", value_name = "SIZE", default_value = "200MB", value_parser = parse_size)]
    pub content_limit: u64,

    /// Look once a week whether the links of approved content still answer; never at addresses of private networks
    #[arg(long, env = "DOUBLES_CHECK_LINKS")]
    pub check_links: bool,

    /// A bucket for files.
    #[command(flatten)]
    pub bucket: BucketConfig,

    /// Nightly backups.
    #[command(flatten)]
    pub backups: BackupConfig,

    /// A provider of sign-ins.
    #[command(flatten)]
    pub oidc: OidcConfig,
}

/// A bucket of a store that speaks S3, in which the files of the content library lie instead of in the data folder. The
/// secret of its key is in no field: it is read when it is needed, and nothing that prints this can print it.
#[derive(Args, Clone, Debug, Default)]
pub struct BucketConfig {
    /// Keep the files of the content library in this bucket of a store that speaks S3, not in the data folder. The secret
    /// of its key stands in a file or in DOUBLES_BUCKET_SECRET
    #[arg(long = "bucket", env = "DOUBLES_BUCKET", value_name = "NAME", value_parser = parse_bucket, requires_all = ["endpoint", "key_id"])]
    pub name: Option<String>,

    /// Where that store is, such as https://s3.eu-central-1.amazonaws.com or http://minio.lan:9000
    #[arg(long = "bucket-endpoint", env = "DOUBLES_BUCKET_ENDPOINT", value_name = "URL", value_parser = parse_endpoint, requires = "name")]
    pub endpoint: Option<Url>,

    /// The bucket's region, as its store calls it
    #[arg(long = "bucket-region", env = "DOUBLES_BUCKET_REGION", value_name = "REGION", default_value = "us-east-1", value_parser = parse_region)]
    pub region: String,

    /// Ask for the bucket as a path of the endpoint and not as a name before its host, as stores of one's own need it
    #[arg(long = "bucket-path-style", env = "DOUBLES_BUCKET_PATH_STYLE")]
    pub path_style: bool,

    /// What the store calls the key by which it lets Doubles in (access key id)
    #[arg(long = "bucket-key-id", env = "DOUBLES_BUCKET_KEY_ID", value_name = "ID", hide_env_values = true, value_parser = parse_key_id, requires = "name")]
    pub key_id: Option<String>,

    /// File that holds the secret of that key and nothing else
    #[arg(long = "bucket-secret-file", env = "DOUBLES_BUCKET_SECRET_FILE", value_name = "FILE", requires = "name")]
    pub secret_file: Option<PathBuf>,
}

/// Backups that a running server makes by itself.
#[derive(Args, Clone, Debug)]
pub struct BackupConfig {
    /// Make a backup each night, into this folder; better on another disk
    #[arg(long = "backup-folder", env = "DOUBLES_BACKUP_FOLDER", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,

    /// At this hour of the workspace's time zone; one that was missed is made up for
    #[arg(long = "backup-hour", env = "DOUBLES_BACKUP_HOUR", value_name = "HOUR", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..24))]
    pub hour: u32,

    /// Keep the last one of each of so many days
    #[arg(long = "backup-keep-days", env = "DOUBLES_BACKUP_KEEP_DAYS", value_name = "DAYS", default_value = "7", value_parser = parse_days)]
    pub keep_days: usize,

    /// Keep the last one of each of so many weeks
    #[arg(long = "backup-keep-weeks", env = "DOUBLES_BACKUP_KEEP_WEEKS", value_name = "WEEKS", default_value_t = 4)]
    pub keep_weeks: usize,
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self { folder: None, hour: 3, keep_days: 7, keep_weeks: 4 }
    }
}

/// A provider of OpenID Connect through which people may sign in; passwords work besides.
#[derive(Args, Clone, Debug, Default)]
pub struct OidcConfig {
    /// Provider of OpenID Connect, such as https://login.company.example
    #[arg(long = "oidc-issuer", env = "DOUBLES_OIDC_ISSUER", value_name = "URL", requires = "client_id")]
    pub issuer: Option<String>,

    /// What the provider calls this installation; its redirect address is the base URL with /sign-in/provider/return
    #[arg(long = "oidc-client-id", env = "DOUBLES_OIDC_CLIENT_ID", value_name = "ID")]
    pub client_id: Option<String>,

    /// What the provider gave it to prove itself with
    #[arg(
        long = "oidc-client-secret",
        env = "DOUBLES_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub client_secret: Option<String>,

    /// Claim that names somebody's team (marketing or sales, alone or in a list); whoever has it needs no invite. Where it
    /// is gone at a later sign-in, the team stays: disable who has left
    #[arg(long = "oidc-team-claim", env = "DOUBLES_OIDC_TEAM_CLAIM", value_name = "CLAIM")]
    pub team_claim: Option<String>,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl ServeConfig {
    /// The path below which people reach it, such as `/doubles`; empty where it has the whole host.
    pub fn base_path(&self) -> &str {
        self.base_url.as_ref().map_or("", base_path)
    }
}

impl BucketConfig {
    /// The secret of the key, from its file or from the environment. No option takes it: what a program was started with
    /// is seen by everybody on the machine.
    ///
    /// # Errors
    /// The file cannot be read, or there is none and the variable is not set.
    pub fn secret(&self) -> Result<String> {
        let secret = match &self.secret_file {
            Some(file) => std::fs::read_to_string(file).map_err(|error| {
                AppError::Invalid(format!(
                    "The secret of the bucket’s key cannot be read from {}: {error}.",
                    file.display()
                ))
            })?,
            None => std::env::var("DOUBLES_BUCKET_SECRET").unwrap_or_default(),
        };
        match secret.trim() {
            "" => Err(AppError::Invalid(
                "The bucket’s key has no secret. Write it into a file and name that by --bucket-secret-file, or set \
                 DOUBLES_BUCKET_SECRET."
                    .to_owned(),
            )),
            secret => Ok(secret.to_owned()),
        }
    }
}

impl Config {
    /// Where the database is: at the configured URL, else the file in the data folder.
    pub fn database(&self) -> DatabaseUrl {
        self.database_url.clone().unwrap_or_else(|| DatabaseUrl::Sqlite(self.data.join("doubles.db")))
    }

    /// Makes the data folder where it is not there yet.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn make_data_folder(&self) -> Result<()> {
        std::fs::create_dir_all(&self.data).map_err(|error| {
            let folder = self.data.display();
            AppError::Unavailable(format!(
                "The data folder {folder} cannot be made: {error}. Choose another with --data."
            ))
        })
    }

    /// The machine's clock, or the one that a test asked for.
    pub fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::Fixed)
    }
}

fn parse_days(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|days| *days > 0).ok_or_else(|| "1 or more: the last backup stays".to_owned())
}

fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err("write bytes, or a number with kB, MB or GB, such as 500MB".to_owned()),
    };
    let size = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).filter(|size| *size > 0);
    size.ok_or_else(|| "write a size such as 500MB; 0 would take no file at all".to_owned())
}

fn parse_bucket(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let named = plain && text.starts_with(|first: char| first.is_ascii_alphanumeric());
    if named { Ok(text.to_owned()) } else { Err("letters, digits and - . _, a letter or digit first".to_owned()) }
}

fn parse_region(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if plain { Ok(text.to_owned()) } else { Err("letters, digits and - _, such as eu-central-1".to_owned()) }
}

fn parse_key_id(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if plain { Ok(text.to_owned()) } else { Err("letters and digits, without spaces and slashes".to_owned()) }
}

fn parse_endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write https://s3.eu-central-1.amazonaws.com"))?;
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    match url.scheme() {
        "http" | "https" if bare && url.has_host() => Ok(url),
        // Not what was written: it may hold a password.
        "http" | "https" => Err("write it without a key, a question mark and what follows them".to_owned()),
        _ => Err("write it with http:// or https://".to_owned()),
    }
}

fn parse_token(text: &str) -> Result<String, String> {
    if text.len() < 16 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("16 characters or more, none of them a space".to_owned());
    }
    Ok(text.to_owned())
}

fn parse_net(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).map_err(|_| "write an address or a net such as 10.0.0.0/8".to_owned())
}

fn parse_instant(text: &str) -> Result<Instant, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|error| format!("{error}; write 2026-03-31T12:00:00Z"))?;
    u32::try_from(time.timestamp()).map(Instant).map_err(|_| "outside the years 1970 to 2105".to_owned())
}

fn parse_base_url(text: &str) -> Result<Uri, String> {
    let url: Uri = text.parse().map_err(|error| format!("{error}; write https://doubles.example.com"))?;
    if !matches!(url.scheme_str(), Some("http" | "https")) || url.query().is_some() {
        return Err("write it with http:// or https:// and without a question mark".to_owned());
    }
    let path = base_path(&url);
    let plain = |segment: &str| {
        let letters = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        letters && !["", ".", ".."].contains(&segment)
    };
    match path.strip_prefix('/').map(|path| path.split('/').collect::<Vec<_>>()) {
        None => Ok(url),
        Some(segments) if !segments.iter().copied().all(plain) => {
            Err("its path may have letters, digits and - . _ ~ between single slashes".to_owned())
        }
        // Whether a proxy has taken the path off could not be told.
        Some(segments) if is_ours(segments[0]) => {
            Err(format!("Doubles has pages of its own at /{}; choose another path", segments[0]))
        }
        Some(_) => Ok(url),
    }
}

/// What a base URL says after the host, without a slash at the end.
fn base_path(url: &Uri) -> &str {
    url.path().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_proxy_is_an_address_or_a_net() {
        assert_eq!(parse_net("10.0.0.0/8").map(|net| net.to_string()), Ok("10.0.0.0/8".to_owned()));
        assert_eq!(parse_net("::1").map(|net| net.to_string()), Ok("::1/128".to_owned()));
        assert!(parse_net("proxy.example").is_err());
    }

    #[test]
    fn a_size_is_a_number_with_or_without_its_unit() {
        for (text, size) in [("500", 500), ("20 kB", 20_000), ("1GB", 1_000_000_000), ("3mb", 3_000_000)] {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for wrong in ["", "0", "lots", "1.5GB", "-1", "99999999999999999999", "10TB"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_is_a_plain_name_at_an_address_without_a_key_in_it() {
        for right in ["https://s3.eu-central-1.amazonaws.com", "http://10.0.0.7:9000", "https://files.lan/s3/"] {
            assert!(parse_endpoint(right).is_ok(), "{right}");
        }
        for wrong in
            ["", "s3.amazonaws.com", "ftp://files.lan", "https://me:secret@files.lan", "https://files.lan/?a=b"]
        {
            let said = parse_endpoint(wrong).expect_err(wrong);
            assert!(!said.contains("secret"), "{said}");
        }
        assert!(parse_bucket("doubles-files.2").is_ok());
        for wrong in ["", "a/b", "../b", "-b", "a b"] {
            assert!(parse_bucket(wrong).is_err(), "{wrong}");
        }
        assert!(parse_region("eu-central-1").is_ok() && parse_region("").is_err() && parse_region("a/b").is_err());
        assert!(parse_key_id("GK31c2f218a2e44f485b94239e").is_ok() && parse_key_id("a b").is_err());
    }

    #[test]
    fn the_secret_of_a_key_is_read_from_its_file_and_printed_by_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret");
        std::fs::write(&file, "wJalrXUtnFEMI\n").expect("a file");
        let config = BucketConfig { secret_file: Some(file.clone()), ..BucketConfig::default() };
        assert_eq!(config.secret().as_deref(), Ok("wJalrXUtnFEMI"));
        assert!(!format!("{config:?}").contains("wJalr"));
        for nothing in [" \n", ""] {
            std::fs::write(&file, nothing).expect("a file");
            assert!(config.secret().expect_err("it is blank").to_string().contains("--bucket-secret-file"));
        }
        std::fs::remove_file(&file).expect("a file");
        assert!(config.secret().expect_err("it is gone").to_string().contains("cannot be read from"));
    }

    #[test]
    fn a_pretended_now_is_an_instant_with_its_offset() {
        assert_eq!(parse_instant("1970-01-01T01:00:00+01:00"), Ok(Instant(0)));
        assert!(parse_instant("2026-03-31").is_err());
        assert!(parse_instant("1969-12-31T23:59:59Z").is_err());
    }

    #[test]
    fn a_base_url_has_a_scheme_a_host_and_perhaps_a_path_that_is_none_of_ours() {
        for (right, path) in [
            ("https://doubles.example.com", ""),
            ("http://localhost:3000/", ""),
            ("https://example.com/doubles", "/doubles"),
            ("https://example.com/teams/doubles-2/", "/teams/doubles-2"),
        ] {
            assert_eq!(parse_base_url(right).as_ref().map(base_path), Ok(path), "{right}");
        }
        for wrong in [
            "",
            "https://",
            "doubles.example.com",
            "ftp://doubles.example.com",
            "https://example.com/?doubles",
            "https://example.com/a//b",
            "https://example.com/../doubles",
            "https://example.com/dou%20bles",
            "https://example.com/dou'bles",
            "https://example.com/settings",
            "https://example.com/pkg/doubles",
        ] {
            assert!(parse_base_url(wrong).is_err(), "{wrong}");
        }
    }
}
