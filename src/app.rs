//! The shell of every page and the table of routes.

use crate::changes::live::{Current, provide_freshness};
use crate::error::AppError;
use crate::kpis::page::ScoreboardPage;
use crate::kpis::page_kpi::kpi_route;
use crate::lazy::LazyPage;
use crate::listing::page::list_route;
use crate::listing::sheet::LEFT;
use crate::people::model::Seen;
use crate::place::{self, Own, at, within};
use crate::ui::says::Mark;
use crate::ui::{
    Gallery, NavGroup, NavItem, Navigation, Notice, NoticeKind, PageHead, Team, announce_pages, leave_question,
};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::{use_location, use_params_map, use_url};
use leptos_router::location::Url;
use leptos_router::path;

/// How a page tells the server which HTTP status it is; the browser provides none.
#[derive(Clone, Copy)]
pub struct PageStatus(pub fn(u16));

/// The document around the application; rendered by the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let start = start_program(&options);
    let program = view! { <script type="module" nonce=use_nonce()>{start}</script> }.into_any();
    document(&options, Some(program), || view! { <App/> }.into_any())
}

/// A document with a body, and with the program that takes it over, if one does; rendered by the server only.
pub fn document(options: &LeptosOptions, program: Option<AnyView>, body: impl FnOnce() -> AnyView) -> AnyView {
    let font = |name: &str| file(options, &format!("fonts/{name}.woff2"));
    let fonts = ["source-sans-3", "source-serif-4"].map(|name| {
        view! { <link rel="preload" href=font(name) r#as="font" r#type="font/woff2" crossorigin="anonymous"/> }
    });
    let current = use_context::<Current>().filter(|_| use_context::<Option<Seen>>().flatten().is_some());
    let live = current.map(|_| {
        view! { <script r#type="module" src=file(options, "live.js") nonce=use_nonce()></script> }
    });
    let base = Some(place::base()).filter(|base| !base.is_empty());
    view! {
        <!DOCTYPE html>
        <html
            lang="en-GB"
            data-seq=current.map(|current| current.seq)
            data-live=current.and_then(|current| current.topics)
            data-base=base
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content="The shared scoreboard of marketing and sales"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=at("/favicon.svg") type="image/svg+xml"/>
                <link rel="stylesheet" href=at(&options.css_path())/>
                {fonts.into_iter().collect_view()}
                {program}
                {live}
                <MetaTags/>
            </head>
            <body>{body()}</body>
        </html>
    }
    .into_any()
}

/// Fetches the program once the page stands on the screen: on a slow line it would hold up the style sheet and the fonts.
fn start_program(options: &LeptosOptions) -> String {
    let name = &options.output_name;
    let (program, wasm) = (file(options, &format!("{name}.js")), file(options, &format!("{name}_bg.wasm")));
    format!(
        "new PerformanceObserver(async(_,paint)=>{{paint.disconnect();const wasm=fetch('{wasm}');\
         const program=await import('{program}');\
         await program.default({{module_or_path:wasm}});program.hydrate()}}).observe({{type:'paint',buffered:true}})"
    )
}

/// The address of a file of this build.
pub fn file(options: &LeptosOptions, name: &str) -> String {
    at(&format!("/{}/{name}", options.site_pkg_dir))
}

/// The root of the page's body, the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let seen = SharedValue::new(|| use_context::<Option<Seen>>().flatten()).into_inner();
    provide_context(seen.clone());
    provide_freshness();
    view! {
        <Router>
            <Frame seen>
                <FlatRoutes fallback=MissingPage>
                    <Route path=Own(path!("/")) view=ScoreboardPage/>
                    <Route path=Own(path!("/kpis/:name")) view=LazyPage("kpi", kpi_route)/>
                    <Route path=Own(path!("/kpis/:name/leads")) view=LazyPage("listing", list_route)/>
                    <Route path=Own(path!("/ui")) view=Parts/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// The address that is shown or on its way. A page's own (`use_url`) stays behind where only its parameters change.
#[derive(Clone, Copy)]
struct Address(ReadSignal<Url>);

/// What stands around every page behind the door.
#[component]
pub fn Frame(
    /// Who sees it.
    seen: Option<Seen>,
    /// The page.
    children: Children,
) -> impl IntoView {
    announce_pages();
    provide_context(Address(use_url()));
    let brand = view! { <Brand/> }.into_any();
    let desk = seen.as_ref().and_then(|seen| seen.desk.clone());
    let backups = seen.as_ref().and_then(|seen| seen.backups.clone()).map(|warning| view! { <Backups warning/> });
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="shell">
            <Navigation groups=groups(desk) brand left=&LEFT foot=view! { <WhoIsIn seen/> }.into_any()/>
            <main class="main" id="main" tabindex="-1">
                <div class="presence" id="presence"></div>
                {backups}
                {children()}
            </main>
        </div>
    }
}

/// What whoever looks after the workspace must know of its backups.
#[component]
fn Backups(warning: String) -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Error title="Backups need you">
            <p>{warning}" The server tries again every hour; its log says more. "
            <a href=at("/settings/workspace#backups") rel="external">"How backups stand"</a></p>
        </Notice>
    }
}

