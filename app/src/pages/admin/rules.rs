//! The district's switches for the referral rules, with who, when and why (C-44).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;

use crate::address::Address;
use crate::api::casework::{self as api, RulesPage, can_be_tried};
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::field::{Check, Input, Select};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

pub(super) const SETTINGS: [(&str, &str); 5] =
    [("critical", "Critical"), ("high", "High"), ("moderate", "Moderate"), ("low", "Low"), ("off", "Off")];

/// `GET /rules`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done =
        (address.query("done") == "set").then_some("The rule is changed. It holds from the next answer on.");
    page(&visit, StatusCode::OK, done, None).await
}

/// `POST /rules/{rule}`.
pub async fn set(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let rule: String = address.part(0).unwrap_or_default();
    match api::set_rule(visit, &rule, posted.text("setting"), posted.text("note")).await {
        Ok(()) => Redirect::to("/rules?done=set").into_response(),
        Err(Error::Invalid { message, .. }) => {
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some((rule, message))).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

pub(super) async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    wrong: Option<(String, String)>,
) -> Response {
    let RulesPage { rules, history } = match api::get_rules(visit).await {
        Ok(page) => page,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, status, Head::staff("Referral rules"), move || {
        let cards = rules
            .iter()
            .map(|(known, set)| {
                let now = match set {
                    Some(set) => format!(
                        "{}, by {} on {}: {}",
                        capital(&set.setting),
                        set.by_name,
                        when.date(set.set_at.day_in(&when.zone)),
                        set.note
                    ),
                    None => "As the clinical settings have it".to_owned(),
                };
                let error = wrong.as_ref().filter(|(rule, _)| rule == known.name).map(|(_, message)| message.clone());
                let open = error.is_some();
                let check = |field: &str, error: Option<String>| Check { id: format!("{}-{field}", known.name), error, hint: false };
                let form = (known.name != "critical_item").then(|| {
                    view! {
                        <details class="disclosure" open=open>
                            <summary><Icon name="settings"/>"Change"<span class="visually-hidden">{format!(": {}", known.label)}</span></summary>
                            <form class="form" method="post" action=format!("/rules/{}", known.name)>
                                <Token value=token.clone()/>
                                <Select
                                    label="Priority"
                                    name="setting"
                                    check=check("setting", None)
                                    options=SETTINGS.to_vec()
                                    chosen=set.as_ref().map(|s| s.setting.clone()).unwrap_or_default()
                                />
                                <Input label="Why" name="note" check=check("note", error) text=String::new() required=true/>
                                <input type="hidden" name="rule" value=known.name/>
                                <div class="buttons">
                                    <button class="button" type="submit">"Set"</button>
                                    {can_be_tried(known.name).then(|| view! {
                                        <button class="button button-quiet" type="submit" formaction="/rules/try" formnovalidate=true>
                                            "Try it out"<span class="visually-hidden">{format!(": {}", known.label)}</span>
                                        </button>
                                    })}
                                </div>
                            </form>
                        </details>
                    }
                });
                let fixed = (known.name == "critical_item")
                    .then(|| view! { <p class="muted small">"Cannot be switched off or weakened."</p> });
                view! {
                    <section class="card">
                        <h2>{known.label}</h2>
                        <p>{now}</p>
                        {form} {fixed}
                    </section>
                }
            })
            .collect_view();
        let lines = history
            .iter()
            .map(|set| {
                view! {
                    <li>
                        <time datetime=when.iso(set.set_at)>{when.date(set.set_at.day_in(&when.zone))}</time>
                        <span>{format!("{} → {}", set.rule.replace('_', " "), set.setting)}<span class="table-sub">{set.note.clone()}</span></span>
                        <span class="muted">{set.by_name.clone()}</span>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        view! {
            <StaffShell reader here=Tab::Rules>
                <Confirmation sentence=done/>
                {wrong.clone().map(|(_, text)| view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> })}
                <div class="page-head">
                    <div>
                        <h1>"Referral rules"</h1>
                        <p class="lede">"What opens a referral, and how soon somebody must look. Cut-offs are the instruments’ own. Try a change \
                            out before you set it: what would it have given on the answers of a closed window?"</p>
                    </div>
                </div>
                <div class="grid-cards">{cards}</div>
                {(!lines.is_empty())
                    .then(|| view! {
                        <section class="card" aria-labelledby="history-head">
                            <h2 id="history-head">"Changes"</h2>
                            <ul class="strip">{lines}</ul>
                        </section>
                    })}
            </StaffShell>
        }
    })
}
