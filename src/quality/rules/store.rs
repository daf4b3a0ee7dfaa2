//! Rules in the database, and the leads that they leave out.

use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::period::Instant;
use crate::quality::model::{Looks, Pattern, Rule, RuleId, RuleKind};
use crate::server::bulk::Rows;
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::Row as _;
use sqlx::any::AnyRow;

statements! {
    RULES = "select r.id, r.kind, r.pattern, r.reason, r.active, r.made_by, r.made_at, r.switched_by, r.switched_at,
            r.spreading, count(l.id) as leads,
            cast(coalesce(sum(case when l.opportunity_at is null then 0 else 1 end), 0) as bigint) as with_opportunity
        from exclusion_rule as r left join lead_rule as x on x.rule_id = r.id
        left join lead as l on l.id = x.lead_id and l.gone = 0
        group by r.id, r.kind, r.pattern, r.reason, r.active, r.made_by, r.made_at, r.switched_by, r.switched_at,
            r.spreading
        order by r.active desc, r.id desc";
    /// Those that are on, and those whose leads are still to be let in.
    RULES_AT_WORK = "select id, kind, pattern, active from exclusion_rule
        where active = 1 or spreading > 0 order by id";
    SPREADING = "select id, kind, pattern, active, spreading, coalesce(switched_by, made_by) from exclusion_rule
        where spreading > 0 order by id";
    SPREADING_SINCE = "select spreading from exclusion_rule where id = $1";
    HAS_SPREAD = "update exclusion_rule set spreading = 0 where id = $1";
    FIND_RULE = "select kind, pattern, active from exclusion_rule where id = $1";
    ADD_RULE = "insert into exclusion_rule (id, kind, pattern, reason, active, made_by, made_at, spreading)
        values ($1, $2, $3, $4, 1, $5, $6, $7)";
    SWITCH_RULE = "update exclusion_rule set active = $2, switched_by = $3, switched_at = $4, spreading = $5
        where id = $1";
    OF_RULE = "select lead_id from lead_rule where rule_id = $1 order by lead_id";
    COUNT_OF_RULE = "select count(*) from lead_rule as x join lead as l on l.id = x.lead_id
        where x.rule_id = $1 and l.gone = 0";
    OF_DOMAIN = "select p.lead_id from lead_person as p join lead as l on l.id = p.lead_id
        where p.email_key like $1 and l.gone = 0 order by p.lead_id";
    OF_CHANNEL = "select l.id from lead as l join dimension_value as v on v.id = l.channel_id
        where v.dimension = 'channel' and v.name = $1 and l.gone = 0 order by l.id";
    COMPANIES = "select id, company from lead where id > $1 and company is not null and gone = 0 order by id limit 20000";
    NAMES = "select p.lead_id, p.name from lead_person as p join lead as l on l.id = p.lead_id
        where p.lead_id > $1 and p.name is not null and l.gone = 0 order by p.lead_id limit 20000";
    WITH_OPPORTUNITY = "select l.id from {rows} cross join lead as l
        where l.id = {0:int} and l.opportunity_at is not null";
    CHANGED_SINCE = "select id from lead where seq > $1 and gone = 0 order by id";
    LOOKS = "select l.id, l.company, p.name, p.email_key, c.name as channel, l.excluded
        from {rows} cross join lead as l left join lead_person as p on p.lead_id = l.id
        left join dimension_value as c on c.id = l.channel_id where l.id = {0:int}";
    ADD_MATCHES = "insert into lead_rule (rule_id, lead_id) select {0:int}, {1:int} from {rows} where true
        on conflict (rule_id, lead_id) do nothing";
    REMOVE_MATCHES = "delete from lead_rule where lead_id in (select {0:int} from {rows})";
    SET_EXCLUDED = "update lead set excluded = {1:int}, seq = {2:int} from {rows}
        where id = {0:int} and excluded <> {1:int}";
}

