//! Reading a chart point by point, by pointer, finger or keys. The words and the marks are in the drawing already and
//! the addresses in the figures behind it: the program only says which point it is. One listener serves all charts, so
//! that a chart stays plain markup.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent};

/// On the point where a reader has stopped: in which way.
const HERE: &str = "data-here";

/// Listens from now on.
pub fn listen() {
    // Not `FnMut`: opening a link is a click inside of a click.
    let heard = Closure::<dyn Fn(Event)>::new(|event: Event| {
        let _nothing_to_read = hear(&event);
    });
    let heard = heard.into_js_value();
    for name in ["pointermove", "click", "keydown"] {
        let _always_known = document().add_event_listener_with_callback(name, heard.unchecked_ref());
    }
}

fn hear(event: &Event) -> Option<()> {
    let here = document().query_selector("[data-here]").ok()?;
    let kind = event.type_();
    if kind == "keydown" {
        return press(event.unchecked_ref(), here);
    }
    let event: &PointerEvent = event.unchecked_ref();
    // What a finger has caught stays its target: the place tells what lies there now.
    let at = document().element_from_point(event.client_x() as f32, event.client_y() as f32);
    let at = at.and_then(|at| at.closest("[data-at]").ok()?);
    let by_mouse = here.as_ref().is_some_and(|here| here.get_attribute(HERE).is_some_and(|by| by == "mouse"));
    match at {
        // A mouse was there before it clicked. A finger was not: it reads first, and then finds the way in words.
        Some(at) if kind == "click" && by_mouse && here.as_ref() == Some(&at) => open(&at),
        Some(at) if kind == "click" => stop(here, &at, "tap"),
        Some(at) => stop(here, &at, &event.pointer_type()),
        None if by_mouse => leave(&here?),
        None => None,
    }
}

fn press(event: &KeyboardEvent, here: Option<Element>) -> Option<()> {
    let plot = document().active_element()?.closest(".keys").ok()??.parent_element()?;
    // With one of these the keys are the browser's.
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return None;
    }
    let point = |which: &str| plot.query_selector(which).ok()?;
    let (first, last) = ("[data-at]", "[data-at]:last-child");
    let from = here.clone().filter(|here| plot.contains(Some(here)));
    let to = match (event.key().as_str(), &from) {
        ("ArrowLeft", Some(from)) => from.previous_element_sibling().filter(|to| to.has_attribute("data-at")),
        ("ArrowRight", Some(from)) => from.next_element_sibling(),
        ("ArrowRight" | "Home", _) => point(first),
        ("ArrowLeft" | "End", _) => point(last),
        ("Enter", Some(from)) => return open(from),
        ("Escape", Some(from)) => return leave(from),
        _ => return None,
    };
    event.prevent_default();
    stop(here, &to?, "key")
}

/// Marks a point and says its words.
fn stop(here: Option<Element>, at: &Element, by: &str) -> Option<()> {
    if here.as_ref() != Some(at) {
        here.as_ref().and_then(leave);
        let words = at.query_selector("desc").ok()??.text_content();
        part(at, ".reading span")?.set_text_content(words.as_deref());
        if let Some(href) = row(at).and_then(|link| link.get_attribute("href")) {
            part(at, ".reading a")?.set_attribute("href", &href).ok()?;
        }
    }
    at.set_attribute(HERE, by).ok()
}

/// Takes mark and words away.
fn leave(here: &Element) -> Option<()> {
    part(here, ".reading span")?.set_text_content(None);
    part(here, ".reading a")?.remove_attribute("href").ok()?;
    here.remove_attribute(HERE).ok()
}

/// Opens what is behind a point.
fn open(here: &Element) -> Option<()> {
    row(here)?.unchecked_into::<HtmlElement>().click();
    Some(())
}

/// The first link in the point's row of the figures.
fn row(at: &Element) -> Option<Element> {
    part(at, &format!("tbody tr:nth-child({}) a", at.get_attribute("data-at")?))
}

/// A part of the chart that a point belongs to.
fn part(at: &Element, selector: &str) -> Option<Element> {
    at.closest("figure").ok()??.query_selector(selector).ok()?
}
