//! Legal holds: which stand, which stood, and the form for one more.

use leptos::prelude::*;

use super::Draft;
use crate::api::retention::LegalHold;
use crate::components::field::Input;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::when::When;

/// The holds and their form.
#[component]
pub fn Holds(holds: Vec<LegalHold>, token: String, when: When, draft: Draft) -> AnyView {
    let none = holds.is_empty();
    let lines = holds.into_iter().map(|hold| line(hold, &token, &when)).collect_view();
    let list = if none {
        view! { <p>"None. While one stands, nothing it covers is removed, by nobody."</p> }.into_any()
    } else {
        view! { <ul class="strip">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="holds-head">
            <h2 id="holds-head">"Legal holds"</h2>
            {list}
            <details class="disclosure" open=draft.form == "hold">
                <summary><Icon name="lock"/>"Set a legal hold"</summary>
                <form class="form" method="post" action="/setup/retention/holds" autocomplete="off" novalidate>
                    <Token value=token.clone()/>
                    <Input
                        label="The child’s number"
                        name="number"
                        check=draft.check("hold", "number", true)
                        text=draft.text("hold", "number")
                        hint="The district’s own. Leave it empty to hold everything of every child of the district."
                    />
                    <Input
                        label="Who asks for it, and under which file number"
                        name="reason"
                        check=draft.check("hold", "reason", true)
                        text=draft.text("hold", "reason")
                        hint="No name of a child: these words stay."
                        required=true
                    />
                    <div class="buttons"><button class="button" type="submit">"Set the hold"</button></div>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn line(hold: LegalHold, token: &str, when: &When) -> AnyView {
    let whom = match (&hold.number, hold.child_id) {
        (Some(number), _) => format!("Child {number}"),
        (None, None) => "The whole district".to_owned(),
        (None, Some(_)) => "A child".to_owned(),
    };
    let day = |at| when.date(when_day(when, at));
    let by = format!("set by {}", hold.set_by_name.as_deref().unwrap_or("somebody at the server’s terminal"));
    let end = match hold.released_at {
        None => view! {
            <form method="post" action=format!("/setup/retention/holds/{}/release", hold.id)>
                <Token value=token.to_owned()/>
                <button class="button button-small" type="submit">
                    "Release"<span class="visually-hidden">{format!(": {whom}")}</span>
                </button>
            </form>
        }
        .into_any(),
        Some(at) => view! {
            <span class="muted small">
                {format!("Released {} by {}", day(at), hold.released_by_name.as_deref().unwrap_or("somebody"))}
            </span>
        }
        .into_any(),
    };
    view! {
        <li>
            <time datetime=when.iso(hold.set_at)>{day(hold.set_at)}</time>
            <span>{whom.clone()}<span class="table-sub">{hold.reason.clone()}", "{by}</span></span>
            {end}
        </li>
    }
    .into_any()
}

fn when_day(when: &When, at: server::model::Instant) -> server::model::Day {
    at.day_in(&when.zone)
}
