//! The documents that people edit, and the one way in which each is saved.
//!
//! A document is a handful of fields, each a text as its form writes it: so it is merged, written into the change log,
//! compared and brought back. What a text means, and who may read and write it, its slice knows.

use super::form::Sent;
use super::model::{Field, Merged, Values, merge};
use super::once::{self, Begun, Once};
use super::store::{self, Row};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::kpis::words::Currency;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::{agreement, content, definitions, personas, spend, workspace};
use serde_json::{Value, json};

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// What everybody's numbers are counted in.
    Workspace,
    /// A row of the spend ledger.
    Spend,
    /// A term of the glossary.
    Term,
    /// A draft of the agreement.
    Agreement,
    /// Name, part in buying, segment and owners of a persona.
    Persona,
    /// A statement of a persona.
    Statement,
    /// An item of the content library.
    Content,
    /// A request for content, and its brief.
    Request,
}

/// What became of a form.
#[derive(Debug)]
pub enum Saved {
    /// It is saved, or was before; this page is next.
    Done(String),
    /// Somebody else changed the same field. Nothing is written.
    Conflict(Box<Meanwhile>),
}

/// What somebody else did meanwhile.
#[derive(Clone, Debug)]
pub struct Meanwhile {
    /// The fields that can be written, and those that cannot.
    pub merged: Merged,
    /// The document as it stands.
    pub theirs: Values,
    /// Who changed it last, and when: seconds since 1970.
    pub last: Option<(String, i64)>,
}

/// A field before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: Field,
    /// In words; empty where it was blank.
    pub before: String,
    /// In words; empty where it is blank.
    pub after: String,
}

impl Document {
    /// The kind of document that the change log calls so.
    pub const fn of(entity: Entity) -> Option<Self> {
        match entity {
            Entity::Workspace => Some(Self::Workspace),
            Entity::Spend => Some(Self::Spend),
            Entity::Term => Some(Self::Term),
            Entity::Agreement => Some(Self::Agreement),
            Entity::Persona => Some(Self::Persona),
            Entity::Statement => Some(Self::Statement),
            Entity::Content => Some(Self::Content),
            Entity::Request => Some(Self::Request),
            Entity::Import
            | Entity::Lead
            | Entity::Leads
            | Entity::Merge
            | Entity::Rule
            | Entity::Account
            | Entity::Rate
            | Entity::Memory
            | Entity::AgreementVersion
            | Entity::Reason => None,
        }
    }

    /// What the change log calls it.
    pub const fn entity(self) -> Entity {
        match self {
            Self::Workspace => Entity::Workspace,
            Self::Spend => Entity::Spend,
            Self::Term => Entity::Term,
            Self::Agreement => Entity::Agreement,
            Self::Persona => Entity::Persona,
            Self::Statement => Entity::Statement,
            Self::Content => Entity::Content,
            Self::Request => Entity::Request,
        }
    }

