//! Personas, their statements and what is written beside them, in the database.

use super::model::{
    Answer, Confirmed, Evidence, Note, NoteId, NoteKind, Persona, PersonaId, PersonaRef, Role, Statement, StatementId,
    Under, Wording, wording_ref,
};
use super::model::{Confidence, Head};
use crate::changes::store::{Counter, take_numbers};
use crate::editing::model::Values;
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::people::model::Team;
use crate::period::{Day, Instant};
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use std::collections::HashMap;

statements! {
    ALL_PERSONAS = "select id, slug, name, value_id, case when retired_at is null then 0 else 1 end
        from persona order by place, id";
    PERSONAS = "select id, slug, name, value_id, role, segment, marketing_owner, sales_owner,
            marketing_confirmed_at, marketing_confirmed_by, sales_confirmed_at, sales_confirmed_by,
            made_at, retired_at, retired_by, merged_into, rule
        from persona order by place, id";
    MERGED = "select id, merged_into from persona where merged_into is not null order by id";
    SLUGS = "select count(*) from persona where slug = $1";
    NEXT_PLACE = "select coalesce(max(place), 0) + 1 from persona";
    ADD_PERSONA = "insert into persona (id, slug, value_id, name, role, segment, marketing_owner, sales_owner, place,
            made_at, sample)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    WRITE_HEAD = "update persona set name = $2, role = $3, segment = $4, marketing_owner = $5, sales_owner = $6
        where id = $1";
    CONFIRM_MARKETING = "update persona set marketing_confirmed_at = $2, marketing_confirmed_by = $3 where id = $1";
    CONFIRM_SALES = "update persona set sales_confirmed_at = $2, sales_confirmed_by = $3 where id = $1";
    RETIRE = "update persona set retired_at = $2, retired_by = $3, merged_into = $4
        where id = $1 and retired_at is null";
    BRING_BACK = "update persona set retired_at = null, retired_by = null, merged_into = null
        where id = $1 and retired_at is not null";
    SET_RULE = "update persona set rule = $2 where id = $1";
    SET_PLACE = "update persona set place = $2 where id = $1";
    UNREMINDED = "select id, marketing_reminded_at, sales_reminded_at from persona where retired_at is null";
    REMIND_MARKETING = "update persona set marketing_reminded_at = $2 where id = $1";
    REMIND_SALES = "update persona set sales_reminded_at = $2 where id = $1";
    STATEMENTS = "select s.id, s.persona_id, s.section, s.stage, t.text, coalesce(a.text, '') as answer, s.evidence,
            coalesce(k.text, '') as source, s.confidence, s.dated, s.claim, s.deleted_at, s.deleted_by
        from persona_statement as s join persona_text as t on t.id = s.text_id
        left join persona_text as a on a.id = s.answer_id left join persona_text as k on k.id = s.source_id
        where ($1 = 0 or s.persona_id = $1) and ($2 = 0 or s.id = $2)
        order by s.persona_id, s.section, s.stage, s.place, s.id";
    NUMBERS = "select text_id, answer_id, source_id from persona_statement where id = $1";
    TEXTS_OF = "select id, text from persona_text where statement_id = $1";
    FIND_TEXT = "select id from persona_text where statement_id = $1 and text = $2";
    ADD_TEXT = "insert into persona_text (id, statement_id, text) values ($1, $2, $3)";
    NEXT_STATEMENT_PLACE = "select coalesce(max(place), 0) + 1 from persona_statement where persona_id = $1";
    ADD_STATEMENT = "insert into persona_statement (id, persona_id, section, stage, place, text_id, answer_id, evidence,
            source_id, confidence, dated, claim)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    WRITE_STATEMENT = "update persona_statement set section = $2, stage = $3, text_id = $4, answer_id = $5,
            evidence = $6, source_id = $7, confidence = $8, dated = $9, claim = $10
        where id = $1";
    PLACE_STATEMENT = "update persona_statement set place = $2 where id = $1";
    DELETE_STATEMENT = "update persona_statement set deleted_at = $2, deleted_by = $3
        where id = $1 and deleted_at is null";
    BRING_STATEMENT_BACK = "update persona_statement set deleted_at = null, deleted_by = null
        where id = $1 and deleted_at is not null";
    MOVE_STATEMENTS = "update persona_statement set persona_id = $2, came_from = $1, place = place + 100000
        where persona_id = $1";
    MOVE_NOTES = "update persona_note set persona_id = $2, came_from = $1 where persona_id = $1";
    STATEMENTS_HOME = "update persona_statement set persona_id = $1, came_from = null where came_from = $1";
    NOTES_HOME = "update persona_note set persona_id = $1, came_from = null where came_from = $1
        or statement_id in (select id from persona_statement where persona_id = $1)";
    NOTES = "select n.id, n.persona_id, n.statement_id, coalesce(s.section, n.section) as section,
            coalesce(s.stage, n.stage) as stage, n.kind, n.lead_id, n.account_id, n.author, n.at, n.text, n.answer,
            n.answered_at, n.answerer, n.answer_text
        from persona_note as n left join persona_statement as s on s.id = n.statement_id
        where ($1 = 0 or n.persona_id = $1) and ($2 = 0 or n.id = $2) and ($3 = 0 or n.lead_id = $3)
        order by n.id";
    ADD_NOTE = "insert into persona_note (id, persona_id, statement_id, section, stage, kind, lead_id, account_id,
            author, at, text)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    ANSWER_NOTE = "update persona_note set answer = $2, answered_at = $3, answerer = $4, answer_text = $5
        where id = $1 and answer is null";
    VALUES = "select v.id, v.name, count(l.id) from dimension_value as v
        left join lead as l on l.persona_id = v.id and l.gone = 0
        where v.dimension = 'persona' group by v.id, v.name order by v.name";
    FIND_VALUE = "select id from dimension_value where dimension = 'persona' and name = $1";
    ADD_VALUE = "insert into dimension_value (id, dimension, name) values ($1, 'persona', $2)";
    /// An import that is taken back leaves it alone from now on.
    KEEP_VALUE = "update dimension_value set import_id = null where id = $1";
    /// Without leads that are left out of the numbers: by a rule, or by the verdict of their newest handover where its
    /// route says so and it is not contested, as `leads::stage` has it.
    SIZES = "select l.size, count(*) from lead as l left join handover as h on h.lead_id = l.id
            and h.n = (select max(o.n) from handover as o where o.lead_id = l.id)
        where l.persona_id = $1 and l.size is not null and l.gone = 0
        and (l.opportunity_at is not null or l.excluded = 0 and not (
            h.lead_id is null and l.verdict_at is not null and coalesce(l.route, '') in ('remove', 'merge')
                and (l.disputed_at is null or l.ruled_at is not null and l.upheld = 0)
            or h.lead_id is not null and h.verdict_at is not null and coalesce(h.route, '') in ('remove', 'merge')
                and (h.disputed_at is null or h.ruled_at is not null and h.upheld = 0)))
        and l.handed_over_at >= $2 and l.handed_over_at < $3
        group by l.size order by l.size";
    LEAD_IS_THERE = "select count(*) from lead where id = $1 and gone = 0";
    REMOVE_SAMPLE_NOTES = "delete from persona_note where persona_id in (select id from persona where sample = 1)";
    REMOVE_SAMPLE_TEXTS = "delete from persona_text where statement_id in (select s.id from persona_statement as s
        join persona as p on p.id = s.persona_id where p.sample = 1)";
    REMOVE_SAMPLE_STATEMENTS = "delete from persona_statement
        where persona_id in (select id from persona where sample = 1)";
    REMOVE_SAMPLE = "delete from persona where sample = 1";
    REMOVE_UNUSED_VALUES = "delete from dimension_value where dimension = 'persona' and import_id is null
        and id in (select value_id from persona where sample = 1)
        and id not in (select persona_id from lead where persona_id is not null)";
}

