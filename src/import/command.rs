//! `doubles import`: the command line of imports.

use super::dates::Order;
use super::headings::fields;
use super::mapping::Wishes;
use super::memory::{self, Recalled};
use super::model::{Kind, Rejection, Report};
use super::parse::Options;
use super::reading::{Delimiter, ReadingWishes, TextEncoding};
use super::run::{DEFAULT_SOURCE, Progress, Request, run_import};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::rates::model::DatedRate;
use crate::sample::files::{RESERVED, is_reserved};
use crate::server::db::{Db, Engine};
use crate::workspace::model::Workspace;
use crate::workspace::store as workspace;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
EXAMPLES
  Leads. The headings of HubSpot, Salesforce, Pipedrive, Zoho, Marketo and plain English are
  recognised. See first what would happen:
      doubles import leads contacts.csv --source hubspot --dry-run
      doubles import leads contacts.csv --source hubspot --map handed_over_at=\"MQL since\"

  Outcomes: deals or offers, keyed by the lead. Name the source that the leads came from:
      doubles import outcomes deals.csv --source hubspot \\
          --map external_id=\"Contact ID\" --value \"Stage:Demo=open\"

  Events: what happened to a lead, and when. A status is an event, a verdict, or passed over:
      doubles import events history.csv --source hubspot \\
          --value \"Status:Working=touch\" --value \"Status:Bounced=ignore\"

  A file that is not understood as it should be is told how to be read:
      doubles import leads export.txt --delimiter semicolon --encoding windows-1252 \\
          --heading-line 4 --dry-run
      doubles import leads crm.xlsx --sheet Contacts

  Spend: long (date, channel, amount), or wide with a column per channel:
      doubles import spend ads.csv --set channel=Google \\
          --map amount=cost_micros --set unit=micros
      doubles import spend weekly.csv --map \"channel=*_S\" --set span=week \\
          --value \"channel:tv_S=Television\"
      doubles import spend dollars.csv --set currency=USD --rate USD=0.92@2026-01-01

  What was said of a file is remembered for the next one of the same headings and source, and
  the names of channels for every file; --fresh reads a file without the former.

FILES
  CSV and other text with delimiters, of any length; rows of up to 1 MB and 16,384 cells.
  Workbooks of up to 64 MB: XLSX with sheets of up to 1 GB unpacked and 512 MB of text,
  XLS of up to 2,000,000 cells. Dates of a workbook come as dates, whatever its language.

FIELDS
  leads     external_id, email, name, first_name, last_name, company, title, phone, size,
            created_at, handed_over_at, channel, campaign, segment, region, persona, owner,
            accepted_at, first_touch_at, connected_at, opportunity_at, won_at, lost_at,
            verdict, verdict_at, reason, note
  outcomes  external_id, email, outcome_id, opportunity_at, won_at, lost_at, closed_at,
            status, value, currency, reason, owner
  events    external_id, email, kind (or status), at, by, note, verdict, reason
  spend     date, or month, or from and to; channel, amount, currency, kind, team

  Without handed_over_at the handover is the creation. With it, an empty cell means that the
  lead was not handed over.

EXIT CODE
  0 every row was taken; 2 some rows were rejected, the others taken; 1 nothing was done.";

