//! The words in which exports state verdicts, deal statuses, events, reasons and kinds of cost.
//!
//! Only words that mean one thing everywhere are known. Anything else is asked for by `--value`.

use crate::import::headings::normal_form;
use crate::import::model::{Kind, SpendKind, Team};
use crate::leads::model::{Decision, EventKind, Reason};

/// The meaning “pass this row over”, in `--value`.
pub const IGNORE: &str = "ignore";

/// How a deal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealStatus {
    /// Neither won nor lost.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// What an event row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Marketing captured the lead.
    Capture,
    /// An event of a lead's life.
    Event(EventKind),
    /// A verdict, with what it decides.
    Decided(Decision),
}

/// What a verdict decides. Acceptance is no verdict.
pub fn decision(word: &str) -> Option<Decision> {
    match normal_form(word).as_str() {
        "good" | "goodlead" | "qualified" | "salesqualified" => Some(Decision::Good),
        "reject" | "rejected" | "disqualified" | "unqualified" | "notqualified" | "bad" | "badlead" | "junk"
        | "junklead" => Some(Decision::Reject),
        "recycle" | "recycled" | "nurture" | "backtomarketing" | "returnedtomarketing" => Some(Decision::Recycle),
        _ => None,
    }
}

/// How a deal stands; the stages that Salesforce and HubSpot ship with are known.
pub fn deal_status(word: &str) -> Option<DealStatus> {
    match normal_form(word).as_str() {
        "won" | "closedwon" | "dealwon" => Some(DealStatus::Won),
        "lost" | "closedlost" | "deallost" => Some(DealStatus::Lost),
        "open"
        | "opened"
        | "inprogress"
        | "prospecting"
        | "qualification"
        | "needsanalysis"
        | "valueproposition"
        | "iddecisionmakers"
        | "perceptionanalysis"
        | "proposalpricequote"
        | "negotiationreview"
        | "appointmentscheduled"
        | "qualifiedtobuy"
        | "presentationscheduled"
        | "decisionmakerboughtin"
        | "contractsent" => Some(DealStatus::Open),
        _ => None,
    }
}

/// What happened. A call or a meeting of sales is a touch; an e-mail may be anybody's and is asked for.
pub fn happening(word: &str) -> Option<Happening> {
    let event = |kind| Some(Happening::Event(kind));
    match normal_form(word).as_str() {
        "capture" | "captured" | "created" => Some(Happening::Capture),
        "handover" | "handedover" | "mql" | "marketingqualified" | "marketingqualifiedlead" => {
            event(EventKind::Handover)
        }
        "accepted" | "sal" | "salesaccepted" | "salesacceptedlead" => event(EventKind::Accepted),
        "touch" | "touched" | "call" | "meeting" | "attempt" | "attempted" | "attemptedtocontact" => {
            event(EventKind::Touch)
        }
        "connected" => event(EventKind::Connected),
        "verdict" => event(EventKind::Verdict),
        "opportunity" | "opportunitycreated" | "sql" => event(EventKind::Opportunity),
        "won" | "closedwon" | "customer" => event(EventKind::Won),
        "lost" | "closedlost" => event(EventKind::Lost),
        "freed" => event(EventKind::Freed),
        _ => decision(word).filter(|_| normal_form(word) != "qualified").map(Happening::Decided),
    }
}

/// A reason by its key or by a plain name of it. “Not interested” or “bad fit” say nothing specific and are none.
pub fn reason(word: &str) -> Option<Reason> {
    let word = normal_form(word);
    if let Some(&reason) = Reason::ALL.iter().find(|reason| normal_form(reason.key()) == word) {
        return Some(reason);
    }
    match word.as_str() {
        "baddata" | "wrongnumber" | "invalidemail" | "bouncedemail" | "wrongcontactdata" => Some(Reason::InvalidData),
        "spam" | "test" | "testlead" | "fake" => Some(Reason::SpamOrTest),
        "duplicatelead" | "dup" => Some(Reason::Duplicate),
        "noticp" | "outoficp" | "outsideoficp" => Some(Reason::OutsideIcp),
        "wrongcontact" => Some(Reason::WrongPerson),
        "alreadyacustomer" | "alreadycustomer" | "currentcustomer" => Some(Reason::ExistingCustomer),
        "student" | "seller" | "vendor" => Some(Reason::SellerOrStudent),
        "notreachable" | "noresponse" | "unresponsive" | "couldnotreach" | "noanswer" => Some(Reason::Unreachable),
        "budget" | "lackofbudget" => Some(Reason::NoBudget),
        "badtiming" | "timing" | "later" => Some(Reason::NotNow),
        "nodecisionmaker" | "notadecisionmaker" | "lackofauthority" => Some(Reason::NoAuthority),
        "missingfeature" | "missingfeatures" | "featuregap" | "productgap" => Some(Reason::OfferGap),
        "losttocompetitor" | "losttocompetition" | "wentwithcompetitor" => Some(Reason::ChoseCompetitor),
        _ => None,
    }
}