/// Every persona in the order in which people read them, the retired ones too.
pub async fn all(tx: &mut Tx) -> Result<Vec<PersonaRef>> {
    type Columns = (i64, String, String, Option<i64>, i64);
    let rows: Vec<Columns> = sqlx::query_as(ALL_PERSONAS).fetch_all(tx.conn()).await?;
    let persona = |(id, slug, name, value, retired): Columns| PersonaRef {
        id: PersonaId(id),
        slug,
        name,
        value,
        retired: retired == 1,
    };
    Ok(rows.into_iter().map(persona).collect())
}

/// Personas that became a part of another one, and of which.
pub async fn merged(tx: &mut Tx) -> Result<Vec<(PersonaId, PersonaId)>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(MERGED).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, into)| (PersonaId(id), PersonaId(into))).collect())
}

/// The same with all that is known of them.
pub async fn personas(tx: &mut Tx) -> Result<Vec<Persona>> {
    let rows = sqlx::query(PERSONAS).fetch_all(tx.conn()).await?;
    rows.iter().map(persona_of).collect()
}

fn persona_of(row: &AnyRow) -> Result<Persona> {
    let confirmed = |at: &str, by: &str| -> Result<Option<Confirmed>> {
        let (at, by): (Option<i64>, Option<String>) = (row.try_get(at)?, row.try_get(by)?);
        Ok(at.map(|at| Confirmed { at: instant(at), by: by.unwrap_or_default() }))
    };
    let retired: (Option<i64>, Option<String>) = (row.try_get("retired_at")?, row.try_get("retired_by")?);
    Ok(Persona {
        is: PersonaRef {
            id: PersonaId(row.try_get("id")?),
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            value: row.try_get("value_id")?,
            retired: retired.0.is_some(),
        },
        role: Role::from_key(row.try_get("role")?),
        segment: row.try_get("segment")?,
        owners: [row.try_get("marketing_owner")?, row.try_get("sales_owner")?],
        confirmed: [
            confirmed("marketing_confirmed_at", "marketing_confirmed_by")?,
            confirmed("sales_confirmed_at", "sales_confirmed_by")?,
        ],
        made_at: instant(row.try_get("made_at")?),
        retired: retired.0.map(|at| (retired.1.unwrap_or_default(), instant(at))),
        merged_into: row.try_get::<Option<i64>, _>("merged_into")?.map(PersonaId),
        rule: row.try_get("rule")?,
    })
}

