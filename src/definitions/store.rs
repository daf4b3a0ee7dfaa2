//! Every SQL of the definitions: what of leads the criteria look at, and the terms of the glossary.

use super::model::{Approval, Entry, Owner, Term};
use crate::agreement::criteria::{Field, Profile, fold};
use crate::changes::store::{Counter, take_numbers};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, Fit, LeadId, ValueId};
use crate::leads::record::Detail;
use crate::people::model::{AccountId, Team};
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use sqlx::Row;
use std::collections::{BTreeMap, HashMap};

// A lead travels as one line of text, as to the KPIs: a row of eleven columns costs the driver more than the database.
// Cells end with the unit separator; the title, which may hold anything but the record separator, comes last. Of the
// person nothing leaves the database but whether something is there.
statements! {
    PROFILES = "select string_agg(format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
                l.id, l.handed_over_at, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id,
                case when trim(p.name) <> '' then 1 else 0 end, case when trim(p.email) <> '' then 1 else 0 end,
                case when trim(p.phone) <> '' then 1 else 0 end, replace(l.company, '\u{1f}', ' '), l.title), '\u{1e}')
                from lead as l left join lead_person as p on p.lead_id = l.id
                where l.handed_over_at >= $1 and l.handed_over_at < $2 and l.gone = 0";
    PROFILE = "select format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
               l.id, l.handed_over_at, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id,
               case when trim(p.name) <> '' then 1 else 0 end, case when trim(p.email) <> '' then 1 else 0 end,
               case when trim(p.phone) <> '' then 1 else 0 end, replace(l.company, '\u{1f}', ' '), l.title)
               from lead as l left join lead_person as p on p.lead_id = l.id
               where l.id = $1 and l.gone = 0";
    /// Verdicts that say of criteria whether they fit, the latest of a lead last; one on a lead that was merged is on its
    /// survivor.
    JUDGED = "select coalesce(l.merged_into, l.id), e.detail from lead_event as e join lead as l on l.id = e.lead_id
        where e.kind = 'verdict' and e.voided_at is null and (l.gone = 0 or l.merged_into is not null)
        and e.at >= $1 and e.at <= $2 and e.detail like '%\"fit\":{%' order by e.at, e.lead_id, e.n";
    HAS_SIZE = "select cast(exists (select 1 from lead where size is not null and gone = 0) as integer)";
    HAS_COMPANY = "select cast(exists (select 1 from lead where trim(company) <> '' and gone = 0) as integer)";
    HAS_TITLE = "select cast(exists (select 1 from lead where trim(title) <> '' and gone = 0) as integer)";
    HAS_NAME = "select cast(exists (select 1 from lead_person where trim(name) <> '') as integer)";
    HAS_EMAIL = "select cast(exists (select 1 from lead_person where trim(email) <> '') as integer)";
    HAS_PHONE = "select cast(exists (select 1 from lead_person where trim(phone) <> '') as integer)";
    HAS_CHANNEL = "select cast(exists (select 1 from lead where channel_id is not null and gone = 0) as integer)";
    HAS_CAMPAIGN = "select cast(exists (select 1 from lead where campaign_id is not null and gone = 0) as integer)";
    HAS_SEGMENT = "select cast(exists (select 1 from lead where segment_id is not null and gone = 0) as integer)";
    HAS_REGION = "select cast(exists (select 1 from lead where region_id is not null and gone = 0) as integer)";
    HAS_PERSONA = "select cast(exists (select 1 from lead where persona_id is not null and gone = 0) as integer)";
    VALUE_NAME = "select name from dimension_value where id = $1";
    TERMS = "select id, slug, name, owner, text, example, counter_example, version, retired_at from term
        order by lower(name), id";
    APPROVALS = "select a.term_id, a.team, a.account_id, a.who, a.at from term_approval as a
        join term as t on t.id = a.term_id and t.version = a.version order by a.term_id, a.team";
    /// The latest version of each term that both teams have approved.
    APPROVED = "select term_id, max(version) from (select term_id, version from term_approval
        group by term_id, version having count(*) = 2) as twice group by term_id";
    ADD_TERM = "insert into term (id, slug, name, owner, text, example, counter_example)
        values ($1, $2, $3, $4, $5, $6, $7)";
    CHANGE_TERM = "update term set name = $2, owner = $3, text = $4, example = $5, counter_example = $6,
        version = version + 1 where id = $1";
    RETIRE_TERM = "update term set retired_at = $2 where id = $1";
    APPROVE = "insert into term_approval (term_id, version, team, account_id, who, at)
        values ($1, $2, $3, $4, $5, $6)";
}

/// The dimensions that a line carries, in its order.
const CARRIED: [Dimension; 5] =
    [Dimension::Channel, Dimension::Campaign, Dimension::Segment, Dimension::Region, Dimension::Persona];

/// What of a lead the criteria look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow<'a> {
    /// Which lead.
    pub lead: LeadId,
    /// Its first handover; the beginning of all time where it has none.
    pub handed_over: Instant,
    size: Option<i64>,
    values: [Option<ValueId>; CARRIED.len()],
    given: [bool; 3],
    company: &'a str,
    title: &'a str,
}