    /// Its fields, in the order in which people read them.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Workspace => workspace::model::FIELDS,
            Self::Spend => spend::model::FIELDS,
            Self::Term => definitions::model::FIELDS,
            Self::Agreement => agreement::fields::FIELDS,
            Self::Persona => personas::model::HEAD,
            Self::Statement => personas::model::STATEMENT,
            Self::Content => content::model::FIELDS,
            Self::Request => content::requests::model::FIELDS,
        }
    }

    /// Where its form goes.
    pub const fn saved_at(self) -> &'static str {
        match self {
            Self::Workspace => "/settings/workspace/save",
            Self::Spend => "/spend/save",
            Self::Term => "/definitions/save",
            Self::Agreement => "/agreement/draft/save",
            Self::Persona => "/personas/save",
            Self::Statement => "/personas/change",
            Self::Content => "/content/save",
            Self::Request => "/content/requests/save",
        }
    }

    /// What its history tells besides, and a form of its own writes.
    pub const fn told_besides(self) -> &'static [Field] {
        match self {
            Self::Persona => personas::model::RULE,
            Self::Statement => personas::model::ORDER,
            Self::Content => content::model::VERSION,
            Self::Workspace | Self::Spend | Self::Term | Self::Agreement | Self::Request => &[],
        }
    }

    /// Where it is shown and edited, and what that page is called.
    pub fn home(self, id: i64) -> (String, &'static str) {
        match self {
            Self::Workspace => ("/settings/workspace".to_owned(), "Workspace"),
            Self::Spend => (format!("/spend/{id}"), "Row of spend"),
            Self::Term => (format!("/definitions/{id}"), "Definition"),
            Self::Agreement => (agreement::drafts::PAGE.to_owned(), "Draft of the agreement"),
            Self::Persona => (format!("/personas/find?persona={id}"), "Persona"),
            Self::Statement => (format!("/personas/find?statement={id}"), "Statement"),
            Self::Content => (format!("/content/{id}"), "Item"),
            Self::Request => (format!("/content/requests/{id}"), "Request"),
        }
    }

    /// A field's text as people read it.
    pub fn words(self, field: Field, text: &str, currency: &Currency) -> String {
        match self {
            Self::Workspace => workspace::model::words(field.key, text),
            Self::Spend => spend::model::words(field.key, text, currency),
            Self::Term => definitions::model::words(field.key, text),
            Self::Agreement => agreement::fields::words(field.key, text, currency),
            Self::Persona | Self::Statement => personas::model::words(field.key, text),
            Self::Content | Self::Request => content::model::field_words(field.key, text),
        }
    }

    /// A field's text as the form itself would write it, so that two ways to write the same are no two opinions. What
    /// cannot be read stays as it is.
    fn normal(self, field: &str, text: &str, currency: &Currency) -> String {
        match self {
            Self::Workspace | Self::Term | Self::Persona | Self::Statement => text.to_owned(),
            Self::Spend => spend::model::normal(field, text, &currency.0),
            Self::Agreement => agreement::fields::normal(field, text, currency),
            Self::Content | Self::Request => content::model::normal(field, text),
        }
    }

    /// As it stands; deleted ones too.
    ///
    /// # Errors
    /// There is none, or it is not theirs to see.
    pub async fn load(self, tx: &mut Tx, caller: &Caller, id: i64) -> Result<Values> {
        match self {
            Self::Workspace => workspace::store::values(tx).await,
            Self::Spend => spend::edit::load(tx, caller, id).await,
            Self::Term => Ok(definitions::edit::find(tx, id).await?.entry.values()),
            Self::Agreement => agreement::drafts::values(tx, id).await,
            Self::Persona => personas::edit::load_head(tx, id).await,
            Self::Statement => personas::edit::load_statement(tx, id).await,
            Self::Content => content::edit::load(tx, id).await,
            Self::Request => content::requests::edit::load(tx, id).await,
        }
    }

    /// The same as the change log holds it: words that may be a buyer's stand beside it, and it names them only.
    async fn log(self, tx: &mut Tx, id: i64, stands: &Values) -> Result<Values> {
        match self {
            Self::Workspace
            | Self::Spend
            | Self::Persona
            | Self::Term
            | Self::Agreement
            | Self::Content
            | Self::Request => Ok(stands.clone()),
            Self::Statement => personas::edit::log_statement(tx, id).await,
        }
    }

    /// Whether a line of the change log about it is not theirs to read.
    pub fn hides(self, caller: &Caller, detail: &Value) -> bool {
        match self {
            Self::Workspace
            | Self::Term
            | Self::Agreement
            | Self::Persona
            | Self::Statement
            | Self::Content
            | Self::Request => false,
            Self::Spend => spend::edit::hides(caller, detail),
        }
    }

    /// Its changes that they may read, newest first, and the number under which it goes on.
    ///
    /// # Errors
    /// There is none, or it is not theirs to see.
    pub async fn changes_of(self, tx: &mut Tx, caller: &Caller, id: i64) -> Result<(i64, Vec<(Row, Value)>)> {
        let id = match self {
            Self::Workspace
            | Self::Term
            | Self::Agreement
            | Self::Persona
            | Self::Statement
            | Self::Content
            | Self::Request => id,
            Self::Spend => spend::edit::find(tx, caller, id).await?.id,
        };
        let mut rows = store::changes_of(tx, self.entity(), id).await?;
        if self == Self::Content {
            // What was done to many at once stands beside the log.
            rows.extend(content::store::bulk_of(tx, content::model::ItemId(id)).await?);
            rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
        }
        let mut details: Vec<Value> =
            rows.iter().map(|row| serde_json::from_str(&row.detail).unwrap_or_default()).collect();
        if self == Self::Statement {
            personas::edit::with_words(tx, id, &mut details).await?;
        }
        let rows = rows.into_iter().zip(details);
        Ok((id, rows.filter(|(_, detail)| !self.hides(caller, detail)).collect()))
    }

    /// Whether they may change it as it stands: a deleted one is brought back first, a proposed one sent back.
    ///
    /// # Errors
    /// There is none, or it is not theirs to see.
    pub async fn may_edit(self, tx: &mut Tx, caller: &Caller, id: i64) -> Result<bool> {
        let closed = match self {
            Self::Workspace | Self::Persona => false,
            Self::Spend => spend::edit::find(tx, caller, id).await?.gone,
            Self::Term => definitions::edit::find(tx, id).await?.retired_at.is_some(),
            Self::Agreement => agreement::drafts::find(tx, id).await?.state != agreement::store::DraftState::Draft,
            Self::Statement => personas::edit::statement(tx, personas::model::StatementId(id)).await?.deleted.is_some(),
            Self::Content => !content::edit::may_edit(tx, caller, id).await?,
            Self::Request => !content::requests::edit::may_edit(tx, id).await?,
        };
        Ok(!closed && self.require_edit(caller).is_ok())
    }

    fn require_edit(self, caller: &Caller) -> Result<()> {
        caller.visitor.require(match self {
            Self::Workspace => crate::people::permission::Action::ManageWorkspace,
            Self::Spend => crate::people::permission::Action::EditSpend,
            Self::Term | Self::Agreement => crate::people::permission::Action::EditAgreement,
            Self::Persona | Self::Statement => crate::people::permission::Action::EditPersonas,
            // What marketing has approved is marketing's, which the slice sees to.
            Self::Content | Self::Request => crate::people::permission::Action::UseContent,
        })
    }

    /// Writes other values; the number under which it goes on.
    async fn write(
        self,
        once: &mut Once,
        (state, caller): (&AppState, &Caller),
        id: i64,
        wanted: &Values,
    ) -> Result<i64> {
        match self {
            Self::Workspace => workspace::store::write(once, wanted).await.map(|()| id),
            Self::Spend => spend::edit::write(once, caller, id, wanted).await,
            Self::Term => definitions::edit::write(once, id, wanted).await.map(|()| id),
            Self::Agreement => agreement::drafts::write(once, id, wanted).await.map(|()| id),
            Self::Persona => personas::edit::write_head(once, id, wanted).await.map(|()| id),
            Self::Statement => personas::edit::write_statement(once, id, wanted).await.map(|()| id),
            Self::Content => content::edit::write(once, caller, id, wanted).await,
            Self::Request => content::requests::edit::write(once, (state, caller), id, wanted).await,
        }
    }

    const fn changed(self) -> ChangeKind {
        match self {
            Self::Workspace => ChangeKind::WorkspaceChanged,
            Self::Spend => ChangeKind::SpendChanged,
            Self::Term => ChangeKind::TermChanged,
            Self::Agreement => ChangeKind::AgreementChanged,
            Self::Persona => ChangeKind::PersonaChanged,
            Self::Statement => ChangeKind::StatementChanged,
            Self::Content => ChangeKind::ContentChanged,
            Self::Request => ChangeKind::RequestChanged,
        }
    }

    /// Takes a form of it: merges it with what others saved since it was opened, and saves it if no field is in
    /// conflict. `leads_to` is the page after it.
    ///
    /// # Errors
    /// They may not, or a field does not say what it should.
    pub async fn save(
        self,
        state: &AppState,
        caller: &Caller,
        id: i64,
        sent: &Sent,
        leads_to: fn(i64) -> String,
    ) -> Result<Saved> {
        let merge = |theirs: &Values, currency: &Currency| {
            let mut mine = sent.mine(self.fields());
            mine.iter_mut().for_each(|(key, text)| *text = self.normal(key, text, currency));
            merge(self.fields(), &sent.base(self.fields()), &mine, theirs)
        };
        self.change(state, caller, id, sent.key(), merge, leads_to).await
    }

    /// Brings one field back to what it was before a change. That is a change of its own, merged like any other: what
    /// somebody wrote there since the form was opened is not written over unseen.
    ///
    /// # Errors
    /// They may not, there is no such change, or the field cannot be that again.
    pub async fn restore(
        self,
        state: &AppState,
        caller: &Caller,
        id: i64,
        sent: &Sent,
        (field, before): (Field, String),
        leads_to: fn(i64) -> String,
    ) -> Result<Saved> {
        let mine = Values::from([(field.key.to_owned(), before)]);
        let merge = |theirs: &Values, _: &Currency| merge(self.fields(), &sent.base(self.fields()), &mine, theirs);
        self.change(state, caller, id, sent.key(), merge, leads_to).await
    }

    async fn change(
        self,
        state: &AppState,
        caller: &Caller,
        id: i64,
        key: &str,
        merge: impl Fn(&Values, &Currency) -> Merged + Send + Sync,
        leads_to: fn(i64) -> String,
    ) -> Result<Saved> {
        self.require_edit(caller)?;
        let mut once = match once::begin(&state.db, caller, key).await? {
            Begun::Answered(leads_to) => return Ok(Saved::Done(leads_to)),
            Begun::Write(once) => once,
        };
        let theirs = self.load(&mut once, caller, id).await?;
        let currency = workspace::store::find(&mut once).await?.map(|workspace| workspace.currency);
        let merged = merge(&theirs, &Currency(currency.unwrap_or_default()));
        if !merged.conflicts.is_empty() {
            let (_, rows) = self.changes_of(&mut once, caller, id).await?;
            let last = rows.into_iter().next().map(|(row, _)| (row.actor, row.at));
            return Ok(Saved::Conflict(Box::new(Meanwhile { merged, theirs, last })));
        }
        if merged.values == theirs {
            return Ok(Saved::Done(leads_to(id)));
        }
        let before = self.log(&mut once, id, &theirs).await?;
        let id = self.write(&mut once, (state, caller), id, &merged.values).await?;
        let after = self.load(&mut once, caller, id).await?;
        if after == theirs {
            // The same, written otherwise.
            return Ok(Saved::Done(leads_to(id)));
        }
        let detail = json!({ "before": before, "after": self.log(&mut once, id, &after).await? });
        let change = change_of(self.changed(), self.entity(), id, caller, state, detail);
        let (_, next) = once.finish(&change, leads_to(id)).await?;
        Ok(Saved::Done(next))
    }

    /// Whether a field can be brought back by itself. The status of an item is a step, which its page asks about.
    pub fn brings_back(self, field: Field) -> bool {
        self.fields().contains(&field) && !(matches!(self, Self::Content) && field.key == "status")
    }

    /// Which fields a change changed, in words. `detail` is its line in the change log.
    pub fn changes(self, detail: &Value, currency: &Currency) -> Vec<FieldChange> {
        let (before, after) = sides(detail);
        let fields = self.fields().iter().chain(self.told_besides()).filter_map(|&field| {
            let text = |side: Option<&Value>| {
                let text = side.and_then(|side| side[field.key].as_str()).unwrap_or_default();
                if text.is_empty() { String::new() } else { self.words(field, text, currency) }
            };
            let (before, after) = (text(before), text(after));
            (before != after).then_some(FieldChange { field, before, after })
        });
        fields.collect()
    }
}

/// A change of a document, with the address that it came from.
pub fn change_of(
    kind: ChangeKind,
    entity: Entity,
    id: i64,
    caller: &Caller,
    state: &AppState,
    mut detail: Value,
) -> Change {
    detail["from"] = json!(caller.origin.address);
    Change { at: state.clock.now(), actor: caller.visitor.name().to_owned(), kind, entity, entity_id: Some(id), detail }
}

/// Before and after of a line of the change log. What began with it stands there bare.
pub fn sides(detail: &Value) -> (Option<&Value>, Option<&Value>) {
    match (detail.get("before"), detail.get("after")) {
        (None, None) => (None, Some(detail)),
        sides => sides,
    }
}