/// Arguments of `doubles import`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    about = "Take in an export of a CRM or a spreadsheet",
    long_about = "Takes in an export of a CRM or a spreadsheet: CSV in any encoding, with \
                  commas, semicolons, tabs or pipes, or a workbook (XLSX, XLS), known by its content. The same file twice changes nothing; an import ends complete or fully undone.",
    after_long_help = EXAMPLES
)]
pub struct Args {
    /// What the rows are
    #[arg(value_parser = PossibleValuesParser::new(["leads", "outcomes", "events", "spend"])
        .try_map(|key| Kind::from_key(&key).ok_or("one of leads, outcomes, events, spend")))]
    pub kind: Kind,
    /// The file
    pub file: PathBuf,
    /// A field and the heading of its column; an empty heading leaves the field out
    #[arg(long, value_name = "FIELD=HEADING", value_parser = parse_pair)]
    pub map: Vec<(String, String)>,
    /// One value for all rows, or a setting of money: decimal=comma|point, unit=micros, span=week|day
    #[arg(long, value_name = "FIELD=VALUE", value_parser = parse_pair)]
    pub set: Vec<(String, String)>,
    /// What a value means: a status, verdict, kind, reason, or another name for a channel; “ignore” passes a row over
    #[arg(long, value_name = "HEADING:VALUE=KEY")]
    pub value: Vec<String>,
    /// Time zone of times that name none, such as Europe/Berlin [default: the workspace's]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Currency of the workspace, where the database is still empty, such as EUR
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Name of the system that the file comes from
    #[arg(long, value_name = "NAME", default_value = DEFAULT_SOURCE, value_parser = parse_source)]
    pub source: String,
    /// In dates such as 6/12/2024 the day comes first
    #[arg(long, conflicts_with = "month_first")]
    pub day_first: bool,
    /// In dates such as 6/12/2024 the month comes first
    #[arg(long)]
    pub month_first: bool,
    /// What one unit of another currency is worth, from a day on; for this file only
    #[arg(long, value_name = "CODE=RATE@DAY", value_parser = DatedRate::parse)]
    pub rate: Vec<DatedRate>,
    /// Read the file without what is remembered of earlier files of its shape
    #[arg(long)]
    pub fresh: bool,
    /// What stands between cells: comma, semicolon, tab, pipe, or a character [default: told from the file]
    #[arg(long, value_name = "NAME", value_parser = |text: &str|
        Delimiter::parse(text).ok_or("one of comma, semicolon, tab, pipe, space, or one character that is no letter"))]
    pub delimiter: Option<Delimiter>,
    /// How letters are written, such as windows-1252, utf-16le, big5 [default: told from the file]
    #[arg(long, value_name = "NAME", value_parser = |text: &str|
        TextEncoding::parse(text).ok_or("no encoding of this name is known; write it as browsers do, such as utf-8"))]
    pub encoding: Option<TextEncoding>,
    /// Line (in a workbook: row) of the heading, the first being 1 [default: told from the file]
    #[arg(long, value_name = "LINE")]
    pub heading_line: Option<u64>,
    /// Last line (row) of the data; what stands below is left out [default: all but totals and footers]
    #[arg(long, value_name = "LINE")]
    pub last_line: Option<u64>,
    /// Sheet of a workbook, by name or number [default: the first that is not empty]
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Say what would happen and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command and prints its report; the exit code. An error is for the caller to print, with exit code 1.
pub async fn run(args: &Args, db: &Db, actor: &str, now: Instant) -> Result<u8> {
    let (own, is_first) = find_workspace(args, db).await?;
    let wishes = Wishes {
        map: args.map.clone(),
        set: args.set.clone(),
        values: args.value.clone(),
        rates: args.rate.clone(),
        ..Wishes::default()
    };
    let recalled = recall(args, db).await;
    let mapping = recalled.mapping.as_ref();
    let wishes = mapping.iter().fold(wishes, |wishes, earlier| wishes.over(&earlier.wishes));
    let request = Request {
        options: Options {
            kind: args.kind,
            file: args.file.clone(),
            reading: recalled.reading.clone(),
            wishes,
            order: match (args.day_first, args.month_first) {
                (true, _) => Some(Order::DayFirst),
                (_, true) => Some(Order::MonthFirst),
                _ => None,
            },
        },
        zone: args.zone.clone().or_else(|| mapping.and_then(|earlier| earlier.zone.clone())),
        source: args.source.clone(),
        is_first,
        check_only: args.dry_run,
        // On SQLite this process holds the folder.
        alone: db.engine() == Engine::Sqlite,
    };
    let bar = io::stderr().is_terminal() && !args.json;
    let mut report = run_import(db, &own, request, actor, now, |progress| {
        if bar {
            print_progress(progress);
        }
    })
    .await?;
    if bar {
        eprint!("\r\x1b[K");
    }
    if let Some(earlier) = recalled.earlier() {
        let how = earlier.words(&own.zone()?);
        report.warnings.insert(0, format!("Columns and words were read {how}; --fresh reads the file without that."));
    }
    let text = if args.json {
        serde_json::to_string(&report).map_err(|_| AppError::Internal)? + "\n"
    } else {
        summary(&report, args)
    };
    // A reader that has gone away, as in `| head`, is no error of the import.
    _ = io::stdout().lock().write_all(text.as_bytes());
    Ok(exit_code(&report))
}

fn reading_of(args: &Args) -> ReadingWishes {
    ReadingWishes {
        delimiter: args.delimiter,
        encoding: args.encoding,
        heading_line: args.heading_line,
        last_line: args.last_line,
        sheet: args.sheet.clone(),
    }
}

/// How the last file of this shape and source was read and mapped; whoever maps by hand maps all of it. A file that
/// cannot be read is refused later, with more words.
async fn recall(args: &Args, db: &Db) -> Recalled {
    let reading = reading_of(args);
    let recalled = match args.fresh {
        true => None,
        false => memory::recall(db, args.kind, &args.source, &args.file, &reading).await.ok(),
    };
    let recalled = recalled.unwrap_or_else(|| Recalled { reading, ..Recalled::default() });
    Recalled { mapping: recalled.mapping.filter(|_| args.map.is_empty()), ..recalled }
}

/// 0: every row was taken; 2: some were rejected; 1: all were, so nothing was done.
pub fn exit_code(report: &Report) -> u8 {
    match report.rejected_rows() {
        0 => 0,
        all if all == report.rows => 1,
        _ => 2,
    }
}

