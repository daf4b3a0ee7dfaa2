//! What one act does to one lead. Pure: no database, no clock.

use super::model::{Act, At};
use crate::agreement::rules::Rules;
use crate::error::{AppError, Result};
use crate::feedback::model::{Record, Verdict, judge, judge_loss};
use crate::feedback::reasons::ReasonCode;
use crate::leads::model::{Decision, EventKind, LeadId, Moment, TouchKind};
use crate::leads::record::{Detail, Judged, StoredEvent, StoredLead, Voided};
use crate::leads::stage::Owed;
use crate::people::model::Team;
use crate::people::model::{AccountId, Visitor};
use crate::period::Instant;

/// Who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What the log and the history call them.
    pub name: String,
    /// Their account; 0 for whoever sits at this machine while there are no accounts.
    pub account: AccountId,
    /// Their side of the net.
    pub team: Option<Team>,
    /// They head it, or sit at this machine.
    pub head: bool,
}

impl Who {
    /// A visitor who acts.
    pub fn of(visitor: &Visitor) -> Self {
        let account = visitor.account().ok();
        Self {
            name: visitor.name().to_owned(),
            account: account.map_or(AccountId(0), |account| account.id),
            team: account.and_then(|account| account.standing.team),
            head: account.is_none_or(|account| account.standing.head),
        }
    }
}

/// What an act is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who does it.
    pub who: &'a Who,
    /// When.
    pub now: Instant,
    /// The agreement and the workspace's zone.
    pub rules: &'a Rules,
    /// The list of reasons.
    pub reasons: &'a [ReasonCode],
}

/// What it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Events that it added, by number.
    pub added: Vec<i64>,
    /// Events that it voided, by the lead in whose history they stand and number, with the reason.
    pub voided: Vec<(LeadId, i64, String)>,
    /// What whoever did it should know.
    pub said: Vec<String>,
    /// Whoever did it takes the lead if it is nobody's.
    pub takes: bool,
}

/// Does it, and brings the milestones up to date. What stands beside the lead (owner, comment, the words of a plan) is
/// the caller's.
///
/// # Errors
/// It contradicts what stands there; the sentence says why, and nothing may be written.
pub fn apply(lead: &mut StoredLead, act: &Act, context: &Context<'_>) -> Result<Effect> {
    let mut hand = Hand { lead, context, effect: Effect::default() };
    match act {
        Act::Touch { kind, reached, at, note } => hand.touch(*kind, *reached, *at, note)?,
        Act::Accept => hand.accept()?,
        Act::Judge(verdict) => hand.judge(verdict)?,
        Act::Open { value_minor, at } => hand.open(*value_minor, *at)?,
        Act::Win { value_minor, at, and_opportunity } => hand.win(*value_minor, *at, *and_opportunity)?,
        Act::Lose { reason, note, at } => hand.lose(reason, note, *at)?,
        Act::Plan(None) => hand.lead.row.action_at = None,
        Act::Plan(Some(plan)) => {
            hand.lead.row.action_at = Some(plan.due(context.now, &context.rules.zone)?);
            hand.effect.takes = true;
        }
        Act::Assign(_) | Act::Comment(_) => {}
        Act::HandOver => hand.hand_over()?,
        Act::Void { history, event, reason } => hand.void(history.unwrap_or(hand.lead.id), *event, reason)?,
    }
    let effect = hand.effect;
    lead.derive();
    Ok(effect)
}

/// Opens the next handover of a lead that comes back on its day, by nobody's hand; false where it did not come back, or
/// not yet. One whose handover of that day somebody voided does not come back on it again.
pub fn come_back(lead: &mut StoredLead, now: Instant) -> bool {
    lead.derive();
    let due = lead.row.derived.returns_at.filter(|at| *at <= now && lead.row.derived.may_return());
    let Some(at) = due else { return false };
    lead.append(EventKind::Handover, Moment { at, day_only: false }, Detail::default(), None);
    lead.derive();
    true
}

struct Hand<'a> {
    lead: &'a mut StoredLead,
    context: &'a Context<'a>,
    effect: Effect,
}

