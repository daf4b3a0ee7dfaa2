//! Who has which page open: kept in memory only, as the tabs report it. Another process on the same database has its
//! own.

use crate::people::model::{AccountId, SessionId, Team, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A tab reports itself every 30 seconds; one that was not heard of for so long has gone without a word.
const ABSENT: Duration = Duration::from_secs(75);
/// Of one browser; who opens more is shown on the pages of the latest.
const TABS: usize = 20;
/// Avatars beside the words.
const AVATARS: usize = 3;

/// Somebody as their colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Their account; nobody's for whoever sits at this machine before there is one.
    pub account: Option<AccountId>,
    name: String,
    initials: String,
    team: Option<Team>,
}

impl Who {
    /// A visitor.
    pub fn of(visitor: &Visitor) -> Self {
        match visitor {
            Visitor::Person(account) => Self {
                account: Some(account.id),
                name: account.name.split(' ').next().unwrap_or_default().to_owned(),
                initials: initials(&account.name),
                team: account.standing.team,
            },
            Visitor::ThisMachine | Visitor::Provider => {
                Self { account: None, name: "Somebody".to_owned(), initials: String::new(), team: None }
            }
        }
    }
}

/// The first letters of the first two words of a name.
fn initials(name: &str) -> String {
    name.split(' ').filter_map(|word| word.chars().next()).take(2).collect()
}

/// Everybody on one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathering {
    /// Its path.
    pub path: String,
    /// Each once, by name.
    pub people: Vec<Who>,
    /// What of it is being edited, by the name of its place on the page, and by whom.
    pub editing: Vec<(String, Who)>,
}

impl Gathering {
    /// What one of them, or somebody who comes, is told: avatars and words about the others.
    pub fn tell(&self, me: Option<AccountId>) -> serde_json::Value {
        let others: Vec<&Who> = self.people.iter().filter(|who| who.account != me).collect();
        let avatars: Vec<_> =
            others.iter().take(AVATARS).map(|who| (who.initials.as_str(), who.team.map(Team::key))).collect();
        let mut editing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (place, who) in self.editing.iter().filter(|(_, who)| who.account != me) {
            editing.entry(place).or_default().push(&who.name);
        }
        let editing: Vec<_> = editing.into_iter().map(|(place, names)| (place, at_work(&names))).collect();
        serde_json::json!({ "path": self.path, "avatars": avatars, "words": words(&others), "editing": editing })
    }
}

fn at_work(names: &[&str]) -> String {
    match names {
        [one] => format!("{one} is editing this"),
        [one, two] => format!("{one} and {two} are editing this"),
        [one, rest @ ..] => format!("{one} and {} others are editing this", rest.len()),
        [] => String::new(),
    }
}

fn words(others: &[&Who]) -> String {
    match others {
        [] => String::new(),
        [one] => format!("{} is here", one.name),
        [one, two] => format!("{} and {} are here", one.name, two.name),
        [one, two, three] => format!("{}, {} and {} are here", one.name, two.name, three.name),
        [one, two, rest @ ..] => format!("{}, {} and {} others are here", one.name, two.name, rest.len()),
    }
}

/// A tab as it reported itself last.
#[derive(Debug)]
struct Tab {
    who: Who,
    /// Blank once it shows no page any more: it is remembered for a while, since what it said before may come later.
    path: String,
    /// What of it has a form open there; blank: nothing.
    place: String,
    seen: Instant,
    /// Which of its reports that was.
    number: u64,
}

/// Who has which page open.
#[derive(Debug, Default)]
pub struct Presence {
    /// By session, then by the name that the tab gave itself.
    browsers: HashMap<Option<SessionId>, HashMap<String, Tab>>,
}

