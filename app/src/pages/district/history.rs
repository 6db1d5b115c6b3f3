//! The way of a release: who built, confirmed, doubted and published it, and the button that publishes.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::model::ReleaseId;

use crate::api::district::{History, StepRow};
use crate::components::banner::{Banner, Tone};
use crate::components::field::{Check, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::when::When;

/// What is to be said before it is published.
#[component]
pub fn Publish(
    release: ReleaseId,
    history: History,
    error: Option<String>,
    typed: String,
    token: String,
) -> AnyView {
    let (confirmed, doubted) = history.words();
    let schools = |n: usize| if n == 1 { "1 school".to_owned() } else { format!("{n} schools") };
    let mut words = format!("{} confirmed that it fits how their screening went.", schools(confirmed));
    if doubted > 0 {
        words.push_str(&format!(" {} in doubt: read why in its history below.", schools(doubted)));
    }
    if !history.silent.is_empty() {
        words.push_str(&format!(" Not heard from: {}.", listed(&history.silent)));
    }
    let asks = doubted > 0 || !history.silent.is_empty();
    let check = Check { id: "publish-note".to_owned(), error, hint: true };
    view! {
        <section class="card" aria-labelledby="publish-head">
            <h2 id="publish-head">"Not published yet"</h2>
            <p>"Only district officers see this page. "{words}</p>
            <form class="stack" method="post" action=format!("/district/releases/{release}/publish")>
                <Token value=token/>
                {asks.then(|| view! {
                    <TextArea
                        label="Why it is published all the same"
                        name="note"
                        check=check.clone()
                        text=typed
                        hint="It stands in the history. No names, please."
                    />
                })}
                <div class="buttons"><button class="button button-primary" type="submit">"Publish"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// At most this many names; a long list is a number.
const NAMED: usize = 6;

fn listed(names: &[String]) -> String {
    match names.len() {
        0..=NAMED => names.join(", "),
        more => format!("{} and {} more", names[..NAMED].join(", "), more - NAMED),
    }
}

/// Each step with who and when.
#[component]
pub fn Steps(history: History, when: When) -> AnyView {
    if history.steps.is_empty() {
        return ().into_any();
    }
    let line = |step: StepRow| {
        let at = when.date(step.at.day_in(&TimeZone::UTC));
        let school = step.school_name.map(|name| format!(", {name}")).unwrap_or_default();
        let note =
            (!step.note.is_empty()).then(|| view! { <p class="muted">{format!("“{}”", step.note)}</p> });
        view! {
            <li>
                <Icon name="history"/>
                <span>{format!("{} by {}{school}, {at}", step.step.label(), step.by_name)}</span>
                {note}
            </li>
        }
    };
    let lines = history.steps.into_iter().map(line).collect_view();
    view! {
        <div class="stack-tight">
            <h3>"History"</h3>
            <ul class="history">{lines}</ul>
        </div>
    }
    .into_any()
}

/// What was refused, at the top of the page.
#[component]
pub fn Refusal(why: String) -> AnyView {
    view! { <Banner tone=Tone::Warn head="Nothing was changed" text=why urgent=true/> }.into_any()
}