impl Hand<'_> {
    fn touch(&mut self, kind: TouchKind, reached: bool, at: At, note: &str) -> Result<()> {
        let moment = self.moment(at)?;
        let said = Detail { touch: Some(kind), reached: Some(reached), note: some(note), ..Detail::default() };
        self.append(EventKind::Touch, moment, said);
        if reached {
            self.append(EventKind::Connected, moment, Detail { touch: Some(kind), ..Detail::default() });
        }
        // What was planned for now or before is done.
        let zone = &self.context.rules.zone;
        let tomorrow = zone.start_of(zone.day_of(self.context.now).plus(1));
        self.lead.row.action_at = self.lead.row.action_at.filter(|at| *at >= tomorrow);
        self.effect.takes = true;
        Ok(())
    }

    fn accept(&mut self) -> Result<()> {
        let current = self.lead.row.derived.current();
        let Some(start) = current.handed_over_at else {
            return refuse("This lead was never handed over, so there is nothing to accept.");
        };
        if current.accepted_at.is_some() {
            let by = self.holding(EventKind::Accepted).filter(|event| event.moment.at >= start.at);
            let by = by.and_then(|event| event.actor.clone()).unwrap_or_else(|| "Somebody".to_owned());
            return Err(AppError::Conflict(format!("{by} accepted this lead before you.")));
        }
        if current.released_at.is_some() {
            return refuse("This lead was turned down; it can be accepted when marketing hands it over once more.");
        }
        match Owed::of(&self.lead.row, self.context.rules).acceptance {
            Some(due) if due > self.context.now.0 => {}
            Some(_) => {
                return refuse(
                    "The time to accept or reject this lead is over: silence has accepted it, as agreed. Log a touch or \
                     give the verdict.",
                );
            }
            None => {
                return refuse(
                    "Sales has worked on this lead or judged it since it was handed over, which says that it was taken: \
                     there is nothing left to accept.",
                );
            }
        }
        self.append(EventKind::Accepted, self.now(), Detail::default());
        self.effect.takes = true;
        Ok(())
    }

    fn judge(&mut self, verdict: &Verdict) -> Result<()> {
        let Context { rules, reasons, now, .. } = *self.context;
        let derived = &self.lead.row.derived;
        let start = derived.current().handed_over_at;
        let agreed = start.map_or(0, |start| rules.in_force_at(start.at).terms.sales.attempts);
        let record = Record {
            handed_over: start.is_some(),
            has_opportunity: derived.opportunity_at.is_some(),
            is_open: derived.opportunity_at.is_some() && derived.won_at.is_none() && derived.lost_at.is_none(),
            is_won: derived.won_at.is_some(),
            reached: derived.current().connected_at.is_some(),
            attempts: derived.attempts,
            attempts_agreed: agreed,
            today: rules.zone.day_of(now),
        };
        let reason = verdict.reason.as_ref().and_then(|key| reasons.iter().find(|reason| reason.key == *key));
        let judgement = judge(verdict, reason, &record)?;
        if verdict.proof.trim_start_matches('#').parse() == Ok(self.lead.id.0)
            && reason.is_some_and(|reason| reason.proof == crate::feedback::reasons::Proof::Lead)
        {
            return refuse("A lead is no duplicate of itself: name the number of the other one.");
        }
        if !judgement.is_complete() {
            self.effect
                .said
                .push(format!("The verdict is saved and not complete yet: {} missing.", listed(&judgement.missing)));
        }
        let judged = Judged {
            fit: verdict.fit.clone(),
            intent: verdict.intent,
            usefulness: verdict.usefulness,
            more_like_this: verdict.more_like_this,
            proof: some(&verdict.proof),
            returns_on: judgement.returns_on,
            returns_at: judgement.returns_on.map(|day| rules.zone.start_of(day)),
            complete: judgement.is_complete(),
            route: reason.filter(|_| verdict.decision != Decision::Good).map(|reason| reason.route),
        };
        let detail = Detail {
            decision: Some(verdict.decision),
            reason: verdict.reason.clone(),
            note: some(&verdict.line),
            judged: Some(judged),
            ..Detail::default()
        };
        self.append(EventKind::Verdict, self.now(), detail);
        if verdict.decision == Decision::Good {
            self.effect.takes = true;
        } else {
            self.lead.row.action_at = None;
        }
        Ok(())
    }

    fn open(&mut self, value_minor: Option<i64>, at: At) -> Result<()> {
        let moment = self.moment(at)?;
        if let Some(since) = self.lead.row.derived.opportunity_at {
            return Err(AppError::Conflict(format!(
                "This lead has an opportunity since {}. If that is wrong, void it in the history first.",
                self.day(since)
            )));
        }
        self.append(EventKind::Opportunity, moment, worth(value_minor));
        self.effect.takes = true;
        Ok(())
    }

    fn win(&mut self, value_minor: Option<i64>, at: At, and_opportunity: bool) -> Result<()> {
        let moment = self.moment(at)?;
        if let Some(since) = self.lead.row.derived.won_at {
            return Err(AppError::Conflict(format!(
                "This lead was won on {}. If that is wrong, void it in the history first.",
                self.day(since)
            )));
        }
        if self.lead.row.derived.opportunity_at.is_none() {
            if !and_opportunity {
                return refuse(
                    "No opportunity was opened on this lead. Open it first, with its day; or win it now and say that the \
                     opportunity stands at the same moment.",
                );
            }
            self.effect.said.push("The opportunity stands at the moment of the win.".to_owned());
        }
        self.append(EventKind::Won, moment, worth(value_minor));
        self.lead.row.action_at = None;
        self.effect.takes = true;
        Ok(())
    }

    fn lose(&mut self, reason: &str, note: &str, at: At) -> Result<()> {
        let moment = self.moment(at)?;
        let derived = &self.lead.row.derived;
        if derived.opportunity_at.is_none() {
            return refuse(
                "No opportunity was opened on this lead, so none is lost: reject or recycle it, with a reason.",
            );
        }
        if let Some(since) = derived.won_at {
            return Err(AppError::Conflict(format!(
                "This lead was won on {}. If that is wrong, void it in the history first.",
                self.day(since)
            )));
        }
        if let Some(since) = derived.lost_at {
            return Err(AppError::Conflict(format!("This lead was lost on {} already.", self.day(since))));
        }
        judge_loss(reason, note, self.context.reasons)?;
        self.append(EventKind::Lost, moment, Detail { reason: some(reason), note: some(note), ..Detail::default() });
        self.lead.row.action_at = None;
        Ok(())
    }

    fn hand_over(&mut self) -> Result<()> {
        let derived = &self.lead.row.derived;
        if let Some(since) = derived.current().handed_over_at
            && !derived.may_return()
        {
            return Err(AppError::Conflict(format!(
                "Sales has this lead since {}; only one that was recycled, or rejected for data that was mended, is \
                 handed over once more.",
                self.day(since)
            )));
        }
        self.append(EventKind::Handover, self.now(), Detail::default());
        Ok(())
    }

    fn void(&mut self, history: LeadId, n: i64, reason: &str) -> Result<()> {
        let Who { team, head, .. } = self.context.who;
        let mut events: Vec<&mut StoredEvent> = match history == self.lead.id {
            true => self.lead.events.iter_mut().collect(),
            false => {
                let there = self.lead.absorbed.iter_mut().filter(|(of, _)| *of == history);
                there.map(|(_, event)| event).collect()
            }
        };
        let Some(event) = events.iter_mut().find(|event| event.n == n) else {
            return Err(AppError::NotFound("The history of this lead has no such event.".to_owned()));
        };
        if event.voided != Voided::No {
            return Err(AppError::Conflict("That event was voided before.".to_owned()));
        }
        let owner = if event.kind == EventKind::Handover { Team::Marketing } else { Team::Sales };
        if *team != Some(owner) && !head {
            return Err(AppError::Forbidden(format!(
                "Only {owner} and the heads may void this event; say in a comment what is wrong with it."
            )));
        }
        event.voided = Voided::ByHand;
        self.effect.voided.push((history, n, reason.to_owned()));
        // The contact that was logged with a touch goes with it.
        let (kind, moment, account) = (event.kind, event.moment, event.account);
        if kind == EventKind::Touch {
            let beside = events.iter_mut().find(|other| {
                other.n == n + 1
                    && other.kind == EventKind::Connected
                    && (other.moment, other.account, other.voided) == (moment, account, Voided::No)
                    && account.is_some()
            });
            if let Some(beside) = beside {
                beside.voided = Voided::ByHand;
                self.effect.voided.push((history, n + 1, reason.to_owned()));
            }
        }
        Ok(())
    }

    fn moment(&self, at: At) -> Result<Moment> {
        at.moment(self.context.now, &self.context.rules.zone)
    }

    fn now(&self) -> Moment {
        Moment { at: self.context.now, day_only: false }
    }

    fn day(&self, moment: Moment) -> String {
        self.context.rules.zone.day_of(moment.at).to_string()
    }

    fn holding(&self, kind: EventKind) -> Option<&StoredEvent> {
        self.lead.events.iter().find(|event| event.kind == kind && event.voided == Voided::No)
    }

    fn append(&mut self, kind: EventKind, moment: Moment, detail: Detail) {
        let n = self.lead.append(kind, moment, detail, Some(self.context.who));
        self.effect.added.push(n);
    }
}

impl StoredLead {
    /// Appends what was done here, by somebody or on its day; its number.
    fn append(&mut self, kind: EventKind, moment: Moment, detail: Detail, who: Option<&Who>) -> i64 {
        self.row.events += 1;
        self.events.push(StoredEvent {
            n: self.row.events,
            kind,
            moment,
            actor: who.map(|who| who.name.clone()),
            account: who.map(|who| who.account),
            source: None,
            import: None,
            record: None,
            detail,
            voided: Voided::No,
        });
        self.row.events
    }
}

fn worth(value_minor: Option<i64>) -> Detail {
    Detail { value_minor, ..Detail::default() }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn refuse<T>(sentence: &str) -> Result<T> {
    Err(AppError::Invalid(sentence.to_owned()))
}

/// “a, b and c are”, “a is”.
fn listed(what: &[&str]) -> String {
    match what {
        [] => String::new(),
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
    }
}