/// What money was spent on.
pub fn spend_kind(word: &str) -> Option<SpendKind> {
    match normal_form(word).as_str() {
        "media" | "paidmedia" | "ads" | "advertising" => Some(SpendKind::Media),
        "agency" | "agencies" | "freelancer" | "freelancers" => Some(SpendKind::Agency),
        "tools" | "tool" | "software" => Some(SpendKind::Tools),
        "events" | "event" | "fair" | "fairs" | "tradeshow" | "webinar" | "sponsoring" => Some(SpendKind::Events),
        "people" | "pay" | "salary" | "salaries" | "wages" | "payroll" | "commission" => Some(SpendKind::People),
        _ => None,
    }
}

/// Whose money.
pub fn team(word: &str) -> Option<Team> {
    Team::from_key(&normal_form(word))
}

/// The meanings that `--value` can give to the words of a field, if that is a closed set.
pub fn meanings(kind: Kind, field: &str) -> Option<Vec<&'static str>> {
    let decisions = || Decision::ALL.iter().map(|decision| decision.key());
    let meanings: Vec<_> = match (kind, field) {
        (Kind::Events, "kind") => {
            let events = EventKind::ALL.iter().map(|kind| kind.key());
            std::iter::once("capture").chain(events).chain(decisions()).chain([IGNORE]).collect()
        }
        (Kind::Events, "verdict") => decisions().collect(),
        (_, "verdict") => decisions().chain([IGNORE]).collect(),
        (_, "status") => vec!["open", "won", "lost", IGNORE],
        (_, "reason") => Reason::ALL.iter().map(|reason| reason.key()).collect(),
        (_, "kind") => SpendKind::ALL.iter().map(|kind| kind.key()).collect(),
        (_, "team") => Team::ALL.iter().map(|team| team.key()).collect(),
        _ => return None,
    };
    Some(meanings)
}

/// The key of a word that every team means the same by, if the field's words are a closed set.
pub fn known(kind: Kind, field: &str, word: &str) -> Option<&'static str> {
    if word == IGNORE && meanings(kind, field).is_some_and(|known| known.contains(&IGNORE)) {
        return Some(IGNORE);
    }
    match (kind, field) {
        (Kind::Events, "kind") => happening(word).map(|happening| match happening {
            Happening::Capture => "capture",
            Happening::Event(kind) => kind.key(),
            Happening::Decided(decision) => decision.key(),
        }),
        (_, "verdict") => decision(word).map(Decision::key),
        (_, "status") => deal_status(word).map(|status| match status {
            DealStatus::Open => "open",
            DealStatus::Won => "won",
            DealStatus::Lost => "lost",
        }),
        (_, "reason") => reason(word).map(Reason::key),
        (_, "kind") => spend_kind(word).map(SpendKind::key),
        (_, "team") => team(word).map(Team::key),
        _ => None,
    }
}

/// The keys of a closed set, for a sentence.
pub fn keys<T: Copy + std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_a_word_for_itself() {
        for &reason_of in Reason::ALL {
            assert_eq!(reason(reason_of.key()), Some(reason_of));
        }
        for &kind in EventKind::ALL {
            assert_eq!(happening(kind.key()), Some(Happening::Event(kind)));
        }
        for &of in Decision::ALL {
            assert_eq!(decision(of.key()), Some(of));
            assert_eq!(happening(of.key()), Some(Happening::Decided(of)));
        }
        for &kind in SpendKind::ALL {
            assert_eq!(spend_kind(kind.key()), Some(kind));
        }
    }

    #[test]
    fn words_that_may_mean_two_things_mean_nothing() {
        for word in ["Working", "Contacted", "Accepted", "Converted", "Customer", ""] {
            assert_eq!(decision(word), None, "{word}");
        }
        for word in ["Not interested", "Bad fit", "Price"] {
            assert_eq!(reason(word), None, "{word}");
        }
        for word in ["Email", "Qualified", "Working", "New"] {
            assert_eq!(happening(word), None, "{word}");
        }
        assert_eq!(deal_status("Negotiation"), None);
    }

    #[test]
    fn common_words_are_known_in_any_writing() {
        assert_eq!(decision("Dis-Qualified"), Some(Decision::Reject));
        assert_eq!(deal_status("Closed Won"), Some(DealStatus::Won));
        assert_eq!(deal_status("closedlost"), Some(DealStatus::Lost));
        assert_eq!(deal_status("Id. Decision Makers"), Some(DealStatus::Open));
        assert_eq!(happening("CALL"), Some(Happening::Event(EventKind::Touch)));
        assert_eq!(reason("No response"), Some(Reason::Unreachable));
    }
}
