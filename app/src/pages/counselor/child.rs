//! One child, one page: who it is, how it changes, what was done and what is next (C-20 to C-24, C-30).

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::model::draft::DraftForm;
use server::model::referral::{Priority, ReferralState};
use server::model::{ChildId, Instant, UserId};
use server::{Error, Result};

use super::casework::{Asks, Levels, Outside, Plan, Reopen};
use super::confirmation;
use super::guardian_letter::Letters;
use super::referral::{CloseForm, ContactForm, Next, NoteForm};
use super::report::Reports;
use super::rescreens::rescreens;
use super::side_by_side::Informants;
use super::transfer::MoveLink;
use crate::address::Address;
use crate::api::drafts::{Kept, kept_of};
use crate::api::queue::{
    self as api, CriticalEntry, Entry, EntryKind, Guardian, OpenReferral, Record, Screening,
};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::figure::Figure;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::person_header::PersonHeader;
use crate::components::priority_tag::PriorityTag;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::components::timeline::Timeline;
use crate::render;
use crate::staff_islands::chart_keys::ChartKeys;
use crate::staff_islands::queue_keys::QueueKeys;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// `GET /children/{id}`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let child = match address.part::<ChildId>(0) {
        Ok(child) => child,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let only = KINDS.iter().find(|(word, ..)| *word == address.query("only")).and_then(|(.., kind)| *kind);
    let shown = Shown { done: confirmation(address.query("done")), only, ..Shown::default() };
    page(&visit, child, StatusCode::OK, shown).await
}

/// The page again after a form that was not accepted: nothing typed is lost.
pub(super) async fn again(visit: &Visit, child: ChildId, draft: Draft, error: &Error) -> Response {
    let (status, shown) = match error {
        Error::Invalid { field, message } => {
            let wrong = (format!("{}-{}", draft.form, field.replace('_', "-")), message.clone());
            (StatusCode::UNPROCESSABLE_ENTITY, Shown { draft, wrong: Some(wrong), ..Shown::default() })
        }
        Error::Conflict(message) => {
            (StatusCode::CONFLICT, Shown { draft, refused: Some(message.clone()), ..Shown::default() })
        }
        other => return render::staff_failure(visit, other),
    };
    page(visit, child, status, shown).await
}

/// What was typed into one of the page's forms.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) form: &'static str,
    fields: Vec<(&'static str, String)>,
    /// What the reader has typed before, and not saved.
    kept: Vec<Kept>,
}

impl Draft {
    pub(super) fn of(form: &'static str, posted: &Posted, names: &[&'static str]) -> Self {
        let fields = names.iter().map(|name| (*name, posted.text(name).to_owned())).collect();
        Self { form, fields, kept: Vec::new() }
    }

    /// The text of a form's field: as it was sent a moment ago, else as it was kept, else empty.
    pub(super) fn text(&self, form: &str, name: &str) -> String {
        if self.form == form {
            let mine = self.fields.iter().find(|(key, _)| *key == name);
            return mine.map(|(_, text)| text.clone()).unwrap_or_default();
        }
        let kept = form.parse().ok().and_then(|form| self.kept(form));
        kept.map(|kept| kept.text(name)).unwrap_or_default()
    }

    /// What was kept of a form.
    pub(super) fn kept(&self, form: DraftForm) -> Option<Kept> {
        kept_of(&self.kept, form).filter(|_| self.form != form.as_str()).cloned()
    }
}

/// What a visit adds to the record.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) draft: Draft,
    /// The field's id and the sentence.
    pub(super) wrong: Option<(String, String)>,
    refused: Option<String>,
    done: Option<&'static str>,
    /// The one kind of line that the timeline shows.
    only: Option<EntryKind>,
}

/// The chips of the timeline: word, label and kind.
const KINDS: [(&str, &str, Option<EntryKind>); 6] = [
    ("", "All", None),
    ("contacts", "Contacts", Some(EntryKind::Contact)),
    ("screens", "Screens", Some(EntryKind::Screen)),
    ("notes", "Notes", Some(EntryKind::Note)),
    ("steps", "Steps", Some(EntryKind::Referral)),
    ("looks", "Looks", Some(EntryKind::Look)),
];