/// Every rule with its counts, those that are on first.
pub async fn rules(tx: &mut Tx) -> Result<Vec<Rule>> {
    let rule = |row: &AnyRow| -> Result<Option<Rule>> {
        let kind: String = row.try_get("kind")?;
        let Some(kind) = RuleKind::from_key(&kind) else { return Ok(None) };
        let switched: (Option<String>, Option<i64>) = (row.try_get("switched_by")?, row.try_get("switched_at")?);
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Some(Rule {
            id: RuleId(row.try_get("id")?),
            pattern: Pattern::stored(kind, row.try_get("pattern")?),
            reason: row.try_get("reason")?,
            active: row.try_get::<i64, _>("active")? == 1,
            spreading: row.try_get::<i64, _>("spreading")? > 0,
            made: (row.try_get("made_by")?, instant_of(row.try_get("made_at")?)),
            switched: switched.0.zip(switched.1.map(instant_of)),
            leads: count(row.try_get("leads")?),
            with_opportunity: count(row.try_get("with_opportunity")?),
        }))
    };
    let rows = sqlx::query(RULES).fetch_all(tx.conn()).await?;
    rows.iter().filter_map(|row| rule(row).transpose()).collect()
}

/// What a rule looks for, and whether it is on.
pub async fn find_rule(tx: &mut Tx, rule: RuleId) -> Result<Option<(Pattern, bool)>> {
    let row: Option<(String, String, i64)> = sqlx::query_as(FIND_RULE).bind(rule.0).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|(kind, text, active)| Some((Pattern::stored(RuleKind::from_key(&kind)?, text), active == 1))))
}

/// Writes a rule down, switched on; the leads that it leaves out are for [`super::spread`].
pub async fn add_rule(tx: &mut WriteTx, pattern: &Pattern, reason: &str, by: &str, at: Instant) -> Result<RuleId> {
    let (id, seq) = (take_numbers(tx, Counter::ExclusionRule, 1).await?, tx.seq().0);
    let add = sqlx::query(ADD_RULE).bind(id).bind(pattern.kind().key()).bind(pattern.text());
    add.bind(reason).bind(by).bind(i64::from(at.0)).bind(seq).execute(tx.conn()).await?;
    Ok(RuleId(id))
}

/// Switches a rule on or off; the leads that it leaves out are for [`super::spread`].
pub async fn switch_rule(tx: &mut WriteTx, rule: RuleId, active: bool, by: &str, at: Instant) -> Result<()> {
    let seq = tx.seq().0;
    let switch = sqlx::query(SWITCH_RULE).bind(rule.0).bind(i64::from(active)).bind(by).bind(i64::from(at.0));
    switch.bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// The leads that a rule leaves out, and that it still does where it was switched off a moment ago.
pub async fn of_rule(tx: &mut Tx, rule: RuleId) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(OF_RULE).bind(rule.0).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// How many leads a rule leaves out.
pub async fn count_of_rule(tx: &mut Tx, rule: RuleId) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_OF_RULE).bind(rule.0).fetch_one(tx.conn()).await?)
}

/// A rule whose leads are still being left out or let in.
#[derive(Clone, Debug)]
pub struct Spreading {
    /// Which one.
    pub rule: RuleId,
    /// What it looks for.
    pub pattern: Pattern,
    /// Whether it is on.
    pub active: bool,
    /// The seq of the write that made or switched it.
    pub since: i64,
    /// Who did.
    pub by: String,
}

