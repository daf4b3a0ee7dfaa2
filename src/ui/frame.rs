//! What stands around a page: navigation, head, section heads.

use super::text::{Team, TeamSign};
use leptos::prelude::*;
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
    /// The server renders it by itself: the browser asks for it, and the bar of a small screen leaves it out.
    pub outside: bool,
}

impl NavItem {
    /// A page of the program.
    pub const fn new(path: &'static str, name: &'static str, short: &'static str, sign: &'static str) -> Self {
        Self { path, name, short, sign, outside: false }
    }

    /// The same, rendered by the server alone.
    pub const fn outside(self) -> Self {
        Self { outside: true, ..self }
    }
}

/// A rail on wide screens, a bar at the bottom of small ones. The question in the address goes along.
#[component]
pub fn Navigation(
    /// What there is.
    groups: Vec<NavGroup>,
    /// The product's mark and name.
    brand: AnyView,
    /// Keys of an address that belong to one page alone: they stay there.
    left: &'static [&'static str],
    /// What stands at the end of the rail.
    foot: AnyView,
) -> impl IntoView {
    let groups = groups.into_iter().map(|group| {
        let items = group.items.into_iter().map(|item| view! { <NavLink item left/> }).collect_view();
        let heading = group.heading.map(|(team, name)| view! { <p class="group"><TeamSign team/>{name}</p> });
        view! { {heading}<ul>{items}</ul> }
    });
    view! {
        <nav class="rail" aria-label="Main">
            <a class="brand" href="/">{brand}</a>
            {groups.collect_view()}
            {foot}
        </nav>
    }
}

#[component]
fn NavLink(item: NavItem, left: &'static [&'static str]) -> impl IntoView {
    let location = use_location();
    let href = move || {
        if item.outside {
            return item.path.to_owned();
        }
        let search = location.search.get();
        let stays = |pair: &&str| left.contains(&pair.split('=').next().unwrap_or_default());
        let taken: Vec<&str> = search.split('&').filter(|pair| !pair.is_empty() && !stays(pair)).collect();
        if taken.is_empty() { item.path.to_owned() } else { format!("{}?{}", item.path, taken.join("&")) }
    };
    let current = move || {
        let path = location.pathname.get();
        let below = path.strip_prefix(item.path).is_some_and(|rest| rest.starts_with('/'));
        if path == item.path { Some("page") } else { below.then_some("true") }
    };
    view! {
        <li class=item.outside.then_some("rail-only")>
            <a href=href aria-current=current rel=item.outside.then_some("external")>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d=item.sign/></svg>
                <span><span class="rail-only">{item.name}</span><span class="bar-only">{item.short}</span></span>
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
    view! { <header class="page-head"><h1>{title}</h1>{lede}</header> }
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