fn chosen(entries: Vec<Entry>, only: Option<EntryKind>) -> Vec<Entry> {
    entries.into_iter().filter(|entry| only.is_none_or(|kind| entry.kind == kind)).collect()
}

/// Narrows the timeline to one kind of line (C-21).
#[component]
fn Chips(child: ChildId, only: Option<EntryKind>) -> AnyView {
    let chips = KINDS
        .iter()
        .map(|(word, label, kind)| {
            let href = if word.is_empty() {
                format!("/children/{child}")
            } else {
                format!("/children/{child}?only={word}")
            };
            let current = (*kind == only).then_some("true");
            view! { <a class="chip" href=format!("{href}#timeline-head") aria-current=current>{*label}</a> }
        })
        .collect_view();
    view! { <nav class="chips" aria-label="Lines of the timeline">{chips}</nav> }.into_any()
}

async fn page(visit: &Visit, id: ChildId, status: StatusCode, mut shown: Shown) -> Response {
    let record: Result<Record> = api::get_record(visit, id).await;
    let record = match record {
        Ok(record) => record,
        Err(error) => return render::staff_failure(visit, &error),
    };
    shown.draft.kept.clone_from(&record.kept);
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let now = visit.ctx.now;
    let user = reader.user();
    let name = format!("{} {}", record.child.given_name.reveal(), record.child.family_name.reveal());
    let title = if shown.wrong.is_some() { format!("Error: {name}") } else { name };
    render::page(visit, status, Head::staff(title), move || {
        view! {
            <StaffShell reader here=Tab::Work>
                {shown
                    .wrong
                    .clone()
                    .map(|(field, text)| view! { <ErrorSummary text field/> })}
                <Confirmation sentence=shown.done/>
                {shown
                    .refused
                    .clone()
                    .map(|text| view! { <Banner tone=Tone::Warn head="Nothing was changed" text urgent=true/> })}
                <Body record shown token now reader=user/>
                <QueueKeys/>
                {view! { <ChartKeys/> }.into_any()}
            </StaffShell>
        }
    })
}

