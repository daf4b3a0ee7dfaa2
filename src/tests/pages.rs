//! The pages about the KPIs, rendered by the server from boards of the tests.

use crate::boards;
use doubles::app::Frame;
use doubles::kpis::board::Board;
use doubles::kpis::narrate;
use doubles::kpis::page::{NoLead, ShownBoard};
use doubles::kpis::page_kpi::ShownKpi;
use doubles::kpis::sheet::{Kpi, KpiPage, Scoreboard};
use doubles::ui::{Gallery, Meanings};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::Router;
use leptos_router::location::RequestUrl;
use std::fs;
use std::path::Path;

#[test]
fn the_scoreboard_says_each_number_with_its_standing() {
    let page = scoreboard(boards::northaisle());
    for words in [
        "1 April – 30 September 2025, against the 183 days before. As of Tuesday 14 October 2025, 10:40",
        "2.8 points short",
        "€2,249 over",
        "3 h 20 min over",
        "on target",
        "target 14 %",
        "14.5 % in the period before",
        "Fewer handed-over leads become opportunities: 11.2 % after 14.5 %",
        "Follow-up got slower: 15 h 20 min after 10 h 24 min",
        "From 25.0 % for Partner referrals down to 2.6 % for Content syndication",
        "First touch within 24 h",
        "300 qualified leads a month",
        "kept, 72 more: 1,872 of 1,800 for these days",
        "78.0 % on time, 412 late or silent",
        "31 called so; how the running month stands says the agreement",
        "88.2 % on time",
        "38 leads excluded by rule",
        "25.1 % more leads than in the period before (1,012 after 809)",
        "6 opportunities fewer (113 after 119)",
    ] {
        assert!(page.says(words), "“{words}” is missing");
    }
    page.keep("scoreboard");
}

#[test]
fn a_running_month_is_set_against_its_even_pace() {
    let page = scoreboard(boards::behind_the_pace());
    assert!(page.says("40 behind: 1,520 of 1,800 for these days"));
    assert!(page.html.contains("class='pace' x='86.67%'"));
    page.keep("pace");
}

#[test]
fn the_numbers_can_be_set_against_the_year_before_or_nothing() {
    let page = scoreboard(boards::a_year_before());
    for words in [
        "1 April – 30 September 2025, against 1 April – 30 September 2024. As of",
        "7.2 % in these days a year before",
        "A year before",
        "Fewer handed-over leads become opportunities: 11.2 % after 14.5 %",
    ] {
        assert!(page.says(words), "“{words}” is missing");
    }
    assert!(page.says("Against: a year before"));
    assert!(page.html.contains("<a href=\"/\">period before"));
    assert!(page.html.contains("<a href=\"/?compare=year\" aria-current=\"true\">a year before"));
    page.keep("year");
    let page = scoreboard(boards::by_itself());
    assert!(page.says("1 April – 30 September 2025. As of") && !page.says("% in the period before"));
    page.keep("by-itself");
}

#[test]
fn a_long_list_of_values_is_searched_and_what_is_chosen_stays_chosen() {
    let choices = |search: &str| {
        let html = scoreboard(boards::many_owners(search)).html.replace("<!>", "");
        let (before, panel) = html.split_once("Owner: ").expect("the filter");
        let panel = panel.split("</fieldset>").next().unwrap_or_default();
        let open = before.rsplit("<details").next().is_some_and(|tag| tag.contains(" open"));
        let boxes = panel.split("<input type=\"checkbox\"").skip(1);
        let ticked =
            boxes.clone().filter(|tag| tag.split('>').next().is_some_and(|tag| tag.contains("checked"))).count();
        (words_of(panel), boxes.count(), ticked, open)
    };
    let (words, boxes, ticked, open) = choices("");
    assert!(words.contains("The 40 with the most leads, of 212."), "{words}");
    assert_eq!((boxes, ticked, open), (41, 0, false), "the blank one is always there");
    let (words, boxes, ticked, open) = choices("find-owner=ANN+&owner=Ben+Number+199&owner=Ann+Number+10");
    assert!(words.contains("22 of 212 with this in the name.") && words.contains("Ben Number 199"), "{words}");
    assert_eq!((boxes, ticked, open), (23, 2, true));
    let (words, boxes, ..) = choices("find-owner=ben");
    assert!(words.contains("40 of 190 that have this in their name; type more of it."), "{words}");
    assert_eq!(boxes, 40);
    let (words, boxes, ..) = choices("find-owner=nobody&owner=%28blank%29");
    assert!(words.contains("None of 212 has this in its name."), "{words}");
    assert_eq!(boxes, 1);
    let page = scoreboard(boards::many_owners("find-owner=ann&owner=Ben+Number+199"));
    assert!(page.html.matches("find-owner=").count() == 0, "no link takes the search along");
    page.keep("many-owners");
}

