//! The parts of a child's page that move a referral on: what is next, and the forms.

use leptos::prelude::*;
use server::model::ChildId;
use server::model::draft::DraftForm;
use server::model::referral::{ContactHow, ContactWith, Outcome, Priority, ReferralState, Verb};

use super::child::Shown;
use super::work::PHRASES;
use crate::api::queue::{FollowUp, OpenReferral};
use crate::components::due_clock::{Clock, DueClock};
use crate::components::field::{Check, FieldError, Input, Select, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::kept_draft::KeptDraft;
use crate::when::{When, capital};

/// How a field of one of the forms stands.
pub(super) fn check(shown: &Shown, form: &str, field: &str, hint: bool) -> Check {
    let id = format!("{form}-{field}");
    let error = shown.wrong.as_ref().filter(|(wrong, _)| *wrong == id).map(|(_, message)| message.clone());
    Check { id, error, hint }
}

/// Token and child: what each form on the page carries.
#[component]
pub(super) fn Carried(token: String, child: ChildId) -> AnyView {
    view! {
        <Token value=token/>
        <input type="hidden" name="child" value=child.to_string()/>
    }
    .into_any()
}

/// Stage, owner, clock, why, follow-ups, and the steps from here.
#[component]
pub(super) fn Next(
    open: OpenReferral,
    child: ChildId,
    token: String,
    when: When,
    /// Whether the reader may only look (AZ-08).
    look_only: bool,
    children: Children,
) -> AnyView {
    let referral = open.referral;
    let claimed = !matches!(referral.state, ReferralState::Open | ReferralState::Reopened);
    let works = claimed && !look_only;
    let clock = Clock {
        priority: referral.priority,
        stage: referral.state,
        opened_at: referral.opened_at,
        due_at: referral.due_at,
    };
    let owner = if claimed { referral.owner_name.clone() } else { "Nobody yet".to_owned() };
    let contact = referral.last_contact_at.map_or_else(|| "None yet".to_owned(), |at| capital(&when.at(at)));
    let reasons = open
        .reasons
        .iter()
        .map(|reason| {
            let found = when.at(reason.found_at);
            view! { <li>{reason.why.reveal().clone()}" "<span class="muted small">{found}</span></li> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="next-head">
            <h2 id="next-head">"Referral"</h2>
            <dl class="facts">
                <div><dt>"Stage"</dt><dd>{referral.state.label()}</dd></div>
                <div><dt>"Owner"</dt><dd>{owner}</dd></div>
                <div><dt>"Due"</dt><dd><DueClock clock when=when.clone()/></dd></div>
                <div><dt>"Last contact"</dt><dd>{contact}</dd></div>
            </dl>
            <div class="stack-tight">
                <h3>"Why"</h3>
                <ul class="stack-tight">{reasons}</ul>
            </div>
            <FollowUps
                open=open.follow_ups
                at=works.then(|| (referral.id.to_string(), child, token.clone()))
                when
            />
            {if look_only {
                ().into_any()
            } else if works {
                view! { <Steps state=referral.state id=referral.id.to_string() child token/> }.into_any()
            } else {
                view! { <p class="muted">"Claim it first: then contacts and steps can be logged."</p> }.into_any()
            }}
            {children()}
        </section>
    }
    .into_any()
}

#[component]
fn FollowUps(
    open: Vec<FollowUp>,
    /// Where a task can be ticked off: the referral, its child and the form's token.
    at: Option<(String, ChildId, String)>,
    when: When,
) -> AnyView {
    (!open.is_empty()).then(|| {
        let lines = open
            .into_iter()
            .map(|task| {
                let late = task.done_at.is_none() && when.days_ahead(task.due_on) < 0;
                let mark = match (task.done_at.is_some(), late) {
                    (true, _) => view! { <span class="tag tag-done"><Icon name="check"/>"Done"</span> }.into_any(),
                    (_, true) => {
                        view! { <span class="clock clock-overdue"><Icon name="clock-alert"/>"Overdue"</span> }
                            .into_any()
                    }
                    _ => view! { <span class="tag tag-plain">"Planned"</span> }.into_any(),
                };
                let tick = at.clone().filter(|_| task.done_at.is_none()).map(|(referral, child, token)| {
                    let about = format!(": {}", task.what.reveal());
                    view! {
                        <form method="post" action=format!("/referrals/{referral}/follow-up")>
                            <Carried token child/>
                            <input type="hidden" name="follow_up" value=task.id.to_string()/>
                            <button class="button button-quiet button-small" type="submit">
                                <Icon name="check"/>"Done"<span class="visually-hidden">{about}</span>
                            </button>
                        </form>
                    }
                });
                view! {
                    <li>
                        <time datetime=task.due_on.to_string()>{capital(&when.day(task.due_on))}</time>
                        <span>{task.what.reveal().clone()}</span>
                        <span class="strip-end">{mark} {tick}</span>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack-tight">
                <h3>"Follow-ups"</h3>
                <ul class="strip">{lines}</ul>
            </div>
        }
    })
    .into_any()
}

/// The stages from here: one button each.
#[component]
fn Steps(state: ReferralState, id: String, child: ChildId, token: String) -> AnyView {
    let buttons = [
        (Verb::StartAssessment, "Start assessment"),
        (Verb::SupportInSchool, "Support in school"),
        (Verb::PlanFollowUp, "Plan follow-up"),
    ]
    .into_iter()
    .filter(|(verb, _)| state.after(*verb).is_ok_and(|after| after != state))
    .map(|(verb, words)| {
        view! { <button class="button" type="submit" name="step" value=verb.as_str()>{words}</button> }
    })
    .collect_view();
    view! {
        <form class="buttons" id="step-step" method="post" action=format!("/referrals/{id}/step") aria-label="Next stage">
            <Carried token child/>
            {buttons}
        </form>
    }
    .into_any()
}

/// Logs a contact in a few seconds (C-24).
#[component]
pub(super) fn ContactForm(
    open: OpenReferral,
    child: ChildId,
    token: String,
    shown: Shown,
    when: When,
) -> AnyView {
    let today = when.today();
    let text = |name: &str| shown.draft.text("contact", name);
    let is = |name: &str, hint: bool| check(&shown, "contact", name, hint);
    let reached = text("reached");
    let reached_check = is("reached", false);
    let with = ContactWith::ALL.iter().map(|w| (w.as_str(), w.label())).collect::<Vec<_>>();
    let phrases = std::iter::once(("", "–")).chain(PHRASES).collect::<Vec<_>>();
    let how = ContactHow::ALL.iter().map(|h| (h.as_str(), h.label())).collect::<Vec<_>>();
    view! {
        <section class="card" id="contact" aria-labelledby="contact-head" tabindex="-1">
            <h2 id="contact-head">"Log a contact"</h2>
            <form class="form" method="post" action=format!("/referrals/{}/contact", open.referral.id)>
                <Carried token child/>
                <div class="form-row">
                    <Select label="With whom" name="with" check=is("with", false) options=with chosen=text("with")/>
                    <Select label="How" name="how" check=is("how", false) options=how chosen=text("how")/>
                </div>
                <fieldset class="field" id="contact-reached" aria-describedby=reached_check.described()>
                    <legend>"Reached?"</legend>
                    <FieldError check=reached_check.clone()/>
                    <div class="radios">
                        <label class="radio">
                            <input type="radio" name="reached" value="yes" required checked=reached == "yes"/>
                            " Yes"
                        </label>
                        <label class="radio">
                            <input type="radio" name="reached" value="no" required checked=reached == "no"/>
                            " No"
                        </label>
                    </div>
                </fieldset>
                <Select label="Begins with" name="phrase" check=is("phrase", false) options=phrases chosen=text("phrase")/>
                <TextArea label="What was said or agreed" name="note" check=is("note", false) text=text("note")/>
                <Input
                    label="Next step on"
                    name="next"
                    kind="date"
                    check=is("next", true)
                    text=text("next")
                    hint="Makes a follow-up. Leave empty if there is none."
                    min=today.to_string()
                />
                <KeptDraft child form=DraftForm::Contact kept=shown.draft.kept(DraftForm::Contact) when=when.clone()/>
                <div class="buttons">
                    <button class="button button-primary" type="submit">"Save contact"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Writes a note, for the team or for oneself.
#[component]
pub(super) fn NoteForm(
    open: OpenReferral,
    child: ChildId,
    token: String,
    shown: Shown,
    when: When,
) -> AnyView {
    let kept = shown.draft.kept(DraftForm::Note);
    let typed = shown.draft.form == "note" || kept.is_some();
    let chosen = shown.draft.text("note", "visibility");
    let choices = [
        ("team", "Working note: counselors of this school"),
        ("own", "Working note: only I"),
        ("shared", "Record note: stays with the child’s record, and stands on a hand-over sheet"),
    ];
    let who = choices
        .into_iter()
        .map(|(value, words)| {
            let on = chosen == value || (chosen.is_empty() && value == "team");
            view! { <label class="radio"><input type="radio" name="visibility" value=value checked=on/>" "{words}</label> }
        })
        .collect_view();
    view! {
        <details class="disclosure" id="note" open=typed>
            <summary><Icon name="notebook-pen"/>"Add a note"</summary>
            <div>
                <form class="form" method="post" action=format!("/referrals/{}/note", open.referral.id)>
                    <Carried token child/>
                    <TextArea
                        label="Note"
                        name="body"
                        check=check(&shown, "note", "body", false)
                        text=shown.draft.text("note", "body")
                    />
                    <fieldset class="field">
                        <legend>"What kind, and who reads it"</legend>
                        <div class="radios">{who}</div>
                    </fieldset>
                    <KeptDraft child form=DraftForm::Note kept when/>
                    <div class="buttons"><button class="button" type="submit">"Save note"</button></div>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// Closes a referral: always with an outcome, a critical one with who saw the child (C-30).
#[component]
pub(super) fn CloseForm(open: OpenReferral, child: ChildId, token: String, shown: Shown) -> AnyView {
    let critical = open.referral.priority == Priority::Critical;
    let text = |name: &str| shown.draft.text("close", name);
    let outcomes = std::iter::once(("", "Choose one"))
        .chain(Outcome::ALL.iter().map(|o| (o.as_str(), o.label())))
        .collect::<Vec<_>>();
    let seen_by = if critical { "Who saw the child, and when" } else { "Who saw the child, if anybody" };
    view! {
        <details class="disclosure" open=shown.draft.form == "close">
            <summary><Icon name="circle-check"/>"Close this referral"</summary>
            <div>
                <form class="form" method="post" action=format!("/referrals/{}/close", open.referral.id)>
                    <Carried token child/>
                    <Select
                        label="Outcome"
                        name="outcome"
                        check=check(&shown, "close", "outcome", false)
                        options=outcomes
                        chosen=text("outcome")
                        required=true
                    />
                    <Input
                        label=seen_by
                        name="seen_by"
                        check=check(&shown, "close", "seen-by", false)
                        text=text("seen_by")
                        required=critical
                    />
                    <TextArea
                        label="Why it can be closed"
                        name="reason"
                        check=check(&shown, "close", "reason", false)
                        text=text("reason")
                    />
                    <div class="buttons"><button class="button" type="submit">"Close referral"</button></div>
                </form>
            </div>
        </details>
    }
    .into_any()
}