/// Rules whose leads are still being left out or let in.
pub async fn spreading(tx: &mut Tx) -> Result<Vec<Spreading>> {
    type Columns = (i64, String, String, i64, i64, String);
    let rows: Vec<Columns> = sqlx::query_as(SPREADING).fetch_all(tx.conn()).await?;
    let known = |(id, kind, text, active, since, by): Columns| {
        let pattern = Pattern::stored(RuleKind::from_key(&kind)?, text);
        Some(Spreading { rule: RuleId(id), pattern, active: active == 1, since, by })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// The seq of the write that made or switched a rule, while its leads are still being left out or let in.
pub async fn spreading_since(tx: &mut Tx, rule: RuleId) -> Result<Option<i64>> {
    let since: Option<i64> = sqlx::query_scalar(SPREADING_SINCE).bind(rule.0).fetch_optional(tx.conn()).await?;
    Ok(since.filter(|since| *since > 0))
}

/// Every lead of a rule is left out, or let in again.
pub async fn has_spread(tx: &mut Tx, rule: RuleId) -> Result<()> {
    sqlx::query(HAS_SPREAD).bind(rule.0).execute(tx.conn()).await?;
    Ok(())
}

/// Every lead that is what a pattern looks for.
pub async fn matching(tx: &mut Tx, pattern: &Pattern) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = match pattern.kind() {
        RuleKind::EmailDomain => {
            // A domain holds neither of the two letters that stand for others.
            sqlx::query_scalar(OF_DOMAIN).bind(format!("%@{}", pattern.text())).fetch_all(tx.conn()).await?
        }
        RuleKind::Channel => sqlx::query_scalar(OF_CHANNEL).bind(pattern.text()).fetch_all(tx.conn()).await?,
        RuleKind::Company | RuleKind::Name => {
            let by_company = pattern.kind() == RuleKind::Company;
            let statement = if by_company { COMPANIES } else { NAMES };
            let (mut ids, mut after) = (Vec::new(), 0);
            loop {
                let rows: Vec<(i64, String)> = sqlx::query_as(statement).bind(after).fetch_all(tx.conn()).await?;
                let Some((last, _)) = rows.last() else { break };
                after = *last;
                let found = rows.iter().filter(|(_, text)| {
                    let text = Some(text.as_str());
                    let name = if by_company { None } else { text };
                    pattern.matches(Looks { company: text.filter(|_| by_company), name, ..Looks::default() })
                });
                ids.extend(found.map(|(id, _)| *id));
            }
            ids
        }
    };
    Ok(ids.into_iter().map(LeadId).collect())
}

/// Of these leads those that have an opportunity.
pub async fn with_opportunity(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<LeadId>> {
    let rows = tx.bulk_rows(WITH_OPPORTUNITY, &leads.iter().map(|id| [(*id).into()]).collect()).await?;
    Ok(rows.iter().map(|row| row.try_get(0).map(LeadId)).collect::<Result<_, _>>()?)
}

/// Leads that changed after a seq.
pub async fn changed_since(tx: &mut Tx, seq: i64) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(CHANGED_SINCE).bind(seq).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// Leaves those of these leads out that the rules of the heads name, and lets the others in again. To be called by
/// whatever writes leads, in the same transaction, after they are written.
pub async fn apply_rules(tx: &mut Tx, seq: i64, written: &[LeadId]) -> Result<()> {
    let at_work: Vec<(i64, String, String, i64)> = sqlx::query_as(RULES_AT_WORK).fetch_all(tx.conn()).await?;
    if at_work.is_empty() {
        return Ok(());
    }
    let on = at_work.into_iter().filter(|(.., active)| *active == 1);
    let rules: Vec<(i64, Pattern)> =
        on.filter_map(|(id, kind, text, _)| Some((id, Pattern::stored(RuleKind::from_key(&kind)?, text)))).collect();
    let (mut matches, mut stale, mut excluded) = (Rows::default(), Rows::default(), Rows::default());
    for row in tx.bulk_rows(LOOKS, &written.iter().map(|id| [(*id).into()]).collect()).await? {
        let (id, before): (i64, i64) = (row.try_get("id")?, row.try_get("excluded")?);
        let texts: [Option<String>; 4] =
            [row.try_get("company")?, row.try_get("name")?, row.try_get("email_key")?, row.try_get("channel")?];
        let [company, name, email, channel] = texts.each_ref().map(Option::as_deref);
        let mut now = 0;
        for (rule, pattern) in &rules {
            if pattern.matches(Looks { company, name, email, channel }) {
                matches.push([(*rule).into(), id.into()]);
                now = 1;
            }
        }
        if before == 1 {
            stale.push([id.into()]);
        }
        if now != before {
            excluded.push([id.into(), now.into(), seq.into()]);
        }
    }
    tx.bulk(REMOVE_MATCHES, &stale).await?;
    tx.bulk(ADD_MATCHES, &matches).await?;
    tx.bulk(SET_EXCLUDED, &excluded).await
}

fn instant_of(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}