#[test]
fn what_is_counted_opens_onto_its_leads() {
    let page = scoreboard(boards::northaisle());
    for (text, list) in [
        ("38 leads excluded by rule", "lead-to-opportunity/leads?part=excluded"),
        ("1,012 mature leads", "lead-to-opportunity/leads?part=mature"),
        ("188", "cac/leads?part=opportunities_opened"),
        ("388", "lead-to-opportunity/leads?channel=Organic+search&amp;part=leads"),
        ("23 of 207", "lead-to-opportunity/leads?channel=Organic+search&amp;part=opportunities"),
    ] {
        let link = page.html.find(&format!("<a href=\"/kpis/{list}\"")).map(|at| &page.html[at..]);
        let words = link.map(|link| words_of(link.split("</a>").next().unwrap_or_default()));
        assert_eq!(words.as_deref(), Some(text), "{list}");
    }
    assert!(!page.html.contains("part=won\">0<"), "nothing opens onto no lead");
}

#[test]
fn each_point_of_a_trend_is_said_in_words_and_opens_its_leads() {
    let Scoreboard::Shown(shown) = narrate::scoreboard(Some(&boards::northaisle()), &Meanings::default()) else {
        panic!("no lead")
    };
    let said = |kpi: usize, month: usize| {
        let words = shown.trends[kpi].svg.split("<desc>").nth(month + 1).and_then(|rest| rest.split("</desc>").next());
        words.unwrap_or_default().replace('\u{a0}', " ")
    };
    for (kpi, month, words) in [
        (0, 3, "January 2025: 14.9 %, 39 of 262 mature leads, 95 % interval 11.1–19.7 %."),
        (0, 11, "September 2025: too early, so far 14 of 362 leads. In the period before (March 2025): 14.0 %."),
        (
            1,
            11,
            "September 2025: €40,100, €280,700 spent, 7 customers won. In the period before (March 2025): €32,600.",
        ),
        (
            2,
            11,
            "September 2025: 22 h 36 min, 362 leads, 18 never contacted. In the period before (March 2025): 10 h 48 min.",
        ),
        (3, 0, "October 2024: 57.8 %, 133 of 230 leads due, 95 % interval 51.4–64.0 %."),
    ] {
        assert_eq!(said(kpi, month), words);
    }
    let january = "/kpis/lead-to-opportunity/leads?from=2025-01-01&amp;to=2025-02-01";
    let first = &shown.trends[0];
    let row = first.figures.split("<tr>").nth(5).unwrap_or_default();
    let opened: Vec<&str> = row.split("href=\"").skip(1).filter_map(|link| link.split('"').next()).collect();
    let expected = ["leads", "mature", "opportunities"].map(|part| format!("{january}&amp;part={part}"));
    assert_eq!(opened, expected);
}

#[test]
fn the_largest_groups_have_small_charts_on_one_scale() {
    let Scoreboard::Shown(shown) = narrate::scoreboard(Some(&boards::northaisle()), &Meanings::default()) else {
        panic!("no lead")
    };
    let charts: Vec<&str> = shown.multiples.split("<li>").skip(1).collect();
    assert_eq!(charts.len(), 7);
    assert!(charts[0].starts_with("<h3>Organic search</h3><p>11.1\u{a0}% of 207\u{a0}mature leads</p><svg"));
    let tops: Vec<_> =
        charts.iter().map(|chart| chart.split("<text x='0'").nth(1).and_then(|t| t.split('<').next())).collect();
    assert!(tops.iter().all(|top| top.is_some() && *top == tops[0]), "{tops:?}");
    assert!(charts.iter().all(|chart| chart.contains("class='line' data-young")));
    assert!(shown.breakdown.table.caption.contains("on one scale"));

    let Scoreboard::Shown(alone) = narrate::scoreboard(Some(&boards::one_lead()), &Meanings::default()) else {
        panic!("no lead")
    };
    assert!(alone.multiples.is_empty() && !alone.breakdown.table.caption.contains("on one scale"));
}

