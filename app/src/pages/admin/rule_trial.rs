//! What another setting of a rule would have given in a closed window, beside the settings in force, before it is set. An
//! administrator must not learn who is ill: small counts are hidden and the others rounded.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::model::WindowId;
use server::referral_rules::Switch;
use server::suppression::Cell;

use super::rules;
use crate::api::casework::{self as api, ShownSchool, ShownTrial};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Tone};
use crate::components::field::{Check, Choice, Input};
use crate::components::form::Token;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Posted;
use crate::when::{When, capital};

/// `POST /rules/try`.
pub async fn show(posted: Posted) -> Response {
    let visit = &posted.visit;
    let rule = posted.text("rule").to_owned();
    let trial = match api::try_rule(visit, &rule, posted.text("setting"), posted.word::<WindowId>("window"))
        .await
    {
        Ok(trial) => trial,
        Err(Error::Invalid { message, .. }) => {
            return rules::page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some((rule, message))).await;
        }
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    // Windows are civil days; the zone decides only which year needs no mention.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, StatusCode::OK, Head::staff("Trying a rule"), move || {
        let change = format!("{} → {}", words(trial.before), capital(&trial.switch.to_string()));
        let window = format!(
            "Counted over {}, {} to {}. ",
            trial.window.name,
            when.date(trial.window.opens_on),
            when.date(trial.window.closes_on)
        );
        let smallest = trial.smallest;
        view! {
            <StaffShell reader here=Tab::Rules>
                <BackLink href="/rules">"Referral rules"</BackLink>
                <div class="page-head">
                    <div>
                        <h1>{trial.rule.label}</h1>
                        <p class="lede">{change}</p>
                    </div>
                </div>
                <Banner tone=Tone::Info head="Nothing is changed yet" text=format!(
                    "{window}All that is found about one child counts as one referral. Counts under {smallest} are hidden, \
                    with as many others as it takes to keep them so; the rest is rounded to five."
                )/>
                <Priorities trial=trial.clone()/>
                <Schools trial=trial.clone()/>
                <Next trial token/>
            </StaffShell>
        }
    })
}

fn words(switch: Option<Switch>) -> String {
    switch
        .map_or_else(|| "As the clinical settings have it".to_owned(), |switch| capital(&switch.to_string()))
}

/// A count, or that it is too small to say.
fn shown(cell: Cell) -> String {
    match cell {
        Cell::Shown(n) => n.to_string(),
        Cell::Hidden => "hidden".to_owned(),
    }
}

/// How much changes, from what is printed; nothing where a part is hidden.
fn change((now, then): (Cell, Cell)) -> String {
    match (now, then) {
        (Cell::Shown(now), Cell::Shown(then)) if now == then => "–".to_owned(),
        (Cell::Shown(now), Cell::Shown(then)) if then > now => format!("+{}", then - now),
        (Cell::Shown(now), Cell::Shown(then)) => format!("−{}", now - then),
        _ => "hidden".to_owned(),
    }
}

/// New referrals for each counselor and school day.
fn a_day(cell: Cell, counselor_days: f64) -> String {
    match cell {
        Cell::Hidden => "hidden".to_owned(),
        Cell::Shown(_) if counselor_days <= 0.0 => "nobody was there".to_owned(),
        Cell::Shown(n) => format!("{:.1}", n as f64 / counselor_days),
    }
}

#[component]
fn Priorities(trial: ShownTrial) -> AnyView {
    let line = |name: &'static str, pair: (Cell, Cell)| {
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" data-label="Priority">{name}</th>
                <td role="cell" data-label="Now" class="number">{shown(pair.0)}</td>
                <td role="cell" data-label="Tried" class="number">{shown(pair.1)}</td>
                <td role="cell" data-label="Change" class="number">{change(pair)}</td>
            </tr>
        }
    };
    let lines = trial.priorities.iter().map(|(priority, pair)| line(priority.label(), *pair)).collect_view();
    let all = line("All", trial.district.referrals);
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>{format!("Referrals of the district by priority, {} children answered", shown(trial.district.children))}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Priority"</th>
                        {["As it is", "As tried out", "Change"]
                            .map(|head| view! { <th scope="col" role="columnheader" class="number">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines} {all}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Schools(trial: ShownTrial) -> AnyView {
    let line = |school: &ShownSchool, name: String| {
        let (now, then) = school.referrals;
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" data-label="School">{name}</th>
                <td role="cell" data-label="Answered" class="number">{shown(school.children)}</td>
                <td role="cell" data-label="Now" class="number">
                    <span>{shown(now)}<span class="table-sub">{a_day(now, school.counselor_days)}" a day"</span></span>
                </td>
                <td role="cell" data-label="Tried" class="number">
                    <span>{shown(then)}<span class="table-sub">{a_day(then, school.counselor_days)}" a day"</span></span>
                </td>
                <td role="cell" data-label="Change" class="number">{change(school.referrals)}</td>
            </tr>
        }
    };
    let lines = trial.schools.iter().map(|school| line(school, school.name.clone())).collect_view();
    let all = line(&trial.district, "The district".to_owned());
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"Referrals by school, and new ones for each counselor and school day"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"School"</th>
                        {["Children answered", "As it is", "As tried out", "Change"]
                            .map(|head| view! { <th scope="col" role="columnheader" class="number">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines} {all}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Set it, or try something else.
#[component]
fn Next(trial: ShownTrial, token: String) -> AnyView {
    let check = |id: &str| Check { id: id.to_owned(), ..Check::default() };
    let settings: Vec<(String, String)> =
        rules::SETTINGS.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    let windows = trial.windows.iter().map(|window| (window.id.to_string(), window.name.clone())).collect();
    let switch = trial.switch.to_string();
    view! {
        <div class="two two-even">
            <section class="card" aria-labelledby="set-head">
                <h2 id="set-head">{format!("Set it to {switch}")}</h2>
                <form class="form" method="post" action=format!("/rules/{}", trial.rule.name)>
                    <Token value=token.clone()/>
                    <input type="hidden" name="setting" value=switch.clone()/>
                    <Input label="Why" name="note" check=check("note") text=String::new() required=true/>
                    <div class="buttons"><button class="button button-primary" type="submit">"Set"</button></div>
                </form>
            </section>
            <section class="card" aria-labelledby="other-head">
                <h2 id="other-head">"Try something else"</h2>
                <form class="form" method="post" action="/rules/try">
                    <Token value=token/>
                    <input type="hidden" name="rule" value=trial.rule.name/>
                    <Choice label="Priority" name="setting" check=check("setting") options=settings chosen=switch/>
                    <Choice label="Window" name="window" check=check("window") options=windows chosen=trial.window.id.to_string()/>
                    <div class="buttons"><button class="button" type="submit">"Try it out"</button></div>
                </form>
            </section>
        </div>
    }
    .into_any()
}
