//! A letter to a guardian: chosen, read by a counselor, released, and only then seen and printed (C-26).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::model::ReferralId;
use server::{Error, Result};
use uuid::Uuid;

use crate::address::Address;
use crate::api::casework::{self as api, Bundle, HasRead, LetterChoices, NewLetter, ShownLetter};
use crate::api::queue::{Record, get_referral_child};
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, FieldError, TextArea, Tick};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::{When, capital};

/// A language's own name.
fn language(tag: &str) -> String {
    match tag {
        "en" => "English",
        "zh-CN" => "中文",
        "es" => "Español",
        "ar" => "العربية",
        other => other,
    }
    .to_owned()
}

/// `GET /referrals/{id}/guardian-letter`.
pub async fn edit(visit: Visit, address: Address) -> Response {
    match address.part::<ReferralId>(0) {
        Ok(id) => form(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// What was typed, and what is wrong with it.
#[derive(Clone, Default)]
struct Again {
    template: String,
    guardian: String,
    language: String,
    added: String,
    wrong: (String, String),
}

/// `POST /referrals/{id}/guardian-letter`: on to the review.
pub async fn make(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReferralId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let text = |name: &str| posted.text(name).to_owned();
    let made = match posted.word::<Uuid>("guardian") {
        Some(guardian) => {
            let (template, language, added) = (text("template"), text("language"), text("added").into());
            api::make_guardian_letter(visit, id, NewLetter { template, guardian, language, added }).await
        }
        None => Err(Error::invalid("guardian", "Choose to whom the letter goes.")),
    };
    match made {
        Ok(letter) => Redirect::to(&format!("/guardian-letters/{letter}/review")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let again = Again {
                template: text("template"),
                guardian: text("guardian"),
                language: text("language"),
                added: text("added"),
                wrong: (field.to_owned(), message),
            };
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn form(visit: &Visit, id: ReferralId, status: StatusCode, again: Option<Again>) -> Response {
    let found: Result<_> = async {
        let child = get_referral_child(visit, id).await?;
        Ok((child, api::get_letter_choices(visit, id).await?))
    }
    .await;
    let (child, choices): (_, LetterChoices) = match found {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let given = choices.given_name.reveal().clone();
    let title = format!("Letter to a guardian of {given}");
    render::page(visit, status, Head::staff(title.clone()), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone());
        let typed = again.unwrap_or_else(|| Again {
            language: choices.languages.first().cloned().unwrap_or_default(),
            ..Again::default()
        });
        let faulty = wrong.clone();
        let check = move |field: &str, hint: bool| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint,
        };
        let templates =
            choices.templates.iter().map(|(word, name, _)| (word.clone(), name.clone())).collect();
        let languages = choices.languages.iter().map(|tag| (tag.clone(), language(tag))).collect();
        let recipients: Vec<_> =
            choices.recipients.iter().map(|(id, who)| (id.to_string(), who.clone())).collect();
        let can = !recipients.is_empty() && !choices.templates.is_empty();
        let summary = wrong.map(|(field, text)| view! { <ErrorSummary text field/> });
        let banned = (!choices.banned.is_empty()).then(|| {
            let head = format!("Do not write to {}", choices.banned.join(", "));
            view! { <Banner tone=Tone::Warn head text="The school has recorded that this person must not be contacted."/> }
        });
        let fields = if can {
            view! {
                <form class="card form" method="post" action=format!("/referrals/{id}/guardian-letter")>
                    <Token value=token/>
                    <Choice label="Letter" name="template" check=check("template", false) options=templates chosen=typed.template/>
                    <Choice label="To" name="guardian" check=check("guardian", false) options=recipients chosen=typed.guardian/>
                    <Choice
                        label="Language"
                        name="language"
                        check=check("language", true)
                        options=languages
                        chosen=typed.language
                        hint="The family’s language stands first, where the letter has it."
                    />
                    <TextArea
                        label="In your own words"
                        name="added"
                        check=check("added", true)
                        text=typed.added
                        hint="For example when and where you can meet. No result, and no name of a questionnaire."
                    />
                    <div class="buttons"><button class="button button-primary" type="submit">"Read it before it goes out"</button></div>
                </form>
            }
            .into_any()
        } else if choices.templates.is_empty() {
            view! { <Banner tone=Tone::Warn head="There is no letter to choose" text="The district’s clinical settings hold no letter to guardians; an administrator adds it there."/> }
                .into_any()
        } else {
            view! { <Banner tone=Tone::Warn head="There is nobody to write to" text="No guardian of this child is on record who may be contacted."/> }
                .into_any()
        };
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {summary}
                <a class="back-link" href=format!("/children/{child}")><Icon name="arrow-left"/>" "{given.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>{title.clone()}</h1>
                        <p class="lede">"It says what happens next, never what was found. You read it once more before it can be printed."</p>
                    </div>
                </div>
                {banned}
                {fields}
            </StaffShell>
        }
    })
}

/// `GET /guardian-letters/{letter}/review`: on screen only; paper shows nothing of it.
pub async fn review(visit: Visit, address: Address) -> Response {
    match address.part::<Uuid>(0) {
        Ok(id) => review_page(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn review_page(visit: &Visit, id: Uuid, status: StatusCode, wrong: Option<String>) -> Response {
    let shown = match api::get_letter_to_review(visit, id).await {
        Ok(shown) => shown,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let now = visit.ctx.now;
    render::page(visit, status, Head::staff("Read the letter"), move || {
        let check = Check { id: "read".to_owned(), error: wrong.clone(), hint: false };
        let summary = wrong.map(|text| view! { <ErrorSummary text field="read"/> });
        let unsigned = (!shown.signed).then(|| {
            view! { <Banner tone=Tone::Warn head="Nobody has signed these templates yet" text="A clinician of the district reads and signs them in the clinical settings. Read this letter with that in mind."/> }
        });
        let back = format!("/children/{}", shown.child.id);
        let given = shown.child.given_name.reveal().clone();
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {summary}
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{given}</a>
                <div class="page-head">
                    <div>
                        <h1>"Read the letter"</h1>
                        <p class="lede">{format!("To {}. Until you release it nobody can see or print it.", shown.to)}</p>
                    </div>
                </div>
                {unsigned}
                <div class="no-print"><LetterSheet shown=shown.clone() now level=2/></div>
                <form class="card form" method="post" action=format!("/guardian-letters/{id}/review")>
                    <Token value=token/>
                    <div class="field" id="read">
                        <FieldError check/>
                        <Tick name="read" value="yes" words="I have read it. It fits this family and tells nothing that it should not."/>
                    </div>
                    <div class="buttons">
                        <button class="button button-primary" type="submit" name="answer" value="release"><Icon name="check"/>"Release"</button>
                        <button class="button" type="submit" name="answer" value="discard">"Throw away"</button>
                    </div>
                </form>
            </StaffShell>
        }
    })
}

/// `POST /guardian-letters/{letter}/review`.
pub async fn decide(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<Uuid>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let discard = posted.text("answer") == "discard";
    let done = if discard {
        api::discard_guardian_letter(visit, id).await
    } else {
        let read = if posted.text("read") == "yes" { HasRead::Yes } else { HasRead::No };
        api::release_guardian_letter(visit, id, read).await
    };
    let child = match done {
        Ok(referral) => get_referral_child(visit, referral).await,
        Err(Error::Invalid { message, .. }) => {
            return review_page(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await;
        }
        Err(error) => Err(error),
    };
    match child {
        Ok(child) => {
            let word = if discard { "letter_discarded" } else { "letter_released" };
            Redirect::to(&format!("/children/{child}?done={word}")).into_response()
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

/// `GET /guardian-letters/{letter}`: for print.
pub async fn show(visit: Visit, address: Address) -> Response {
    let found = match address.part::<Uuid>(0) {
        Ok(id) => api::get_guardian_letter(&visit, id).await,
        Err(error) => Err(error),
    };
    let shown = match found {
        Ok(shown) => shown,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let now = visit.ctx.now;
    render::page(&visit, StatusCode::OK, Head::staff("Letter"), move || {
        let back = format!("/children/{}", shown.child.id);
        let pdf = format!("/guardian-letters/{}/pdf", shown.letter.id);
        let when = When::new(now, &shown.child.time_zone);
        let released = shown.letter.reviewed_at.map(|at| {
            let by = shown.letter.reviewed_by_name.clone().unwrap_or_default();
            format!("To {}. Read and released by {by}, {}.", shown.to, when.at(at))
        });
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" "{shown.child.given_name.reveal().clone()}</a>
                <p class="muted no-print">{released}</p>
                <LetterSheet shown=shown.clone() now level=1/>
                <div class="buttons no-print">
                    <a class="button" href=pdf><Icon name="download"/>"PDF"</a>
                    <span class="muted">"Or print it from your browser’s menu."</span>
                </div>
            </StaffShell>
        }
    })
}

/// `GET /guardian-letters/{letter}/pdf`.
pub async fn pdf(visit: Visit, address: Address) -> Response {
    let made = match address.part::<Uuid>(0) {
        Ok(id) => pdf_of(&visit, id).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(pdf) => render::pdf("letter.pdf", pdf),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

async fn pdf_of(visit: &Visit, id: Uuid) -> Result<Vec<u8>> {
    let shown = api::get_guardian_letter(visit, id).await?;
    api::guardian_letter_pdf(visit, &shown, &day_of(&shown, visit.ctx.now)).await
}

/// The day on a letter: of its release, or of today while it waits. As digits, which every family reads.
fn day_of(shown: &ShownLetter, now: server::model::Instant) -> String {
    let when = When::new(now, &shown.child.time_zone);
    shown.letter.reviewed_at.unwrap_or(now).day_in(&when.zone).to_string()
}

/// The letter itself, in its own language.
#[component]
fn LetterSheet(shown: ShownLetter, now: server::model::Instant, level: u8) -> AnyView {
    let day = day_of(&shown, now);
    let tag = shown.letter.language.clone();
    let direction = if tag == "ar" { "rtl" } else { "ltr" };
    let text = shown.letter.body.reveal();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let title = title.to_owned();
    let heading = if level == 1 {
        view! { <h1>{title}</h1> }.into_any()
    } else {
        view! { <h2>{title}</h2> }.into_any()
    };
    let lines = rest.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    view! {
        <article class="card print-sheet letter" lang=tag dir=direction>
            <div class="letter-head">
                <p><strong>{shown.child.school_name.clone()}</strong></p>
                <p class="muted">{day}</p>
            </div>
            {heading}
            <div class="prose">{lines}</div>
        </article>
    }
    .into_any()
}

/// The letters of several children, one a page of paper, and who has none (C-09).
pub(super) fn bundle_page(visit: &Visit, bundle: Bundle, back: String) -> Response {
    let reader = Reader::of(visit);
    let now = visit.ctx.now;
    render::page(visit, StatusCode::OK, Head::staff("Letters to print"), move || {
        let lede = match bundle.letters.len() {
            0 => "None of them has a released letter.".to_owned(),
            1 => "One letter, read and released.".to_owned(),
            n => format!(
                "{n} letters, each read and released, one a page. Print them from your browser’s menu."
            ),
        };
        let without = bundle
            .without
            .into_iter()
            .map(|(name, why)| view! { <li><span>{name.reveal().clone()}</span><span class="muted">{why}</span></li> })
            .collect::<Vec<_>>();
        let without = (!without.is_empty()).then(|| {
            view! {
                <section class="card no-print" aria-labelledby="without-head">
                    <h2 id="without-head">"Without a letter"</h2>
                    <ul class="strip">{without}</ul>
                </section>
            }
        });
        let letters = bundle
            .letters
            .into_iter()
            .map(|shown| {
                let to = format!("For {}: to {}", shown.child.given_name.reveal(), shown.to);
                view! { <p class="muted no-print">{to}</p> <LetterSheet shown now level=2/> }
            })
            .collect_view();
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" My work"</a>
                <div class="page-head no-print"><div><h1>"Letters to print"</h1><p class="lede">{lede}</p></div></div>
                {without} {letters}
            </StaffShell>
        }
    })
}

/// The letters of a child's file, with the way to a new one.
#[component]
pub(super) fn Letters(record: Record, when: When, claimed: bool) -> AnyView {
    let work = &record.casework;
    let write = record.open.as_ref().filter(|_| claimed).map(|open| {
        view! { <a class="button" id="guardian-letter" href=format!("/referrals/{}/guardian-letter", open.referral.id)><Icon name="file-text"/>"Write to a guardian"</a> }
    });
    if work.letters.is_empty() && write.is_none() {
        return ().into_any();
    }
    let lines = work
        .letters
        .iter()
        .map(|letter| {
            let day = letter.made_at.day_in(&when.zone);
            let (state, link) = match &letter.reviewed_by_name {
                Some(by) => (
                    format!("Released by {by}"),
                    view! { <a class="button button-small" href=format!("/guardian-letters/{}", letter.id)><Icon name="printer"/>"Open"</a> }
                        .into_any(),
                ),
                None => (
                    "Waits for its review".to_owned(),
                    view! { <a class="button button-small" href=format!("/guardian-letters/{}/review", letter.id)>"Read and release"</a> }
                        .into_any(),
                ),
            };
            view! {
                <li>
                    <time datetime=day.to_string()>{capital(&when.day(day))}</time>
                    <span>{state}<span class="table-sub">{format!("{}, made by {}", language(&letter.language), letter.made_by_name)}</span></span>
                    {link}
                </li>
            }
        })
        .collect_view();
    let list = if work.letters.is_empty() {
        view! { <p class="muted">"None yet."</p> }.into_any()
    } else {
        view! { <ul class="strip">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="letters-head">
            <h2 id="letters-head">"Letters to guardians"</h2>
            {list}
            <div class="buttons">{write}</div>
        </section>
    }
    .into_any()
}