#[component]
fn Body(record: Record, shown: Shown, token: String, now: Instant, reader: Option<UserId>) -> AnyView {
    let when = When::new(now, &record.time_zone);
    let child = record.child.id;
    let facts = vec![
        format!("Grade {}, class {}", record.child.grade, record.child.class_name),
        format!("{} years", record.age),
        format!("Speaks {}", language(&record.child.language)),
        record.child.school_name.clone(),
    ];
    let banned: Vec<String> = record
        .guardians
        .iter()
        .filter(|g| g.do_not_contact)
        .map(|g| format!("{} ({})", g.name.reveal(), g.relation))
        .collect();
    let open = record.open.clone();
    let look_only = record.look_only;
    let claimed = !look_only
        && open
            .as_ref()
            .is_some_and(|o| !matches!(o.referral.state, ReferralState::Open | ReferralState::Reopened));
    let action = if look_only {
        view! { <span class="tag tag-plain">"To look at only"</span> }.into_any()
    } else {
        action(open.as_ref(), claimed, child, &token)
    };
    let close = open.clone().filter(|_| claimed).map(|open| {
        view! { <CloseForm open child token=token.clone() shown=shown.clone()/> }
    });
    let next = open.clone().map(|open| {
        view! { <Next open child token=token.clone() when=when.clone() look_only>{close}</Next> }
    });
    let levels = claimed.then(|| {
        view! { <Levels record=record.clone() token=token.clone() shown=shown.clone() today=when.today()/> }
    });
    let looks = format!("/children/{child}/looks");
    let entries = chosen(record.timeline.clone(), shown.only);
    let contact = open.clone().filter(|_| claimed).map(|open| {
        view! { <ContactForm open child token=token.clone() shown=shown.clone() when=when.clone()/> }
    });
    let again = rescreens(&record, &token, &shown, &when, claimed);
    view! {
        <BackLink href="/queue">"My work"</BackLink>
        <PersonHeader
            given=record.child.given_name.reveal().clone()
            family=record.child.family_name.reveal().clone()
            facts
        >
            {action}
        </PersonHeader>
        {open.as_ref().and_then(|open| critical_banner(open, &when))}
        {look_only
            .then(|| {
                view! {
                    <Banner
                        tone=Tone::Warn
                        head="You look from outside this child’s school"
                        text="Nothing can be changed here. Its school knows that you look; tell its counselors what you found."
                    />
                }
            })}
        {(!look_only).then(|| view! { <Asks record=record.clone() token=token.clone() shown=shown.clone() reader when=when.clone()/> })}
        {(!banned.is_empty())
            .then(|| {
                view! {
                    <Banner
                        tone=Tone::Warn
                        head=format!("Do not contact {}", banned.join(", "))
                        text="The school has recorded that this person must not be called or written to."
                    />
                }
            })}
        <div class="two two-file">
            <div class="stack">
                <Scores record=record.clone()/>
                <Informants windows=record.side_by_side.clone()/>
                <Critical entries=record.critical.clone() when=when.clone()/>
                {contact}
                <Screenings child screenings=record.screenings.clone() when=when.clone()/>
            </div>
            <div class="stack">
                {next}
                {levels}
                {(!look_only).then(|| view! { <Reopen record=record.clone() token=token.clone() shown=shown.clone()/> })}
                <Plan record=record.clone() when=when.clone() claimed/>
                <Outside record=record.clone() when=when.clone() token=token.clone() shown=shown.clone() claimed/>
                {again}
                <Letters record=record.clone() when=when.clone() claimed/>
                <Reports record=record.clone() when=when.clone() claimed/>
                <Guardians guardians=record.guardians.clone()/>
            </div>
            <section class="card" aria-labelledby="timeline-head">
                <h2 id="timeline-head">"Timeline"</h2>
                {open
                    .filter(|_| !look_only)
                    .map(|open| view! { <NoteForm open child token=token.clone() shown=shown.clone() when=when.clone()/> })}
                <Chips child only=shown.only/>
                <Timeline entries when child/>
                <p><a href=looks><Icon name="eye"/>" Who has opened this file"</a></p>
                <MoveLink record=record.clone() reader/>
            </section>
        </div>
    }
    .into_any()
}

/// The one thing to do first: claim, then log a contact.
fn action(open: Option<&OpenReferral>, claimed: bool, child: ChildId, token: &str) -> AnyView {
    let Some(open) = open else {
        return view! { <span class="tag tag-plain">"No open referral"</span> }.into_any();
    };
    let tag = view! { <PriorityTag priority=open.referral.priority/> };
    if claimed {
        return view! { {tag} <a class="button button-primary" href="#contact">"Log contact"</a> }.into_any();
    }
    view! {
        {tag}
        <form method="post" action=format!("/referrals/{}/claim", open.referral.id)>
            <Token value=token.to_owned()/>
            <input type="hidden" name="child" value=child.to_string()/>
            <button class="button button-primary" type="submit">"Claim"</button>
        </form>
    }
    .into_any()
}

/// Why a critical referral is one, and who is on it.
fn critical_banner(open: &OpenReferral, when: &When) -> Option<AnyView> {
    if open.referral.priority != Priority::Critical {
        return None;
    }
    let reason = open.reasons.iter().find(|r| r.priority == Priority::Critical)?;
    let head = format!("{}, {}", reason.why.reveal(), when.at(reason.found_at));
    let text = match open.referral.acknowledged_at.filter(|_| !open.referral.state.is_unclaimed()) {
        Some(at) => {
            format!("See the child today. {} is on this since {}.", open.referral.owner_name, when.at(at))
        }
        None => "Nobody is on this yet. Claim it, then see the child today.".to_owned(),
    };
    Some(
        view! {
            <section aria-label="Critical"><Banner tone=Tone::Critical head text/></section>
        }
        .into_any(),
    )
}