/// The leads handed over from an instant up to another, as lines; see [`lines`].
///
/// # Errors
/// The database does not answer.
pub async fn profiles(tx: &mut Tx, from: Instant, to: Instant) -> Result<String> {
    let query = sqlx::query_scalar(PROFILES).bind(i64::from(from.0)).bind(i64::from(to.0));
    let text: Option<String> = query.fetch_one(tx.conn()).await?;
    Ok(text.unwrap_or_default())
}

/// One lead as a line; empty where there is none.
///
/// # Errors
/// The database does not answer.
pub async fn profile(tx: &mut Tx, lead: LeadId) -> Result<String> {
    let text: Option<String> = sqlx::query_scalar(PROFILE).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(text.unwrap_or_default())
}

/// What sales found of criteria in the latest verdict of each lead that was given from an instant up to another. Merged
/// leads are one lead.
///
/// # Errors
/// The database does not answer.
pub async fn judged(tx: &mut Tx, from: Instant, until: Instant) -> Result<Vec<(LeadId, BTreeMap<String, Fit>)>> {
    let query = sqlx::query_as(JUDGED).bind(i64::from(from.0)).bind(i64::from(until.0));
    let rows: Vec<(i64, String)> = query.fetch_all(tx.conn()).await?;
    let fit = |(lead, detail): (i64, String)| {
        let detail: Detail = serde_json::from_str(&detail).ok()?;
        Some((LeadId(lead), detail.judged?.fit))
    };
    Ok(rows.into_iter().filter_map(fit).collect::<BTreeMap<_, _>>().into_iter().collect())
}

/// Whether some lead has a value in a field.
///
/// # Errors
/// The database does not answer.
pub async fn has_value(tx: &mut Tx, field: Field) -> Result<bool> {
    let statement = match field {
        Field::Name => HAS_NAME,
        Field::Email => HAS_EMAIL,
        Field::Phone => HAS_PHONE,
        Field::Company => HAS_COMPANY,
        Field::Title => HAS_TITLE,
        Field::Size => HAS_SIZE,
        Field::Channel => HAS_CHANNEL,
        Field::Campaign => HAS_CAMPAIGN,
        Field::Segment => HAS_SEGMENT,
        Field::Region => HAS_REGION,
        Field::Persona => HAS_PERSONA,
    };
    let found: i32 = sqlx::query_scalar(statement).fetch_one(tx.conn()).await?;
    Ok(found == 1)
}

/// The lines of a text of leads.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\u{1e}').filter(|line| !line.is_empty())
}

/// The names of the values of one lead, as the rules compare them.
///
/// # Errors
/// The database does not answer.
pub async fn names(tx: &mut Tx, row: &ProfileRow<'_>) -> Result<HashMap<ValueId, String>> {
    let mut names = HashMap::new();
    for value in row.values.into_iter().flatten() {
        let name: Option<String> = sqlx::query_scalar(VALUE_NAME).bind(value.0).fetch_optional(tx.conn()).await?;
        names.extend(name.and_then(|name| fold(&name)).map(|name| (value, name)));
    }
    Ok(names)
}

impl<'a> ProfileRow<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// It is not in the shape that this version writes.
    pub fn read(line: &'a str) -> Result<Self> {
        let cells: Vec<&str> = line.splitn(13, '\u{1f}').collect();
        let unreadable = || {
            tracing::error!("a lead is not in the shape that this version asks for");
            AppError::Internal
        };
        let [id, at, size, channel, campaign, segment, region, persona, name, email, phone, company, title] =
            cells.try_into().map_err(|_| unreadable())?;
        let number = |cell: &str| -> Result<Option<i64>> {
            if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_| unreadable()) }
        };
        let mut values = [None; CARRIED.len()];
        for (value, cell) in values.iter_mut().zip([channel, campaign, segment, region, persona]) {
            *value = number(cell)?.map(ValueId);
        }
        Ok(Self {
            lead: LeadId(number(id)?.ok_or_else(unreadable)?),
            handed_over: Instant(number(at)?.and_then(|at| u32::try_from(at).ok()).unwrap_or_default()),
            size: number(size)?,
            values,
            given: [name, email, phone].map(|cell| cell == "1"),
            company,
            title,
        })
    }

    /// Its value in a dimension.
    pub fn value(&self, dimension: Dimension) -> Option<ValueId> {
        CARRIED.iter().position(|carried| *carried == dimension).and_then(|at| self.values[at])
    }

    /// As the criteria see it, with the names of its values.
    pub fn with_profile<T>(&self, names: &HashMap<ValueId, String>, see: impl FnOnce(&Profile<'_>) -> T) -> T {
        let (company, title) = (fold(self.company), fold(self.title));
        let mut values = [None; Dimension::ALL.len()];
        for (dimension, value) in CARRIED.into_iter().zip(self.values) {
            values[dimension as usize] = value.and_then(|value| names.get(&value)).map(String::as_str);
        }
        let [name, email, phone] = self.given;
        see(&Profile {
            name,
            email,
            phone,
            company: company.as_deref(),
            title: title.as_deref(),
            size: self.size,
            values,
        })
    }
}

