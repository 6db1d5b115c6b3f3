//! The parts of a child's page for what is being done: who must answer, level and day, plan, and help outside.

use leptos::prelude::*;
use server::model::outside::OutsideState;
use server::model::referral::Priority;
use server::model::{Day, UserId};

use super::child::Shown;
use super::referral::{Carried, check};
use crate::api::casework::{Outside as Sent, OutsideEvent};
use crate::api::queue::Record;
use crate::components::field::{Choice, Input, Select, TextArea};
use crate::components::icon::Icon;
use crate::when::{When, capital};

/// What waits for an answer: a closing for its second person, an offer for its receiver.
#[component]
pub(super) fn Asks(
    record: Record,
    token: String,
    shown: Shown,
    reader: Option<UserId>,
    when: When,
) -> AnyView {
    let Some(open) = record.open.clone() else { return ().into_any() };
    let (child, referral) = (record.child.id, open.referral.id);
    let closing = record.casework.closing.clone().map(|closing| {
        let mine = Some(closing.proposed_by) == reader;
        let head = format!("{} proposes to close: {}", closing.by_name, closing.outcome.label().to_lowercase());
        let seen = format!("Seen by {}. {}", closing.seen_by.reveal(), closing.reason.reveal());
        let form = (!mine).then(|| {
            view! {
                <form class="form" method="post" action=format!("/referrals/{referral}/confirm")>
                    <Carried token=token.clone() child/>
                    <Input label="A word to it" name="note" check=check(&shown, "confirm", "note", false) text=shown.draft.text("confirm", "note")/>
                    <div class="buttons">
                        <button class="button button-primary" type="submit" name="answer" value="yes">
                            <Icon name="check"/>"Confirm and close"
                        </button>
                        <button class="button" type="submit" name="answer" value="no">"Keep it open"</button>
                    </div>
                </form>
            }
        });
        let wait = mine.then(|| view! { <p class="muted">"Another counselor confirms it: a critical referral is closed by two people."</p> });
        view! {
            <section class="card" aria-labelledby="closing-head">
                <h2 id="closing-head">{head}</h2>
                <p>{seen}</p>
                <p class="muted small">{capital(&when.at(closing.proposed_at))}</p>
                {wait} {form}
            </section>
        }
    });
    let offer = record.casework.hand_over.clone().map(|offer| {
        let (to_me, from_me) = (Some(offer.to_user) == reader, Some(offer.from_user) == reader);
        let head = if to_me {
            format!("{} offers you this child", offer.from_name)
        } else {
            format!("Offered to {}", offer.to_name)
        };
        let buttons = (to_me || from_me).then(|| {
            let accept = to_me.then(|| {
                view! { <button class="button button-primary" type="submit" name="answer" value="yes"><Icon name="check"/>"Accept"</button> }
            });
            let other = if to_me { "Decline" } else { "Withdraw" };
            view! {
                <form class="buttons" method="post" action=format!("/referrals/{referral}/offer/answer")>
                    <Carried token=token.clone() child/>
                    {accept}
                    <button class="button" type="submit" name="answer" value="no">{other}</button>
                </form>
            }
        });
        view! {
            <section class="card" aria-labelledby="offer-head">
                <h2 id="offer-head">{head}</h2>
                <p>{format!("Next: {}", offer.next_step.reveal())}</p>
                <p class="muted small">{format!("{}. Nothing moves until it is accepted.", capital(&when.at(offer.offered_at)))}</p>
                <p><a href=format!("/children/{child}/hand-over")><Icon name="file-text"/>" Hand-over sheet"</a></p>
                {buttons}
            </section>
        }
    });
    view! { {closing} {offer} }.into_any()
}