/// The curves: each with its message above and its table below.
#[component]
fn Scores(record: Record) -> AnyView {
    if record.trends.is_empty() {
        return view! {
            <section class="card" aria-labelledby="scores-head">
                <h2 id="scores-head">"Scores"</h2>
                <p class="muted">"No screening has given a score yet."</p>
            </section>
        }
        .into_any();
    }
    record
        .trends
        .into_iter()
        .map(|trend| {
            view! { <div class="card"><Figure figure=trend.figure/></div> }
        })
        .collect_view()
        .into_any()
}

/// Critical items with wording and answer: dated, never a curve (C-23).
#[component]
fn Critical(entries: Vec<CriticalEntry>, when: When) -> AnyView {
    (!entries.is_empty()).then(|| {
        let lines = entries
            .into_iter()
            .map(|entry| {
                let day = entry.at.day_in(&when.zone);
                view! {
                    <li class="is-critical">
                        <time datetime=day.to_string()>{capital(&when.day(day))}</time>
                        <span>
                            {entry.wording.reveal().clone()}
                            <span class="table-sub">{format!("{}, item {}", entry.instrument, entry.item)}</span>
                        </span>
                        <strong>{entry.answer.reveal().clone()}</strong>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="card" aria-labelledby="critical-head">
                <h2 id="critical-head">"Critical answers"</h2>
                <ul class="strip">{lines}</ul>
            </section>
        }
    })
    .into_any()
}

/// Every screening that was handed in, with the way to its answers.
#[component]
fn Screenings(child: ChildId, screenings: Vec<Screening>, when: When) -> AnyView {
    (!screenings.is_empty()).then(|| {
        let lines = screenings
            .into_iter()
            .map(|screening| {
                let day = screening.at.day_in(&when.zone);
                let about = format!(" of {}, {}", screening.instrument, when.date(day));
                view! {
                    <li>
                        <time datetime=day.to_string()>{capital(&when.day(day))}</time>
                        <span>{screening.instrument}<span class="table-sub">{screening.window}</span></span>
                        <a class="button button-small" href=format!("/children/{child}/answers/{}", screening.id)>
                            <Icon name="list-checks"/>
                            <span>"Open answers (logged)"<span class="visually-hidden">{about}</span></span>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="card" aria-labelledby="screenings-head">
                <h2 id="screenings-head">"Screenings"</h2>
                <ul class="strip">{lines}</ul>
            </section>
        }
    })
    .into_any()
}

/// Whom one may call, and whom not (C-26).
#[component]
fn Guardians(guardians: Vec<Guardian>) -> AnyView {
    let lines = guardians
        .into_iter()
        .map(|guardian| {
            let contact = if guardian.do_not_contact {
                view! { <dd><span class="tag tag-high"><Icon name="ban"/>"Do not call"</span></dd> }
                    .into_any()
            } else {
                view! { <dd class="number">{guardian.phone.reveal().clone()}</dd> }.into_any()
            };
            view! {
                <div>
                    <dt>{format!("{} ({})", guardian.name.reveal(), guardian.relation)}</dt>
                    {contact}
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="guardians-head">
            <h2 id="guardians-head">"Guardians"</h2>
            <dl class="facts">{lines}</dl>
        </section>
    }
    .into_any()
}

/// A language's name in English, for the codes that rosters use most; others are shown as they are.
pub(super) fn language(code: &str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("ar", "Arabic"),
        ("de", "German"),
        ("en", "English"),
        ("es", "Spanish"),
        ("fr", "French"),
        ("hi", "Hindi"),
        ("pt", "Portuguese"),
        ("ru", "Russian"),
        ("uk", "Ukrainian"),
        ("vi", "Vietnamese"),
        ("zh", "Chinese"),
    ];
    let short = code.split('-').next().unwrap_or(code);
    NAMES
        .iter()
        .find(|(known, _)| *known == short)
        .map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
}
