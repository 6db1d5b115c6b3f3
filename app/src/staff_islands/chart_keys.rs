//! The points of a figure by keyboard (D-11): Tab reaches the figure, the arrows go from point to point, Home and End to
//! the first and the last. Without it Tab stops at every point.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What can be reached inside one figure.
const POINTS: &str = "svg[role=group] [tabindex]";

/// Makes every figure one stop of the Tab key, and listens for the arrows.
#[island]
pub fn ChartKeys() -> impl IntoView {
    Effect::new(|_| {
        if let Ok(figures) = document().query_selector_all("svg[role=group]") {
            for at in 0..figures.length() {
                let figure = figures.item(at).and_then(|node| node.dyn_into::<Element>().ok());
                for point in figure.map(|figure| points(&figure)).unwrap_or_default().iter().skip(1) {
                    let _ = point.set_attribute("tabindex", "-1");
                }
            }
        }
        let keys = window_event_listener(ev::keydown, |event| {
            let here = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let Some(here) = here.filter(|here| here.matches(POINTS).unwrap_or(false)) else { return };
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            if step(&here, &event.key()).is_some() {
                event.prevent_default();
            }
        });
        on_cleanup(move || keys.remove());
    });
}

/// The points of a figure, in the order of the drawing.
fn points(figure: &Element) -> Vec<Element> {
    let Ok(found) = figure.query_selector_all("[tabindex]") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<Element>().ok()).collect()
}

/// Goes where a key points to; none where it is no key of these, or the way ends.
fn step(here: &Element, key: &str) -> Option<()> {
    let all = points(&here.closest("svg[role=group]").ok()??);
    let at = all.iter().position(|point| point == here)?;
    let to = match key {
        "ArrowRight" | "ArrowDown" => at + 1,
        "ArrowLeft" | "ArrowUp" => at.checked_sub(1)?,
        "Home" => 0,
        "End" => all.len().checked_sub(1)?,
        _ => return None,
    };
    let next = all.get(to)?;
    here.set_attribute("tabindex", "-1").ok()?;
    next.set_attribute("tabindex", "0").ok()?;
    // An SVG element has focus() of its own; web-sys knows it on HTML elements, and both are called the same way.
    next.unchecked_ref::<HtmlElement>().focus().ok()
}