impl Presence {
    /// A tab shows this page now, and edits what stands at that place of it; a blank path: none any more, a blank place:
    /// nothing. Answers with the pages on which that changes something.
    ///
    /// A tab numbers its reports upwards, across the pages that it shows. They travel on connections of their own, so that
    /// the last word of a page may be overtaken by the first of the next, or by its own goodbye; what is older than what is
    /// known of the tab changes nothing.
    pub fn report(
        &mut self,
        session: Option<SessionId>,
        (tab, number): (&str, u64),
        who: Who,
        (path, place): (&str, &str),
        now: Instant,
    ) -> Vec<Arc<Gathering>> {
        let tabs = self.browsers.entry(session).or_default();
        if tabs.get(tab).is_some_and(|known| number < known.number) {
            return Vec::new();
        }
        let before = tabs.remove(tab).map(|tab| (tab.path, tab.place)).unwrap_or_default();
        if tabs.len() >= TABS {
            // Those that have gone first.
            let oldest = tabs.iter().min_by_key(|(_, tab)| (!tab.path.is_empty(), tab.seen));
            let oldest = oldest.map(|(name, _)| name.clone()).unwrap_or_default();
            tabs.remove(&oldest);
        }
        let stands = Tab { who, path: path.to_owned(), place: place.to_owned(), seen: now, number };
        let is_same = (stands.path.as_str(), stands.place.as_str()) == (before.0.as_str(), before.1.as_str());
        tabs.insert(tab.to_owned(), stands);
        match is_same {
            true => Vec::new(),
            false => self.gather([before.0, path.to_owned()].into_iter()),
        }
    }

    /// A session has ended.
    pub fn forget(&mut self, session: Option<SessionId>) -> Vec<Arc<Gathering>> {
        let tabs = self.browsers.remove(&session).unwrap_or_default();
        self.gather(tabs.into_values().map(|tab| tab.path))
    }

    /// Forgets the tabs that went without a word.
    pub fn sweep(&mut self, now: Instant) -> Vec<Arc<Gathering>> {
        let mut left = Vec::new();
        for tabs in self.browsers.values_mut() {
            left.extend(tabs.extract_if(|_, tab| now.duration_since(tab.seen) > ABSENT).map(|(_, tab)| tab.path));
        }
        self.browsers.retain(|_, tabs| !tabs.is_empty());
        self.gather(left.into_iter())
    }

    /// Whether one of the browser's tabs shows the page.
    pub fn shows(&self, session: Option<SessionId>, path: &str) -> bool {
        self.browsers.get(&session).is_some_and(|tabs| tabs.values().any(|tab| tab.path == path))
    }

    /// The pages that the browser's tabs show, with everybody on them.
    pub fn of(&self, session: Option<SessionId>) -> Vec<Gathering> {
        let tabs = self.browsers.get(&session).into_iter().flat_map(HashMap::values);
        let paths: std::collections::BTreeSet<&str> = tabs.map(|tab| tab.path.as_str()).collect();
        paths.into_iter().filter(|path| !path.is_empty()).map(|path| self.on(path)).collect()
    }

    /// Everybody on the page; nobody is on none.
    pub fn on(&self, path: &str) -> Gathering {
        let tabs = self.browsers.values().flat_map(HashMap::values);
        let here: Vec<&Tab> = tabs.filter(|tab| tab.path == path && !path.is_empty()).collect();
        let known = |tab: &Tab| (tab.who.name.clone(), tab.who.account);
        let people: BTreeMap<_, _> = here.iter().map(|tab| (known(tab), tab.who.clone())).collect();
        let editing = here.iter().filter(|tab| !tab.place.is_empty());
        let editing: BTreeMap<_, _> = editing.map(|tab| ((tab.place.clone(), known(tab)), tab.who.clone())).collect();
        Gathering {
            path: path.to_owned(),
            people: people.into_values().collect(),
            editing: editing.into_iter().map(|((place, _), who)| (place, who)).collect(),
        }
    }

