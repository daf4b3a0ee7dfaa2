//! What stands around a page: navigation, head, section heads.

use super::says::Mark;
use super::text::{Team, TeamSign};
use crate::place::{at, within};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::hooks::use_location;

/// A group of the navigation.
#[derive(Clone, Debug)]
pub struct NavGroup {
    /// Who works there and what the group is called, if it has a heading.
    pub heading: Option<(Team, &'static str)>,
    /// Its pages.
    pub items: Vec<NavItem>,
}

/// A page of the navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Its path.
    pub path: &'static str,
    /// Its name on the rail.
    pub name: &'static str,
    /// Its name on the bar of a small screen.
    pub short: &'static str,
    /// The path data of its sign, drawn in 16 × 16.
    pub sign: &'static str,
    /// The server renders it by itself: the browser asks for it.
    pub outside: bool,
    /// The bar of a small screen, which has room for few, keeps it under “More”.
    pub rail_only: bool,
    /// Another path whose pages belong to it; empty where there is none.
    pub also: &'static str,
    /// How much waits there.
    pub mark: Mark,
}

impl NavItem {
    /// A page of the program.
    pub const fn new(path: &'static str, name: &'static str, short: &'static str, sign: &'static str) -> Self {
        let mark = Mark { count: String::new(), meaning: String::new(), late: false };
        Self { path, name, short, sign, outside: false, rail_only: false, also: "", mark }
    }

    /// The same, rendered by the server alone.
    pub fn outside(self) -> Self {
        Self { outside: true, ..self }
    }

    /// The same, where the bar of a small screen has no room for it.
    pub fn rail_only(self) -> Self {
        Self { rail_only: true, ..self }
    }

    /// The same, at home below another path as well.
    pub fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }

    /// The same, with how much waits there.
    pub fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }
}

/// A rail on wide screens, a bar at the bottom of small ones. The question in the address goes along.
#[component]
pub fn Navigation(
    /// What there is.
    groups: Vec<NavGroup>,
    /// The product's mark and name.
    brand: AnyView,
    /// What the keys of an address begin with that belong to one page alone: they stay there.
    left: &'static [&'static str],
    /// What stands at the end of the rail.
    foot: AnyView,
) -> impl IntoView {
    let paths: Vec<&str> = groups.iter().flat_map(|group| &group.items).map(|item| item.path).collect();
    let more = groups.iter().flat_map(|group| &group.items).filter(|item| item.rail_only).cloned();
    let more = more.map(|item| view! { <NavLink item=NavItem { rail_only: false, ..item } left paths=paths.clone()/> });
    let more = more.collect_view();
    let unfolded = NodeRef::<leptos::html::Details>::new();
    let fold = move |_| unfolded.get().into_iter().for_each(|details| details.set_open(false));
    let groups = groups.into_iter().map(|group| {
        let items = group.items.into_iter();
        let items = items.map(|item| view! { <NavLink item left paths=paths.clone()/> }).collect_view();
        let heading = group.heading.map(|(team, name)| view! { <p class="group"><TeamSign team/>{name}</p> });
        view! { {heading}<ul>{items}</ul> }
    });
    view! {
        <nav class="rail" aria-label="Main">
            <a class="brand" href=at("/")>{brand}</a>
            {groups.collect_view()}
            <details class="more" node_ref=unfolded>
                <summary>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 4.500h10M3 8h10M3 11.500h10"/></svg>
                    <span>"More"</span>
                </summary>
                <ul on:click=fold>{more}</ul>
            </details>
            {foot}
        </nav>
    }
}