/// Another level, another day, another person: each with its reason.
#[component]
pub(super) fn Levels(record: Record, token: String, shown: Shown, today: Day) -> AnyView {
    let Some(open) = record.open.clone() else { return ().into_any() };
    let (child, referral) = (record.child.id, open.referral.id);
    let proposed = open.reasons.iter().map(|r| r.priority).min_by_key(|p| p.rank());
    let differs = proposed.filter(|p| *p != open.referral.priority).map(|p| {
        view! { <p class="muted small">{format!("The rules gave {}.", p.label().to_lowercase())}</p> }
    });
    let kind = if open.referral.level_confirmed_at.is_some() {
        "confirmed by a person"
    } else {
        "provisional: from the screening"
    };
    let typed = |form: &str| shown.draft.form == form;
    let levels: Vec<_> = Priority::ALL.iter().map(|p| (p.as_str(), p.label())).collect();
    let chosen = Some(shown.draft.text("priority", "priority"))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| open.referral.priority.as_str().to_owned());
    let snooze = (open.referral.priority != Priority::Critical).then(|| {
        view! {
            <details class="disclosure" id="snooze" open=typed("snooze")>
                <summary><Icon name="calendar"/>"Put aside until a day"</summary>
                <form class="form" method="post" action=format!("/referrals/{referral}/snooze")>
                    <Carried token=token.clone() child/>
                    <Input
                        label="Until"
                        name="until"
                        kind="date"
                        check=check(&shown, "snooze", "until", false)
                        text=shown.draft.text("snooze", "until")
                        min=today.plus_days(1).to_string()
                        required=true
                    />
                    <Input label="Why it can wait" name="reason" check=check(&shown, "snooze", "reason", false) text=shown.draft.text("snooze", "reason") required=true/>
                    <div class="buttons"><button class="button" type="submit">"Put aside"</button></div>
                </form>
            </details>
        }
    });
    let people: Vec<(String, String)> = record
        .casework
        .colleagues
        .iter()
        .filter(|(user, _)| *user != open.referral.owner_id)
        .map(|(user, name)| (user.to_string(), name.clone()))
        .collect();
    let offer = (!people.is_empty() && record.casework.hand_over.is_none()).then(|| {
        view! {
            <details class="disclosure" open=typed("offer")>
                <summary><Icon name="users"/>"Hand over"</summary>
                <form class="form" method="post" action=format!("/referrals/{referral}/offer")>
                    <Carried token=token.clone() child/>
                    <Choice label="To" name="to" check=check(&shown, "offer", "to", false) options=people chosen=shown.draft.text("offer", "to")/>
                    <TextArea
                        label="What is next"
                        name="next_step"
                        check=check(&shown, "offer", "next-step", false)
                        text=shown.draft.text("offer", "next_step")
                    />
                    <div class="buttons"><button class="button" type="submit">"Offer"</button></div>
                </form>
            </details>
        }
    });
    view! {
        <section class="card" aria-labelledby="levels-head">
            <h2 id="levels-head">"Level and hands"</h2>
            <p>{format!("{}, {kind}", open.referral.priority.label())}</p>
            {differs}
            <div class="buttons">
                <a class="button" href=format!("/referrals/{referral}/assessment")><Icon name="clipboard-list"/>"Second look"</a>
                <a class="button" id="hand-over-sheet" href=format!("/children/{child}/hand-over")><Icon name="file-text"/>"Hand-over sheet"</a>
            </div>
            <details class="disclosure" open=typed("priority")>
                <summary><Icon name="priority-moderate"/>"Set another level"</summary>
                <form class="form" method="post" action=format!("/referrals/{referral}/priority")>
                    <Carried token=token.clone() child/>
                    <Select label="Level" name="priority" check=check(&shown, "priority", "priority", false) options=levels chosen=chosen/>
                    <Input label="Why" name="reason" check=check(&shown, "priority", "reason", false) text=shown.draft.text("priority", "reason") required=true/>
                    <div class="buttons"><button class="button" type="submit">"Set level"</button></div>
                </form>
            </details>
            {snooze} {offer}
        </section>
    }
    .into_any()
}