    fn gather(&self, paths: impl Iterator<Item = String>) -> Vec<Arc<Gathering>> {
        let paths: std::collections::BTreeSet<String> = paths.filter(|path| !path.is_empty()).collect();
        paths.iter().map(|path| Arc::new(self.on(path))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(id: i64, name: &str) -> Who {
        Who { account: Some(AccountId(id)), name: name.to_owned(), initials: initials(name), team: Some(Team::Sales) }
    }

    fn told(presence: &Presence, path: &str, me: i64) -> String {
        let told = presence.on(path).tell(Some(AccountId(me)));
        told["words"].as_str().expect("words").to_owned()
    }

    #[test]
    fn the_others_on_a_page_are_named_and_nobody_sees_themselves() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        for (id, name) in [(1, "Miriam"), (2, "Daniel"), (3, "Tom"), (4, "Ada"), (5, "Bo")] {
            presence.report(Some(SessionId(id)), ("a", 1), who(id, name), ("/", ""), now);
            // A second tab makes nobody two.
            presence.report(Some(SessionId(id)), ("b", 1), who(id, name), ("/", ""), now);
        }
        assert_eq!(told(&presence, "/", 1), "Ada, Bo and 2 others are here");
        assert_eq!(told(&presence, "/settings", 1), "");
        presence.report(Some(SessionId(6)), ("a", 1), who(6, "Eve"), ("/settings", ""), now);
        assert_eq!(told(&presence, "/settings", 1), "Eve is here");
        assert_eq!(presence.on("/settings").tell(None)["avatars"], serde_json::json!([["E", "sales"]]));
    }

    #[test]
    fn whoever_edits_something_is_named_beside_it_until_they_leave_it() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        let path = "/personas/cfo";
        let mut report = |id: i64, name: &str, number: u64, place: &str| {
            presence.report(Some(SessionId(id)), ("a", number), who(id, name), (path, place), now).len()
        };
        assert_eq!([report(1, "Ada", 1, "s-7"), report(2, "Bo", 1, "s-7"), report(3, "Cy", 1, "")], [1; 3]);
        assert_eq!(report(1, "Ada", 2, "s-7"), 0, "that she still does is no news");
        let told = |presence: &Presence, me: i64| presence.on(path).tell(Some(AccountId(me)))["editing"].clone();
        assert_eq!(told(&presence, 3), serde_json::json!([["s-7", "Ada and Bo are editing this"]]));
        assert_eq!(told(&presence, 1), serde_json::json!([["s-7", "Bo is editing this"]]));
        assert_eq!(presence.report(Some(SessionId(2)), ("a", 2), who(2, "Bo"), (path, ""), now).len(), 1);
        assert_eq!(told(&presence, 1), serde_json::json!([]));
    }

    #[test]
    fn only_coming_and_going_is_told_not_that_somebody_is_still_there() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        let mut report = |path: &str| -> Vec<String> {
            let told = presence.report(Some(SessionId(1)), ("a", 1), who(1, "Ada"), (path, ""), now);
            told.iter().map(|gathering| format!("{} {}", gathering.path, gathering.people.len())).collect()
        };
        assert_eq!(report("/"), ["/ 1"]);
        assert_eq!(report("/"), [""; 0]);
        assert_eq!(report("/settings"), ["/ 0", "/settings 1"]);
        assert_eq!(report(""), ["/settings 0"]);
    }

    #[test]
    fn a_tab_that_is_not_heard_of_any_more_is_forgotten() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        presence.report(Some(SessionId(1)), ("a", 1), who(1, "Ada"), ("/", ""), now);
        assert!(presence.sweep(now + ABSENT).is_empty());
        assert_eq!(presence.sweep(now + ABSENT + Duration::from_secs(1)).len(), 1);
        assert!(presence.on("/").people.is_empty() && presence.browsers.is_empty());
    }

    #[test]
    fn a_report_that_was_overtaken_by_a_later_one_of_its_tab_brings_nobody_back() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        let mut report = |number: u64, path: &str| -> Vec<String> {
            let told = presence.report(Some(SessionId(1)), ("a", number), who(1, "Ada"), (path, ""), now);
            told.iter().map(|gathering| format!("{} {}", gathering.path, gathering.people.len())).collect()
        };
        assert_eq!(report(2, ""), [""; 0], "the goodbye of a page that was closed at once comes first");
        assert_eq!(report(1, "/"), [""; 0], "and then that it was opened");
        assert_eq!(report(5, "/activity"), ["/activity 1"]);
        assert_eq!(report(4, ""), [""; 0], "the goodbye of the page before");
        assert_eq!(report(3, "/"), [""; 0]);
        assert_eq!(report(6, "/activity"), [""; 0]);
        assert!(presence.on("/").people.is_empty() && presence.on("").people.is_empty());
        assert_eq!(presence.of(Some(SessionId(1))).len(), 1);
        assert_eq!(presence.sweep(now + ABSENT + Duration::from_secs(1)).len(), 1);
        assert!(presence.browsers.is_empty(), "what was said last is remembered no longer than a tab");
    }

    #[test]
    fn a_browser_cannot_fill_the_memory_with_tabs() {
        let (mut presence, now) = (Presence::default(), Instant::now());
        for tab in 0..100 {
            presence.report(Some(SessionId(1)), (&tab.to_string(), 1), who(1, "Ada"), ("/", ""), now);
        }
        assert_eq!(presence.browsers[&Some(SessionId(1))].len(), TABS);
    }
}