#[component]
fn NavLink(
    item: NavItem,
    left: &'static [&'static str],
    /// All pages of the navigation: of two that an address lies below, the deeper one is where it is.
    paths: Vec<&'static str>,
) -> impl IntoView {
    let location = use_location();
    let sound = use_context::<Sound>();
    let href = move || {
        if item.outside || sound.is_some_and(|Sound(sound)| !sound.get()) {
            return at(item.path);
        }
        let search = location.search.get();
        let stays = |pair: &&str| left.iter().any(|own| pair.starts_with(own));
        let taken: Vec<&str> = search.split('&').filter(|pair| !pair.is_empty() && !stays(pair)).collect();
        at(&if taken.is_empty() { item.path.to_owned() } else { format!("{}?{}", item.path, taken.join("&")) })
    };
    let current = move || {
        let path = location.pathname.get();
        let path = within(&path);
        let below = |home: &str| path.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let deeper = paths.iter().any(|other| other.len() > item.path.len() && below(other));
        let here = (below(item.path) && !deeper) || (!item.also.is_empty() && below(item.also));
        if path == item.path { Some("page") } else { here.then_some("true") }
    };
    let Mark { count, meaning, late } = item.mark;
    let mark = (!count.is_empty()).then(|| {
        view! { <span class="count" data-late=late.then_some("")>{count}<span class="sr">{format!(" {meaning}")}</span></span> }
    });
    view! {
        <li class=item.rail_only.then_some("rail-only")>
            <a href=href aria-current=current rel=item.outside.then_some("external")>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d=item.sign/></svg>
                <span><span class="rail-only">{item.name}</span><span class="bar-only">{item.short}</span></span>
                {mark}
            </a>
        </li>
    }
}

/// A page's title and the line that says what is shown.
#[component]
pub fn PageHead(
    /// The title.
    #[prop(into)]
    title: String,
    /// The line beneath; may be empty.
    #[prop(into, optional)]
    lede: String,
) -> impl IntoView {
    let lede = (!lede.is_empty()).then(|| view! { <p class="lede">{lede}</p> });
    take_focus();
    view! { <header class="page-head"><h1 tabindex="-1">{title}</h1>{lede}</header> }
}

/// The path of the page whose title was read last.
#[derive(Clone, Copy)]
struct Arrival(StoredValue<String>);

/// Lets the title of each page below take the focus when the program leads to it, so that it is read aloud and the
/// keyboard goes on from there. The page that the browser itself loaded needs nothing, and another question to the same
/// page leaves the focus in the control that asked it.
pub fn announce_pages() {
    let location = use_location();
    provide_context(Arrival(StoredValue::new(location.pathname.get_untracked())));
    let sound = RwSignal::new(use_context::<BadAddress>().is_none());
    provide_context(Sound(sound));
    // Another address may be a good one.
    Effect::new(move |asked: Option<()>| {
        location.pathname.track();
        location.search.track();
        if asked.is_some() {
            sound.set(true);
        }
    });
}

/// Told by the server to a page that it renders anew, because its address could not be answered.
#[derive(Clone, Copy, Debug)]
pub struct BadAddress;

/// The question in the address can be asked of other pages too.
#[derive(Clone, Copy)]
struct Sound(RwSignal<bool>);

/// For a page that cannot answer its address: the links to other pages leave the question behind.
pub fn leave_question() {
    if let Some(Sound(sound)) = use_context() {
        Effect::new(move |_| sound.set(false));
    }
}

fn take_focus() {
    let Some(Arrival(last)) = use_context() else { return };
    let path = use_location().pathname;
    Effect::new(move |_| {
        let path = path.get_untracked();
        if last.get_value() == path {
            return;
        }
        last.set_value(path);
        let title = document().query_selector(".page-head > h1").ok().flatten();
        if let Some(title) = title.and_then(|title| title.dyn_into::<HtmlElement>().ok()) {
            let seen = [window().page_x_offset(), window().page_y_offset()].map(Result::unwrap_or_default);
            // The worst that can happen is that the focus stays where it was. The page must not jump: on the way back
            // the browser shows the place that was left.
            let _ = title.focus();
            window().scroll_to_with_x_and_y(seen[0], seen[1]);
        }
    });
}

/// The head of a section: its finding, and what belongs beside it.
#[component]
pub fn SectionHead(
    /// The heading's id, which names the section.
    id: &'static str,
    /// The finding.
    #[prop(into)]
    title: String,
    /// A key, a choice, a remark.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! { <div class="section-head"><h2 id=id>{title}</h2>{children.map(|beside| beside())}</div> }
}