/// A closed referral can be opened again, with its reason.
#[component]
pub(super) fn Reopen(record: Record, token: String, shown: Shown) -> AnyView {
    let Some(closed) = record.closed.clone() else { return ().into_any() };
    let child = record.child.id;
    let outcome = closed.outcome.map_or("", |outcome| outcome.label());
    view! {
        <section class="card" aria-labelledby="reopen-head">
            <h2 id="reopen-head">"Closed"</h2>
            <p>{outcome}</p>
            <details class="disclosure" open=shown.draft.form == "reopen">
                <summary><Icon name="undo-2"/>"Open it again"</summary>
                <form class="form" method="post" action=format!("/referrals/{}/reopen", closed.id)>
                    <Carried token child/>
                    <Input label="Why" name="reason" check=check(&shown, "reopen", "reason", false) text=shown.draft.text("reopen", "reason") required=true/>
                    <div class="buttons"><button class="button" type="submit">"Open again"</button></div>
                </form>
            </details>
        </section>
    }
    .into_any()
}

/// The safety plan and the second look, in short.
#[component]
pub(super) fn Plan(record: Record, when: When, claimed: bool) -> AnyView {
    let work = &record.casework;
    let child = record.child.id;
    let plan = work.plans.first().map(|plan| {
        let filled = [
            &plan.warning_signs,
            &plan.own_coping,
            &plan.people_and_places,
            &plan.people_to_ask,
            &plan.professionals,
            &plan.safer_place,
        ]
        .iter()
        .filter(|step| !step.reveal().is_empty())
        .count();
        let day = capital(&when.day(plan.written_at.day_in(&when.zone)));
        let gap = (!plan.gap_reason.reveal().is_empty())
            .then(|| view! { <p class="muted small">{format!("Open: {}", plan.gap_reason.reveal())}</p> });
        view! {
            <p><strong>{format!("Version {}, {filled} of 6 steps", plan.version)}</strong>{format!(" · {day}, {}", plan.by_name)}</p>
            {gap}
        }
    });
    let none = plan
        .is_none()
        .then(|| view! { <p class="muted">"None yet. It is written together with the child."</p> });
    let print = (!work.plans.is_empty())
        .then(|| view! { <a class="button" href=format!("/children/{child}/plan")><Icon name="printer"/>"Print"</a> });
    let write = record.open.as_ref().filter(|_| claimed).map(|open| {
        let words = if work.plans.is_empty() { "Write the plan" } else { "New version" };
        view! { <a class="button" id="plan" href=format!("/referrals/{}/plan", open.referral.id)><Icon name="heart-handshake"/>{words}</a> }
    });
    let look = work.assessments.first().map(|look| {
        let day = capital(&when.day(look.at.day_in(&when.zone)));
        view! {
            <div class="stack-tight">
                <h3>"Second look"</h3>
                <p>{format!("{} · {day}, {}. Danger: {}.", look.level.label(), look.by_name, look.danger.label().to_lowercase())}</p>
                <p>{look.summary.reveal().clone()}</p>
            </div>
        }
    });
    let concerns = work
        .concerns
        .iter()
        .map(|concern| {
            view! {
                <li>
                    <time datetime=when.iso(concern.at)>{capital(&when.day(concern.at.day_in(&when.zone)))}</time>
                    <span>
                        {concern.seen.reveal().clone()}
                        <span class="table-sub">{format!("Since: {} · {}", concern.since.reveal(), concern.by_name)}</span>
                    </span>
                    <span class="muted">{concern.urgency.label()}</span>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let concerns = (!concerns.is_empty()).then(|| {
        view! { <div class="stack-tight"><h3>"What teachers saw"</h3><ul class="strip">{concerns}</ul></div> }
    });
    view! {
        <section class="card" aria-labelledby="plan-head">
            <h2 id="plan-head">"Safety plan"</h2>
            {plan} {none}
            <div class="buttons">{write} {print}</div>
            {look} {concerns}
        </section>
    }
    .into_any()
}

/// Referrals outside with how far they have come, and the way to a new one.
#[component]
pub(super) fn Outside(record: Record, when: When, token: String, shown: Shown, claimed: bool) -> AnyView {
    let work = &record.casework;
    let refer = record.open.as_ref().filter(|_| claimed).map(|open| {
        view! { <a class="button" id="refer" href=format!("/referrals/{}/outside", open.referral.id)><Icon name="send"/>"Refer outside"</a> }
    });
    if work.outside.is_empty() && refer.is_none() {
        return ().into_any();
    }
    let cards = work
        .outside
        .iter()
        .map(|sent| {
            let events = work.outside_events.iter().filter(|e| e.outside_id == sent.id).cloned().collect();
            view! { <One sent=sent.clone() events record=record.clone() when=when.clone() token=token.clone() shown=shown.clone()/> }
        })
        .collect_view();
    let none = work.outside.is_empty().then(|| view! { <p class="muted">"Nothing sent yet."</p> });
    view! {
        <section class="card" aria-labelledby="outside-head">
            <h2 id="outside-head">"Help outside"</h2>
            {none} {cards}
            <div class="buttons">{refer}</div>
        </section>
    }
    .into_any()
}

#[component]
fn One(
    sent: Sent,
    events: Vec<OutsideEvent>,
    record: Record,
    when: When,
    token: String,
    shown: Shown,
) -> AnyView {
    let child = record.child.id;
    let path = [
        OutsideState::Sent,
        OutsideState::Received,
        OutsideState::Accepted,
        OutsideState::Attended,
        OutsideState::Completed,
    ];
    let off = !path.contains(&sent.state);
    let mut steps: Vec<OutsideState> = path.to_vec();
    if off {
        steps.push(sent.state);
    }
    let path = steps
        .into_iter()
        .map(|state| {
            let here = state == sent.state;
            let day = events
                .iter()
                .find(|e| e.to_state == state)
                .map(|e| format!(" {}", when.day(e.at.day_in(&when.zone))))
                .unwrap_or_default();
            view! {
                <li class=here.then_some("is-here") aria-current=here.then_some("step")>{state.label()}<span class="number">{day}</span></li>
            }
        })
        .collect_view();
    let last =
        events.first().filter(|e| !e.source.reveal().is_empty() || !e.note.reveal().is_empty()).map(|e| {
            let who = e.by_name.clone().unwrap_or_else(|| "The service itself".to_owned());
            view! { <p class="muted small">{format!("{who}: {} {}", e.source.reveal(), e.note.reveal())}</p> }
        });
    let next = sent.state.next();
    // One form for news on the page: for the newest that is still under way.
    let newest =
        record.casework.outside.iter().find(|o| !o.state.is_final()).is_some_and(|o| o.id == sent.id);
    let news = (newest && !next.is_empty()).then(|| {
        let options: Vec<_> = next.iter().map(|state| (state.as_str(), state.label())).collect();
        let typed = shown.draft.form == "news";
        view! {
            <details class="disclosure" open=typed>
                <summary><Icon name="message-circle"/>"Note what you have heard"</summary>
                <form class="form" method="post" action=format!("/outside/{}/news", sent.id)>
                    <Carried token=token.clone() child/>
                    <Select label="It is now" name="to" check=check(&shown, "news", "to", false) options=options chosen=shown.draft.text("news", "to")/>
                    <Input
                        label="Who or what confirms it"
                        name="source"
                        check=check(&shown, "news", "source", true)
                        text=shown.draft.text("news", "source")
                        hint="Needed when the child was there."
                    />
                    <Input label="Note" name="note" check=check(&shown, "news", "note", false) text=shown.draft.text("news", "note")/>
                    <div class="buttons"><button class="button" type="submit">"Save"</button></div>
                </form>
            </details>
        }
    });
    let link = (!sent.state.is_final()).then(|| {
        view! {
            <form class="inline-form" method="post" action=format!("/outside/{}/link", sent.id)>
                <Carried token=token.clone() child/>
                <button class="button button-small" type="submit"><Icon name="key-round"/>"New link"</button>
            </form>
        }
    });
    view! {
        <div class="stack-tight">
            <h3>{sent.service_name.clone()}</h3>
            <p class="muted small">{format!("{} · {}", sent.system.label(), sent.consent.label().to_lowercase())}</p>
            <ol class="path">{path}</ol>
            {last}
            <div class="buttons">
                <a class="button button-small" href=format!("/outside/{}/letter", sent.id)><Icon name="file-text"/>"Letter"</a>
                {link}
            </div>
            {news}
        </div>
    }
    .into_any()
}