/// The part of the address after the `?` while the address is this page's own. Once another page is on its way, that
/// one's question means nothing here: the last one stays.
pub fn own_search(is_own: fn(path: &str) -> bool) -> impl Fn() -> String + Copy {
    let Address(url) = expect_context();
    let search = Memo::new(move |last: Option<&String>| {
        let own = url.try_with(|url| (last.is_none() || is_own(within(url.path()))).then(|| url.search().to_owned()));
        own.flatten().or_else(|| last.cloned()).unwrap_or_default()
    });
    move || search.try_get().unwrap_or_default()
}

/// The part of the address that the table of routes calls `:name`; nothing on a page that is being left.
pub fn own_name() -> impl Fn() -> String + Copy {
    let params = use_params_map();
    move || params.try_with(|params| params.get("name")).flatten().unwrap_or_default()
}

/// Who is signed in, the way to their account, and the way out.
#[component]
fn WhoIsIn(seen: Option<Seen>) -> impl IntoView {
    let Seen { name, role, team, signed_in, waiting, .. } = seen?;
    let initials: String = name.split(' ').filter_map(|word| word.chars().next()).take(2).collect();
    let out = signed_in.then(|| {
        view! { <form method="post" action=at("/sign-out")><button class="out">"Sign out"</button></form> }
    });
    let on_bell = use_location().pathname.with_untracked(|path| within(path) == "/bell").then_some("page");
    Some(view! {
        <a class="bell" href=at("/bell") rel="external" data-count=waiting aria-current=on_bell>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 12h10c-1.500-1.500-1.500-3-1.500-5a3.500 3.500 0 0 0-7 0c0 2 0 3.500-1.500 5zM6.500 14h3"/></svg>
            <span>"Bell"</span>
        </a>
        <div class="me">
            <a href=at("/settings") rel="external">
                <span class="avatar" aria-hidden="true" data-team=team.map(|team| team.key())>{initials}</span>
                <span class="bar-only">"You"</span>
                <span class="rail-only"><b>{name}</b><span>{role}</span></span>
            </a>
            {out}
        </div>
    })
}

/// A page that could not be shown: what happened, and the way on.
#[component]
pub fn Problem(
    /// What happened.
    error: AppError,
    /// A page that can be shown.
    way: &'static str,
    /// What it is called.
    way_words: &'static str,
) -> impl IntoView {
    set_status(error.status());
    if matches!(error, AppError::Invalid(_) | AppError::NotFound(_)) {
        leave_question();
    }
    let (page, title) = match error {
        AppError::Invalid(_) => ("Nothing to show", "This address cannot be answered"),
        AppError::SignIn => ("Not signed in", "Your session has ended"),
        AppError::Forbidden(_) => ("Not allowed", "This is for others to see or do"),
        AppError::TooLarge(_) => ("Not taken", "That was too much"),
        AppError::TooMany(_) => ("Not now", "That was too often"),
        AppError::NotFound(_) => ("Nothing here", "There is nothing at this address"),
        AppError::Conflict(_) => ("Not done", "Somebody else was faster"),
        AppError::Unavailable(_) => ("Not now", "The numbers cannot be read at the moment"),
        AppError::Internal => ("Not done", "This one is our fault"),
    };
    view! {
        <PageHead title=page/>
        <Notice kind=NoticeKind::Error title><p>{error.to_string()}" "<a href=at(way)>{way_words}</a></p></Notice>
    }
}

fn set_status(code: u16) {
    if let Some(PageStatus(set)) = use_context() {
        set(code);
    }
}