#[test]
fn a_trend_without_a_value_has_nothing_to_read() {
    let Scoreboard::Shown(shown) = narrate::scoreboard(Some(&boards::nothing_in_period(0)), &Meanings::default())
    else {
        panic!("no lead")
    };
    assert!(shown.trends.iter().all(|trend| !trend.svg.contains("<desc>")));
}

#[test]
fn every_kpi_has_a_page_with_its_formula_in_the_periods_numbers() {
    for (kpi, formula) in [
        (Kpi::LeadToOpportunity, "113 opportunities within 90 days ÷ 1,012 mature leads = 11.2 %"),
        (Kpi::Cac, "€1,486,200 spent ÷ 41 customers won = €36,249"),
        (
            Kpi::FollowUp,
            "The time by which half of 1,872 leads were touched (1,779 contacted, 93 not yet) = 15 h 20 min",
        ),
        (Kpi::FeedbackCoverage, "1,395 complete verdicts ÷ 1,641 leads whose window has ended = 85.0 %"),
    ] {
        let KpiPage::Shown(shown) = narrate::kpi_page(kpi, Some(&boards::northaisle()), &Meanings::default()) else {
            panic!("no lead")
        };
        let page = render(&format!("/kpis/{kpi}"), move || view! { <ShownKpi shown=*shown/> }.into_any());
        assert!(page.says(formula), "{kpi}: “{formula}” is missing");
        page.keep(kpi.key());
    }
}

#[test]
fn an_empty_workspace_teaches_what_to_do() {
    assert_eq!(narrate::scoreboard(None, &Meanings::default()), Scoreboard::NoLead);
    assert_eq!(narrate::scoreboard(Some(&boards::empty()), &Meanings::default()), Scoreboard::NoLead);
    let page = render("/", || view! { <NoLead/> }.into_any());
    assert!(page.says("doubles import leads leads.csv --dry-run") && page.says("Import a file"));
    page.keep("empty");
}

#[test]
fn a_period_without_a_lead_says_so_and_shows_no_zero_as_a_rate() {
    let page = scoreboard(boards::nothing_in_period(0));
    assert!(page.says("No lead was handed over in these days"));
    assert!(page.says("no data") && !page.says("0.0 %"));
    page.keep("nothing");
    let page = scoreboard(boards::nothing_in_period(38));
    assert!(page.says("Every lead of these days is excluded by rule") && page.says("38 leads: spam"));
}

#[test]
fn one_young_lead_is_too_early_to_judge() {
    let page = scoreboard(boards::one_lead());
    for words in [
        "0.0% so far",
        "too early to say",
        "none of 1 lead is old enough",
        "no touch of sales is recorded yet",
        "Too few leads are old enough to compare by channel",
    ] {
        assert!(page.says(words), "“{words}” is missing");
    }
    page.keep("one-lead");
}

#[test]
fn a_name_is_shown_as_it_is_and_never_run() {
    let page = scoreboard(boards::hard_names());
    assert!(!page.html.contains("<script>alert"));
    assert!(page.says("معرض تجاري في الرياض"));
    page.keep("hard-names");
}

#[test]
fn no_page_needs_a_style_attribute() {
    let gallery = render("/ui", || view! { <Gallery/> }.into_any());
    gallery.keep("ui");
    for page in [gallery, scoreboard(boards::northaisle()), scoreboard(boards::one_lead())] {
        assert!(!page.html.contains(" style="));
    }
}

/// A rendered page.
struct Page {
    html: String,
}

impl Page {
    /// Whether the words stand on the page, markup and kinds of spaces aside.
    fn says(&self, words: &str) -> bool {
        words_of(&self.html).contains(words)
    }

    /// Leaves the page where a person can look at it with the style sheet.
    fn keep(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
        let document = format!(
            "<!DOCTYPE html><html lang=\"en-GB\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"doubles.css\"><body>{}</body></html>",
            self.html
        );
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(format!("{name}.html")), document))
            .expect("target can be written");
    }
}

/// The words of a piece of a page, without markup and with plain spaces.
pub fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            '\u{a0}' if !inside => text.push(' '),
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn scoreboard(board: Board) -> Page {
    let Scoreboard::Shown(shown) = narrate::scoreboard(Some(&board), &Meanings::default()) else { panic!("no lead") };
    render("/", move || view! { <ShownBoard shown=*shown/> }.into_any())
}

fn render(path: &str, page: impl FnOnce() -> AnyView + Send + 'static) -> Page {
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_meta_context();
        view! { <Router><Frame seen=None>{page()}</Frame></Router> }.to_html()
    });
    Page { html }
}