/// An address that no persona has: that one, or with a number behind it.
pub async fn free_slug(tx: &mut Tx, slug: &str) -> Result<String> {
    let mut free = slug.to_owned();
    for n in 2.. {
        let taken: i64 = sqlx::query_scalar(SLUGS).bind(&free).fetch_one(tx.conn()).await?;
        if taken == 0 {
            break;
        }
        free = format!("{slug}-{n}");
    }
    Ok(free)
}

/// Adds a persona, the last in the order. `owners` are accounts, `value` is the value of its leads.
pub async fn add_persona(
    tx: &mut WriteTx,
    (slug, value): (&str, i64),
    head: &Head,
    owners: [Option<i64>; 2],
    at: Instant,
    sample: bool,
) -> Result<PersonaId> {
    let id = take_numbers(tx, Counter::Persona, 1).await?;
    let place: i64 = sqlx::query_scalar(NEXT_PLACE).fetch_one(tx.conn()).await?;
    let add = sqlx::query(ADD_PERSONA).bind(id).bind(slug).bind(value).bind(&head.name);
    let add = add.bind(head.role.map_or("", Role::key)).bind(&head.segment).bind(owners[0]).bind(owners[1]);
    add.bind(place).bind(i64::from(at.0)).bind(i64::from(sample)).execute(tx.conn()).await?;
    Ok(PersonaId(id))
}

/// Writes another head.
pub async fn write_head(tx: &mut Tx, id: PersonaId, head: &Head, owners: [Option<i64>; 2]) -> Result<()> {
    let write = sqlx::query(WRITE_HEAD).bind(id.0).bind(&head.name).bind(head.role.map_or("", Role::key));
    write.bind(&head.segment).bind(owners[0]).bind(owners[1]).execute(tx.conn()).await?;
    Ok(())
}

/// A team says that it is still true.
pub async fn confirm(tx: &mut Tx, id: PersonaId, team: Team, by: &str, at: Instant) -> Result<()> {
    let statement = match team {
        Team::Marketing => CONFIRM_MARKETING,
        Team::Sales => CONFIRM_SALES,
    };
    sqlx::query(statement).bind(id.0).bind(i64::from(at.0)).bind(by).execute(tx.conn()).await?;
    Ok(())
}