/// Every term, retired ones too, by name.
///
/// # Errors
/// The database does not answer.
pub async fn terms(tx: &mut Tx) -> Result<Vec<Term>> {
    let rows = sqlx::query(TERMS).fetch_all(tx.conn()).await?;
    let approvals: Vec<(i64, String, Option<i64>, String, i64)> =
        sqlx::query_as(APPROVALS).fetch_all(tx.conn()).await?;
    let mut by_term: HashMap<i64, Vec<Approval>> = HashMap::new();
    for (term, team, account, who, at) in approvals {
        let team = Team::from_key(&team).ok_or(AppError::Internal)?;
        let approval = Approval { team, account: account.map(AccountId), who, at: instant(at) };
        by_term.entry(term).or_default().push(approval);
    }
    let term = |row: &sqlx::any::AnyRow| -> Result<Term> {
        let id: i64 = row.try_get("id")?;
        let owner: String = row.try_get("owner")?;
        let retired: Option<i64> = row.try_get("retired_at")?;
        Ok(Term {
            id,
            slug: row.try_get("slug")?,
            entry: Entry {
                name: row.try_get("name")?,
                text: row.try_get("text")?,
                example: row.try_get("example")?,
                counter: row.try_get("counter_example")?,
                owner: Owner::from_key(&owner).ok_or(AppError::Internal)?,
            },
            version: row.try_get("version")?,
            retired_at: retired.map(instant),
            approvals: by_term.get(&id).cloned().unwrap_or_default(),
        })
    };
    rows.iter().map(term).collect()
}

/// The latest version of each term that both teams have approved, which may be an earlier one; none of the others.
///
/// # Errors
/// The database does not answer.
pub async fn approved(tx: &mut Tx) -> Result<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(APPROVED).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().collect())
}

/// Adds a term; its number.
///
/// # Errors
/// The database refuses.
pub async fn add_term(tx: &mut Tx, slug: &str, entry: &Entry) -> Result<i64> {
    let id = take_numbers(tx, Counter::Term, 1).await?;
    let insert = sqlx::query(ADD_TERM).bind(id).bind(slug).bind(&entry.name).bind(entry.owner.key());
    insert.bind(&entry.text).bind(&entry.example).bind(&entry.counter).execute(tx.conn()).await?;
    Ok(id)
}

/// Makes another version of a term, which nobody has approved.
///
/// # Errors
/// The database refuses.
pub async fn change_term(tx: &mut Tx, id: i64, entry: &Entry) -> Result<()> {
    let update = sqlx::query(CHANGE_TERM).bind(id).bind(&entry.name).bind(entry.owner.key());
    update.bind(&entry.text).bind(&entry.example).bind(&entry.counter).execute(tx.conn()).await?;
    Ok(())
}

/// Takes a term out of use, or back into it.
///
/// # Errors
/// The database refuses.
pub async fn retire_term(tx: &mut Tx, id: i64, since: Option<Instant>) -> Result<()> {
    let since = since.map(|at| i64::from(at.0));
    sqlx::query(RETIRE_TERM).bind(id).bind(since).execute(tx.conn()).await?;
    Ok(())
}

/// Writes down that a team approved a version.
///
/// # Errors
/// The database refuses.
pub async fn approve(tx: &mut Tx, term: &Term, approval: &Approval) -> Result<()> {
    let insert = sqlx::query(APPROVE).bind(term.id).bind(term.version).bind(approval.team.key());
    let insert = insert.bind(approval.account.map(|account| account.0));
    insert.bind(&approval.who).bind(i64::from(approval.at.0)).execute(tx.conn()).await?;
    Ok(())
}

fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_its_title_holds() {
        let line = "7\u{1f}100\u{1f}\u{1f}3\u{1f}\u{1f}\u{1f}\u{1f}9\u{1f}1\u{1f}0\u{1f}0\u{1f}Acme, Inc\u{1f}Head, of\u{1f}it";
        let row = ProfileRow::read(line).expect("it is in shape");
        assert_eq!((row.lead, row.handed_over, row.size), (LeadId(7), Instant(100), None));
        assert_eq!(
            (row.value(Dimension::Channel), row.value(Dimension::Persona)),
            (Some(ValueId(3)), Some(ValueId(9)))
        );
        let names = HashMap::from([(ValueId(9), "operations olga".to_owned())]);
        row.with_profile(&names, |profile| {
            assert_eq!((profile.name, profile.email, profile.company), (true, false, Some("acme, inc")));
            assert_eq!(profile.title, Some("head, of\u{1f}it"));
            assert_eq!(profile.values[Dimension::Persona as usize], Some("operations olga"));
            assert_eq!(profile.values[Dimension::Channel as usize], None, "its name is not known");
        });
        assert!(ProfileRow::read("7\u{1f}100").is_err());
    }
}