fn groups(desk: Option<[Mark; 2]>) -> Vec<NavGroup> {
    let item = NavItem::new;
    let sees_leads = desk.is_some();
    // The bar of a small screen shows what is done on the way; all else is one tap further.
    let beside = |item: NavItem| if sees_leads { item.rail_only() } else { item };
    let mut groups = vec![NavGroup {
        heading: None,
        items: vec![
            item("/", "Scoreboard", "Score", "M2 13V8M6 13V4M10 13v-3M14 13V2"),
            item("/agreement", "Agreement", "Agreed", "M3 2h7l3 3v9H3zM5.500 8h5M5.500 11h3")
                .outside()
                .rail_only()
                .also("/definitions"),
        ],
    }];
    let [queue, answers] = desk.unwrap_or_default();
    if sees_leads {
        groups.push(NavGroup {
            heading: Some((Team::Sales, "Sales works here")),
            items: vec![
                item(
                    "/leads",
                    "Lead queue",
                    "Queue",
                    "M2 3.500h2M6.500 3.500H14M2 8h2M6.500 8H14M2 12.500h2M6.500 12.500H14",
                )
                .outside()
                .marked(queue),
            ],
        });
    }
    let feedback = item(
        "/feedback",
        "Feedback loop",
        "Loop",
        "M3 7a5 5 0 0 1 9-2l1 1.500M13 3v3.500H9.500M13 9a5 5 0 0 1-9 2l-1-1.500M3 13V9.500h3.500",
    );
    let feedback = feedback.outside().marked(answers);
    groups.push(NavGroup {
        heading: Some((Team::Marketing, "Marketing works here")),
        items: vec![if sees_leads { feedback } else { feedback.rail_only() }],
    });
    groups.push(NavGroup {
        heading: Some((Team::Both, "Both answer for")),
        items: vec![
            beside(item(
                "/kpis/lead-to-opportunity",
                "Lead to opportunity",
                "Rate",
                "M2 3h12L9.500 8.500V13l-3 1.500V8.500z",
            )),
            beside(item(
                "/kpis/cac",
                "Cost of a customer",
                "Cost",
                "M8 2a6 6 0 1 0 .01 0M10.500 5.500H7.500a2 2 0 0 0 0 5h3M5 8h4",
            )),
            beside(item(
                "/kpis/follow-up",
                "Follow-up time",
                "Follow-up",
                "M8 2a6 6 0 1 0 .01 0M8 4.500V8l2.500 1.500",
            )),
            beside(item(
                "/kpis/feedback-coverage",
                "Feedback coverage",
                "Feedback",
                "M2.500 3h11v8H7.500L4.500 13.500V11h-2zM5.500 6h5M5.500 8.500h3",
            )),
        ],
    });
    groups.push(NavGroup {
        heading: Some((Team::Both, "Both write here")),
        items: vec![
            item(
                "/personas",
                "Personas",
                "Personas",
                "M8 2.200a2.800 2.800 0 1 0 .01 0M2.500 14c.4-3 2.500-4.500 5.500-4.500s5.100 1.500 5.500 4.500",
            )
            .outside()
            .rail_only(),
            item(
                "/content",
                "Content",
                "Content",
                "M3 2.500h4.500V14H3zM7.500 2.500H11V14M11 3l2.500-.6L15 13.400l-2.500.6",
            )
            .outside()
            .rail_only(),
        ],
    });
    groups.push(NavGroup {
        heading: None,
        items: vec![
            item("/spend", "Spend", "Spend", "M2 4.500h12v8H2zM2 7.500h12M4.500 10h3").outside().rail_only(),
            item("/import", "Import", "Import", "M8 2v8M4.500 7 8 10.500 11.500 7M2 13.500h12").outside().rail_only(),
            item("/import/quality", "Data quality", "Quality", "M2.500 8.500l3.500 3.500 7.500-8")
                .outside()
                .rail_only(),
            item("/activity", "Activity", "Activity", "M2 8h3l2-5 3 10 2-5h2").outside().rail_only(),
            item("/settings", "Settings", "Settings", "M2 4h6M11 4h3M9.500 2.500v3M2 12h2M7 12h7M5.500 10.500v3")
                .outside()
                .rail_only(),
        ],
    });
    groups
}

/// The product's mark and name.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg viewBox="0 0 26 18" aria-hidden="true">
            <path class="court-lines" d="M1 1h24v16H1zM13 0v18"></path>
            <circle class="marketing" cx="7" cy="9" r="2.6"></circle>
            <path class="sales" d="M16.5 6.5h5v5h-5z"></path>
        </svg>
        "Doubles"
    }
}

/// The parts of the design system, for those who build pages.
#[component]
fn Parts() -> impl IntoView {
    if cfg!(debug_assertions) {
        view! { <Title text="Parts · Doubles"/><Gallery/> }.into_any()
    } else {
        view! { <MissingPage/> }.into_any()
    }
}

#[component]
fn MissingPage() -> impl IntoView {
    set_status(404);
    leave_question();
    view! {
        <Title text="Nothing here · Doubles"/>
        <PageHead title="Nothing at this address"/>
        <p>"The address may be mistyped, or what stood here is gone. "<a href=at("/")>"To the scoreboard"</a></p>
    }
}