/// The workspace, and whether it is yet to be set up.
async fn find_workspace(args: &Args, db: &Db) -> Result<(Workspace, bool)> {
    if let Some(own) = workspace::find(&mut db.read().await?).await? {
        return match &args.currency {
            Some(asked) if !asked.eq_ignore_ascii_case(&own.currency) => Err(AppError::Invalid(format!(
                "The workspace counts in {} already, and --currency only says it for an empty database; for the \
                 currency of this file write --set currency={asked}.",
                own.currency
            ))),
            _ => Ok((own, false)),
        };
    }
    let currency = args.currency.as_deref().unwrap_or("EUR").to_uppercase();
    Ok((Workspace::new("Doubles", args.zone.as_deref().unwrap_or("UTC"), &currency)?, true))
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it with an equal sign, such as email=\"Work email\"")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn parse_source(text: &str) -> Result<String, String> {
    let name = text.trim();
    match name {
        "" => Err("a source has a name, such as hubspot".to_owned()),
        name if is_reserved(name) => Err(RESERVED.to_owned()),
        name => Ok(name.to_owned()),
    }
}

fn print_progress(progress: Progress) {
    let percent = progress.bytes_read.saturating_mul(100).checked_div(progress.bytes).unwrap_or(100);
    eprint!("\r{percent:>3} %  {} rows", grouped(progress.rows));
    _ = io::stderr().flush();
}

/// So many rejected rows are shown; `--json` lists them all.
const SHOWN_REJECTIONS: usize = 20;

/// The report for a person.
fn summary(report: &Report, args: &Args) -> String {
    let mut text = String::new();
    let what = if args.dry_run { "Checked" } else { "Imported" };
    let rejected = report.rejected_rows();
    let counts =
        [(report.new, "new"), (report.changed, "changed"), (report.unchanged, "unchanged"), (rejected, "rejected")];
    let counts: Vec<_> = counts.iter().map(|(n, word)| format!("{} {word}", grouped(*n))).collect();
    _ = writeln!(text, "{what} {} from {} (source {}).", report.kind, args.file.display(), args.source);
    _ = writeln!(text, "Rows {}: {}.", grouped(report.rows), counts.join(", "));
    _ = writeln!(text, "File: {}.\n\nRead as", report.reading.words());
    for field in fields(report.kind) {
        if let Some(heading) = report.mapping.get(field.key) {
            _ = writeln!(text, "  {:<16}{heading}", field.key);
        }
    }
    let read_as = report.reading.warning();
    let warnings: Vec<_> = report.warnings.iter().filter(|warning| Some(*warning) != read_as.as_ref()).collect();
    if !warnings.is_empty() {
        text.push_str("\nPlease note\n");
        for warning in warnings {
            _ = writeln!(text, "  {warning}");
        }
    }
    if rejected > 0 {
        write_rejections(&mut text, &report.rejected, rejected);
    }
    text.push_str("\nNext: ");
    text.push_str(match (args.dry_run, exit_code(report)) {
        (true, _) => "nothing was written; the same command without --dry-run imports.\n",
        (false, 0) => "doubles kpis --from YYYY-MM-DD --to YYYY-MM-DD shows the four numbers of a period.\n",
        (false, 1) => "no row was taken; correct the mapping or the file and import it again.\n",
        (false, _) => "correct the rejected rows and import the file again; what was taken stays as it is.\n",
    });
    text
}

/// The first rejected rows, by reason, the most frequent reason first.
fn write_rejections(text: &mut String, rejected: &[Rejection], all: u64) {
    let mut by_reason: BTreeMap<&str, Vec<&Rejection>> = BTreeMap::new();
    for rejection in rejected {
        by_reason.entry(&rejection.reason).or_default().push(rejection);
    }
    let mut by_reason: Vec<_> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, rejections)| std::cmp::Reverse(rejections.len()));
    let mut room = SHOWN_REJECTIONS;
    text.push_str("\nRejected\n");
    for (reason, rejections) in &by_reason {
        if room == 0 {
            break;
        }
        _ = writeln!(text, "  {} × {reason}", grouped(rejections.len() as u64));
        // Each reason is seen before one of them fills the page.
        let shown = rejections.len().min(room).min(if by_reason.len() > 1 { 5 } else { SHOWN_REJECTIONS });
        room -= shown;
        for rejection in &rejections[..shown] {
            let column = rejection.column.as_ref().map(|column| format!(", {column}")).unwrap_or_default();
            let value = rejection.value.as_ref().map(|value| format!(": “{value}”")).unwrap_or_default();
            _ = writeln!(text, "      line {}{column}{value}", rejection.line);
        }
    }
    let shown = (SHOWN_REJECTIONS - room) as u64;
    if all > shown {
        _ = writeln!(text, "  {} more; --json lists them.", grouped(all - shown));
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
