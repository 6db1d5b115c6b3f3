//! Referral outside the school: choosing a service, consent, the letter, and the news that come back (C-27).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::documents::{Block, Document};
use server::model::outside::{Consent, OutsideState};
use server::model::referral::Priority;
use server::model::{ChildId, ReferralId};
use server::{Error, Result};
use uuid::Uuid;

use super::child;
use crate::address::Address;
use crate::api::casework::{self as api, HelpService, Invitation, Link, News, Sending};
use crate::api::queue::{Record, get_record, get_referral_child};
use crate::components::banner::{Banner, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, Choice, FieldError, TextArea};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::print_sheet::PrintSheet;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// `GET /referrals/{id}/outside`.
pub async fn edit(visit: Visit, address: Address) -> Response {
    match address.part::<ReferralId>(0) {
        Ok(id) => form(&visit, id, StatusCode::OK, None).await,
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// What was typed, and what is wrong with it.
#[derive(Clone)]
struct Again {
    service: String,
    consent: String,
    words: String,
    letter: String,
    wrong: (String, String),
}

/// `POST /referrals/{id}/outside`: the service's link is shown once, on the answer to this form.
pub async fn send(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let id = match address.part::<ReferralId>(0) {
        Ok(id) => id,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let sent = match read(&posted) {
        Ok(sending) => api::send_outside(visit, id, sending).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(link) => show_link(visit, link).await,
        Err(Error::Invalid { field, message }) => {
            let text = |name: &str| posted.text(name).to_owned();
            let again = Again {
                service: text("service"),
                consent: text("consent"),
                words: text("consent_words"),
                letter: text("letter"),
                wrong: (field.to_owned(), message),
            };
            form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, Some(again)).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

fn read(posted: &Posted) -> Result<Sending> {
    let missing = |field, message: &str| Error::invalid(field, message);
    Ok(Sending {
        service: posted.word("service").ok_or_else(|| missing("service", "Choose a service."))?,
        consent: posted
            .word::<Consent>("consent")
            .ok_or_else(|| missing("consent", "Say whose consent it rests on."))?,
        consent_words: posted.text("consent_words").to_owned().into(),
        letter: posted.text("letter").to_owned().into(),
    })
}

/// `POST /outside/{id}/link`.
pub async fn renew(address: Address, posted: Posted) -> Response {
    let link = match address.part::<Uuid>(0) {
        Ok(id) => api::renew_link(&posted.visit, id).await,
        Err(error) => Err(error),
    };
    match link {
        Ok(link) => show_link(&posted.visit, link).await,
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

async fn show_link(visit: &Visit, link: Link) -> Response {
    let found = match api::get_letter(visit, link.outside).await {
        Ok(found) => found,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let base = visit.site.services.config().public_url.clone().unwrap_or_default();
    let address = format!("{base}/letters/{}", link.token.reveal());
    render::page(visit, StatusCode::OK, Head::staff("Sent outside"), move || {
        let letter = format!("/outside/{}/letter", link.outside);
        let back = format!("/children/{}", found.outside.child_id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <Banner
                    tone=Tone::Done
                    head=format!("The referral to {} is on record", found.outside.service_name)
                    text="Follow-ups at 7, 30 and 90 days are planned. Two steps are left, and they are yours."
                />
                <section class="card" aria-labelledby="link-head">
                    <h1 id="link-head">"Give the service its link"</h1>
                    <p>"With this address the service can read the letter and answer, without an account. It is shown only now."</p>
                    <p class="link-once"><a class="id" id="service-link" href=address.clone()>{address.clone()}</a></p>
                    <p class="muted">{format!("Tell it to {} by a way you trust. A new link can be made at any time; the old one then ends.", found.outside.service_contact)}</p>
                    <div class="buttons">
                        <a class="button button-primary" href=letter><Icon name="printer"/>"Print the letter"</a>
                        <a class="button" href=back>"Back to the child"</a>
                    </div>
                </section>
            </StaffShell>
        }
    })
}

async fn form(visit: &Visit, id: ReferralId, status: StatusCode, again: Option<Again>) -> Response {
    let record: Result<Record> = match get_referral_child(visit, id).await {
        Ok(child) => get_record(visit, child).await,
        Err(error) => Err(error),
    };
    let record = match record {
        Ok(record) => record,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let level = record.open.as_ref().map_or(Priority::Low, |open| open.referral.priority);
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let name = format!("{} {}", record.child.given_name.reveal(), record.child.family_name.reveal());
    render::page(visit, status, Head::staff(format!("Refer {name} outside")), move || {
        let wrong = again.as_ref().map(|again| again.wrong.clone());
        let kept = again.clone();
        let typed =
            move |pick: fn(&Again) -> &String| kept.as_ref().map(|a| pick(a).clone()).unwrap_or_default();
        let faulty = wrong.clone();
        let check = move |field: &str, hint: bool| Check {
            id: field.to_owned(),
            error: faulty.as_ref().filter(|(name, _)| name == field).map(|(_, message)| message.clone()),
            hint,
        };
        let chosen = typed(|a| &a.consent);
        let consent_check = check("consent", false);
        let consents = Consent::ALL
            .iter()
            .map(|consent| {
                let checked = chosen == consent.as_str();
                view! {
                    <label class="radio">
                        <input type="radio" name="consent" value=consent.as_str() checked=checked required/>
                        {format!(" {}", consent.label())}
                    </label>
                }
            })
            .collect_view();
        let banned: Vec<String> =
            record.guardians.iter().filter(|g| g.do_not_contact).map(|g| g.name.reveal().clone()).collect();
        let summary = wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> });
        let options = choices(&record.casework.directory, level);
        let back = format!("/children/{}", record.child.id);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                {summary}
                <a class="back-link" href=back><Icon name="arrow-left"/>" "{name.clone()}</a>
                <div class="page-head">
                    <div>
                        <h1>{format!("Refer {name} outside")}</h1>
                        <p class="lede">"A service, a consent, a letter. You see here what becomes of it."</p>
                    </div>
                </div>
                {(!banned.is_empty())
                    .then(|| {
                        let head = format!("Do not ask {}", banned.join(", "));
                        view! { <Banner tone=Tone::Warn head text="The school has recorded that this person must not be contacted."/> }
                    })}
                <form class="card form" method="post" action=format!("/referrals/{id}/outside")>
                    <Token value=token/>
                    <Choice
                        label="Service"
                        name="service"
                        check=check("service", true)
                        options=options
                        chosen=typed(|a| &a.service)
                        hint="From the district’s directory; only services that take this level."
                    />
                    <fieldset class="field" id="consent" aria-describedby=consent_check.described()>
                        <legend>"Consent"</legend>
                        <FieldError check=consent_check.clone()/>
                        <div class="radios">{consents}</div>
                    </fieldset>
                    <TextArea
                        label="Who agreed, how and when, or why it cannot wait"
                        name="consent_words"
                        check=check("consent_words", false)
                        text=typed(|a| &a.words)
                    />
                    <TextArea
                        label="Letter"
                        name="letter"
                        check=check("letter", true)
                        text=typed(|a| &a.letter)
                        hint="What the service needs to help, and no more. Name and school are added."
                    />
                    <div class="buttons">
                        <button class="button button-primary" type="submit"><Icon name="send"/>"Refer"</button>
                    </div>
                </form>
            </StaffShell>
        }
    })
}

fn choices(directory: &[HelpService], level: Priority) -> Vec<(String, String)> {
    let fitting = directory.iter().filter(|service| level.rank() <= service.accepts.rank());
    std::iter::once((String::new(), "Choose one".to_owned()))
        .chain(
            fitting.map(|s| (s.id.to_string(), format!("{}: {} ({})", s.system.label(), s.name, s.capacity))),
        )
        .collect()
}

/// `POST /outside/{id}/news`.
pub async fn news(address: Address, posted: Posted) -> Response {
    let visit = &posted.visit;
    let draft = child::Draft::of("news", &posted, &["to", "source", "note"]);
    let done = match (address.part::<Uuid>(0), posted.word::<OutsideState>("to")) {
        (Ok(id), Some(to)) => {
            let note = posted.text("note").to_owned().into();
            api::note_news(visit, id, News { to, source: posted.text("source").to_owned(), note }).await
        }
        (Err(error), _) => Err(error),
        (Ok(_), None) => Err(Error::invalid("to", "Say what you have heard.")),
    };
    match (done, posted.word::<ChildId>("child")) {
        (Ok(()), Some(child)) => Redirect::to(&format!("/children/{child}?done=news")).into_response(),
        (Err(error @ (Error::Invalid { .. } | Error::Conflict(_))), Some(child)) => {
            child::again(visit, child, draft, &error).await
        }
        (Err(error), _) => render::staff_failure(visit, &error),
        (Ok(()), None) => Redirect::to("/queue").into_response(),
    }
}

/// `GET /outside/{id}/letter`: for print.
pub async fn letter(visit: Visit, address: Address) -> Response {
    let found = match address.part::<Uuid>(0) {
        Ok(id) => api::get_letter(&visit, id).await,
        Err(error) => Err(error),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    let now = visit.ctx.now;
    render::page(&visit, StatusCode::OK, Head::staff("Letter"), move || {
        let back = format!("/children/{}", found.outside.child_id);
        let pdf = format!("/outside/{}/letter/pdf", found.outside.id);
        let document = letter_document(&found, now);
        view! {
            <StaffShell reader here=Tab::Work narrow=true>
                <a class="back-link no-print" href=back><Icon name="arrow-left"/>" "{found.child.reveal().clone()}</a>
                <PrintSheet document/>
                <div class="buttons no-print">
                    <a class="button" href=pdf><Icon name="download"/>"PDF"</a>
                    <span class="muted">"Or print it from your browser’s menu."</span>
                </div>
            </StaffShell>
        }
    })
}

/// `GET /outside/{id}/letter/pdf`.
pub async fn letter_pdf(visit: Visit, address: Address) -> Response {
    let made: Result<Vec<u8>> = async {
        let found = api::get_letter(&visit, address.part::<Uuid>(0)?).await?;
        api::print_letter(&visit, found.outside.id, letter_document(&found, visit.ctx.now)).await
    }
    .await;
    match made {
        Ok(pdf) => render::pdf("letter.pdf", pdf),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// The letter itself, as the counselor prints it and the service reads it.
pub fn letter_document(found: &Invitation, now: server::model::Instant) -> Document {
    let when = When::new(now, &found.time_zone);
    let outside = &found.outside;
    let field = |name: &str, value: String| (name.to_owned(), value);
    let to = format!("{}\n{}\n{}", outside.service_name, outside.system.label(), outside.service_contact);
    let mut blocks = vec![Block::Fields(vec![
        field("From", found.school.clone()),
        field("To", to),
        field("Date", when.dated(outside.sent_at.day_in(&when.zone))),
    ])];
    let lines = outside.letter.reveal().lines().map(str::trim).filter(|line| !line.is_empty());
    blocks.extend(lines.map(|line| Block::Paragraph(line.to_owned())));
    blocks.push(Block::Fields(vec![
        field("Consent", outside.consent.label().to_owned()),
        field("Referred by", outside.by_name.clone()),
    ]));
    blocks.push(Block::Note(
        "A screening at school suggested a closer look. It is not a diagnosis.".to_owned(),
    ));
    Document {
        title: format!("About {}", found.child.reveal()),
        language: "en".to_owned(),
        footer: found.school.clone(),
        blocks,
        ..Document::default()
    }
}