/// Retires a persona, into another one where it became a part of that; false where somebody was faster.
pub async fn retire(tx: &mut Tx, id: PersonaId, by: &str, at: Instant, into: Option<PersonaId>) -> Result<bool> {
    let retire = sqlx::query(RETIRE).bind(id.0).bind(i64::from(at.0)).bind(by).bind(into.map(|into| into.0));
    Ok(retire.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Brings a retired persona back; false where somebody was faster.
pub async fn bring_back(tx: &mut Tx, id: PersonaId) -> Result<bool> {
    Ok(sqlx::query(BRING_BACK).bind(id.0).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Moves statements and annotations of a persona to another one.
pub async fn move_all(tx: &mut Tx, from: PersonaId, to: PersonaId) -> Result<()> {
    for statement in [MOVE_STATEMENTS, MOVE_NOTES] {
        sqlx::query(statement).bind(from.0).bind(to.0).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Moves them home again.
pub async fn move_home(tx: &mut Tx, id: PersonaId) -> Result<()> {
    for statement in [STATEMENTS_HOME, NOTES_HOME] {
        sqlx::query(statement).bind(id.0).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Another rule; blank: none.
pub async fn set_rule(tx: &mut Tx, id: PersonaId, rule: &str) -> Result<()> {
    sqlx::query(SET_RULE).bind(id.0).bind(rule).execute(tx.conn()).await?;
    Ok(())
}

/// Another order of the personas.
pub async fn set_place(tx: &mut Tx, id: PersonaId, place: i64) -> Result<()> {
    sqlx::query(SET_PLACE).bind(id.0).bind(place).execute(tx.conn()).await?;
    Ok(())
}

/// When the owners of each persona were told last that it is to be confirmed, of marketing and of sales.
pub async fn reminded(tx: &mut Tx) -> Result<HashMap<PersonaId, [Option<Instant>; 2]>> {
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = sqlx::query_as(UNREMINDED).fetch_all(tx.conn()).await?;
    let reminded = |(id, marketing, sales): (i64, Option<i64>, Option<i64>)| {
        (PersonaId(id), [marketing.map(instant), sales.map(instant)])
    };
    Ok(rows.into_iter().map(reminded).collect())
}

/// The owner of a team is told.
pub async fn remind(tx: &mut Tx, id: PersonaId, team: Team, at: Instant) -> Result<()> {
    let statement = match team {
        Team::Marketing => REMIND_MARKETING,
        Team::Sales => REMIND_SALES,
    };
    sqlx::query(statement).bind(id.0).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// The statements of a persona, or of all, the deleted ones too; in the order in which people read a section.
pub async fn statements(tx: &mut Tx, persona: Option<PersonaId>) -> Result<Vec<Statement>> {
    let of = persona.map_or(0, |persona| persona.0);
    let rows = sqlx::query(STATEMENTS).bind(of).bind(0_i64).fetch_all(tx.conn()).await?;
    Ok(rows.iter().map(statement_of).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// One statement, deleted or not.
pub async fn statement(tx: &mut Tx, id: StatementId) -> Result<Option<Statement>> {
    let row = sqlx::query(STATEMENTS).bind(0_i64).bind(id.0.max(1)).fetch_optional(tx.conn()).await?;
    Ok(row.as_ref().map(statement_of).transpose()?.flatten())
}

fn statement_of(row: &AnyRow) -> Result<Option<Statement>> {
    let deleted: (Option<i64>, Option<String>) = (row.try_get("deleted_at")?, row.try_get("deleted_by")?);
    let Some(under) = Under::stored(row.try_get("section")?, row.try_get("stage")?) else { return Ok(None) };
    Ok(Some(Statement {
        id: StatementId(row.try_get("id")?),
        persona: PersonaId(row.try_get("persona_id")?),
        says: Wording {
            under,
            text: row.try_get("text")?,
            answer: row.try_get("answer")?,
            evidence: Evidence::from_key(row.try_get("evidence")?).unwrap_or(Evidence::Guess),
            source: row.try_get("source")?,
            confidence: Confidence::from_key(row.try_get("confidence")?).unwrap_or(Confidence::Guess),
            dated: Day(i32::try_from(row.try_get::<i64, _>("dated")?).unwrap_or_default()),
            claim: row.try_get("claim")?,
        },
        deleted: deleted.0.map(|at| (deleted.1.unwrap_or_default(), instant(at))),
    }))
}

/// Its fields as the change log holds them: words by their number.
pub async fn logged(tx: &mut Tx, id: StatementId, says: &Wording) -> Result<Values> {
    let row: (i64, Option<i64>, Option<i64>) = sqlx::query_as(NUMBERS).bind(id.0).fetch_one(tx.conn()).await?;
    let mut values = says.values();
    for (field, number) in [("text", Some(row.0)), ("answer", row.1), ("source", row.2)] {
        values.insert(field.to_owned(), number.map(wording_ref).unwrap_or_default());
    }
    Ok(values)
}

/// All words that a statement ever had, by their numbers.
pub async fn wordings(tx: &mut Tx, id: StatementId) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(TEXTS_OF).bind(id.0).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().collect())
}

/// The number of words of a statement; the same words keep theirs.
async fn number_of(tx: &mut WriteTx, id: i64, text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let found: Option<i64> = sqlx::query_scalar(FIND_TEXT).bind(id).bind(text).fetch_optional(tx.conn()).await?;
    if found.is_some() {
        return Ok(found);
    }
    let number = take_numbers(tx, Counter::PersonaText, 1).await?;
    sqlx::query(ADD_TEXT).bind(number).bind(id).bind(text).execute(tx.conn()).await?;
    Ok(Some(number))
}

/// Adds a statement at the end of its section.
pub async fn add_statement(tx: &mut WriteTx, persona: PersonaId, says: &Wording) -> Result<StatementId> {
    let id = take_numbers(tx, Counter::PersonaStatement, 1).await?;
    let text = number_of(tx, id, &says.text).await?;
    let (answer, source) = (number_of(tx, id, &says.answer).await?, number_of(tx, id, &says.source).await?);
    let place: i64 = sqlx::query_scalar(NEXT_STATEMENT_PLACE).bind(persona.0).fetch_one(tx.conn()).await?;
    let (section, stage) = (says.under.section.key(), says.under.stage.map_or("", |stage| stage.key()));
    let add = sqlx::query(ADD_STATEMENT).bind(id).bind(persona.0).bind(section).bind(stage).bind(place);
    let add = add.bind(text).bind(answer).bind(says.evidence.key()).bind(source).bind(says.confidence.key());
    add.bind(i64::from(says.dated.0)).bind(&says.claim).execute(tx.conn()).await?;
    Ok(StatementId(id))
}

/// Writes another wording of a statement; what it said before stays known by its number.
pub async fn write_statement(tx: &mut WriteTx, id: StatementId, says: &Wording) -> Result<()> {
    let text = number_of(tx, id.0, &says.text).await?;
    let (answer, source) = (number_of(tx, id.0, &says.answer).await?, number_of(tx, id.0, &says.source).await?);
    let (section, stage) = (says.under.section.key(), says.under.stage.map_or("", |stage| stage.key()));
    let write = sqlx::query(WRITE_STATEMENT).bind(id.0).bind(section).bind(stage).bind(text).bind(answer);
    let write = write.bind(says.evidence.key()).bind(source).bind(says.confidence.key());
    write.bind(i64::from(says.dated.0)).bind(&says.claim).execute(tx.conn()).await?;
    Ok(())
}

/// Gives a statement its place below its heading.
pub async fn place_statement(tx: &mut Tx, id: StatementId, place: i64) -> Result<()> {
    sqlx::query(PLACE_STATEMENT).bind(id.0).bind(place).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes a statement, which can be undone; false where somebody was faster.
pub async fn delete_statement(tx: &mut Tx, id: StatementId, by: &str, at: Instant) -> Result<bool> {
    let delete = sqlx::query(DELETE_STATEMENT).bind(id.0).bind(i64::from(at.0)).bind(by);
    Ok(delete.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Brings a deleted statement back; false where somebody was faster.
pub async fn bring_statement_back(tx: &mut Tx, id: StatementId) -> Result<bool> {
    Ok(sqlx::query(BRING_STATEMENT_BACK).bind(id.0).execute(tx.conn()).await?.rows_affected() == 1)
}

#[derive(FromRow)]
struct NoteRow {
    id: i64,
    persona_id: i64,
    statement_id: Option<i64>,
    section: String,
    stage: String,
    kind: String,
    lead_id: Option<i64>,
    account_id: i64,
    author: String,
    at: i64,
    text: String,
    answer: Option<String>,
    answered_at: Option<i64>,
    answerer: Option<String>,
    answer_text: Option<String>,
}

/// Of which annotations.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// All.
    Everybody,
    /// Those beside a persona.
    Persona(PersonaId),
    /// Those that tell of a lead.
    Lead(LeadId),
    /// That one.
    Note(NoteId),
}

/// Annotations, oldest first.
pub async fn notes(tx: &mut Tx, of: Of) -> Result<Vec<Note>> {
    let (persona, note, lead) = match of {
        Of::Everybody => (0, 0, 0),
        Of::Persona(persona) => (persona.0, 0, 0),
        Of::Note(note) => (0, note.0.max(1), 0),
        Of::Lead(lead) => (0, 0, lead.0.max(1)),
    };
    let rows: Vec<NoteRow> = sqlx::query_as(NOTES).bind(persona).bind(note).bind(lead).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(note_of).collect())
}

fn note_of(row: NoteRow) -> Option<Note> {
    let answer = row.answer.as_deref().and_then(Answer::from_key).map(|answer| {
        let at = instant(row.answered_at.unwrap_or_default());
        (answer, at, row.answerer.unwrap_or_default(), row.answer_text.unwrap_or_default())
    });
    Some(Note {
        id: NoteId(row.id),
        persona: PersonaId(row.persona_id),
        statement: row.statement_id.map(StatementId),
        under: Under::stored(&row.section, &row.stage)?,
        kind: NoteKind::from_key(&row.kind)?,
        lead: row.lead_id.map(LeadId),
        account: row.account_id,
        author: row.author,
        at: instant(row.at),
        text: row.text,
        answer,
    })
}

/// Adds an annotation; its number is given here.
pub async fn add_note(tx: &mut WriteTx, note: &Note) -> Result<NoteId> {
    let id = take_numbers(tx, Counter::PersonaNote, 1).await?;
    let (section, stage) = (note.under.section.key(), note.under.stage.map_or("", |stage| stage.key()));
    let add = sqlx::query(ADD_NOTE).bind(id).bind(note.persona.0).bind(note.statement.map(|statement| statement.0));
    let add = add.bind(section).bind(stage).bind(note.kind.key()).bind(note.lead.map(|lead| lead.0));
    add.bind(note.account).bind(&note.author).bind(i64::from(note.at.0)).bind(&note.text).execute(tx.conn()).await?;
    Ok(NoteId(id))
}

/// Marketing answers it; false where somebody was faster.
pub async fn answer_note(
    tx: &mut Tx,
    id: NoteId,
    (answer, at, by, text): (Answer, Instant, &str, &str),
) -> Result<bool> {
    let set = sqlx::query(ANSWER_NOTE).bind(id.0).bind(answer.key()).bind(i64::from(at.0)).bind(by).bind(text);
    Ok(set.execute(tx.conn()).await?.rows_affected() == 1)
}

/// The values of the leads' dimension: number, name, and how many leads have each.
pub async fn values(tx: &mut Tx) -> Result<Vec<(i64, String, u32)>> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(VALUES).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, name, leads)| (id, name, u32::try_from(leads).unwrap_or(u32::MAX))).collect())
}

/// The value of that name, new where there is none, which no import takes away any more.
pub async fn value_called(tx: &mut WriteTx, name: &str) -> Result<i64> {
    let found: Option<i64> = sqlx::query_scalar(FIND_VALUE).bind(name).fetch_optional(tx.conn()).await?;
    if let Some(id) = found {
        sqlx::query(KEEP_VALUE).bind(id).execute(tx.conn()).await?;
        return Ok(id);
    }
    let id = take_numbers(tx, Counter::DimensionValue, 1).await?;
    sqlx::query(ADD_VALUE).bind(id).bind(name).execute(tx.conn()).await?;
    Ok(id)
}

/// Sizes of the leads of a value that were handed over on these days, each with its leads.
pub async fn sizes(tx: &mut Tx, value: i64, (from, to): (Instant, Instant)) -> Result<Vec<(i64, u32)>> {
    let query = sqlx::query_as(SIZES).bind(value).bind(i64::from(from.0)).bind(i64::from(to.0));
    let rows: Vec<(i64, i64)> = query.fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(size, leads)| (size, u32::try_from(leads).unwrap_or(u32::MAX))).collect())
}

/// Whether there is such a lead.
pub async fn lead_is_there(tx: &mut Tx, lead: LeadId) -> Result<bool> {
    let leads: i64 = sqlx::query_scalar(LEAD_IS_THERE).bind(lead.0).fetch_one(tx.conn()).await?;
    Ok(leads > 0)
}

/// The personas of the sample company go with all that was written about them.
pub async fn remove_sample(tx: &mut Tx) -> Result<u64> {
    for statement in [REMOVE_UNUSED_VALUES, REMOVE_SAMPLE_NOTES, REMOVE_SAMPLE_TEXTS, REMOVE_SAMPLE_STATEMENTS] {
        sqlx::query(statement).execute(tx.conn()).await?;
    }
    Ok(sqlx::query(REMOVE_SAMPLE).execute(tx.conn()).await?.rows_affected())
}

fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}
