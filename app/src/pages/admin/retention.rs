//! What is kept how long, what a legal hold keeps, and the way to erase one child. No name and no answer is shown here.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use server::Error;
use server::model::retention::EraseWhy;
use uuid::Uuid;

pub mod change;
mod erase;
mod holds;
mod periods;

use self::erase::{Erase, Found, Tombstones};
use self::holds::Holds;
use self::periods::Periods;
use crate::address::Address;
use crate::api::retention::{self as api, Proof, Wish};
use crate::components::back_link::BackLink;
use crate::components::banner::{Banner, Confirmation, Tone};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::Check;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::{Posted, Visit};
use crate::when::When;

/// What was typed into one of the forms, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    form: &'static str,
    field: &'static str,
    message: String,
    typed: Vec<(&'static str, String)>,
}

impl Draft {
    fn of(
        form: &'static str,
        posted: &Posted,
        fields: &[&'static str],
        error: (&'static str, String),
    ) -> Self {
        let typed = fields.iter().map(|name| (*name, posted.text(name).to_owned())).collect();
        Self { form, field: error.0, message: error.1, typed }
    }

    /// What was typed into a field of a form; empty where the form was not sent.
    fn text(&self, form: &str, field: &str) -> String {
        let typed = self.typed.iter().filter(|_| self.form == form);
        typed.into_iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn check(&self, form: &str, field: &str, hint: bool) -> Check {
        let error = (self.form == form && self.field == field).then(|| self.message.clone());
        Check { id: format!("{form}-{field}"), error, hint }
    }
}

/// `GET /setup/retention`.
pub async fn show(visit: Visit, address: Address) -> Response {
    let done = match address.query("done") {
        "asked" => Some("Asked. Until somebody else has decided, the periods stay as they are."),
        "held" => Some("The legal hold stands. Nothing it covers is removed."),
        "released" => Some("The hold is released. What waited for it goes within the hour."),
        _ => None,
    };
    page(&visit, StatusCode::OK, done, None, Draft::default()).await
}

/// `POST /setup/retention`: asks for other periods.
pub async fn ask(posted: Posted) -> Response {
    let done = api::ask_for_profile(&posted.visit, posted.text("profile")).await.map(drop);
    after(&posted, done, "asked", "periods", &["profile"]).await
}

/// `POST /setup/retention/holds`.
pub async fn hold(posted: Posted) -> Response {
    let done = api::set_hold(&posted.visit, posted.text("number"), posted.text("reason")).await;
    after(&posted, done, "held", "hold", &["number", "reason"]).await
}

/// `POST /setup/retention/holds/{hold}/release`.
pub async fn release(address: Address, posted: Posted) -> Response {
    let done = match address.part::<Uuid>(0) {
        Ok(hold) => api::release_hold(&posted.visit, hold).await,
        Err(error) => Err(error),
    };
    after(&posted, done, "released", "release", &[]).await
}

/// `POST /setup/retention/erase`: shows at once what is left.
pub async fn erase(posted: Posted) -> Response {
    let visit = &posted.visit;
    let wish = Wish {
        number: posted.text("number").to_owned(),
        again: posted.text("again").to_owned(),
        // A word that is no reason of people is refused there.
        why: posted.word::<EraseWhy>("why").unwrap_or(EraseWhy::CameBack),
        nevertheless: posted.text("nevertheless").to_owned(),
    };
    let proof = match api::erase_child(visit, wish).await {
        Ok(child) => api::prove_erasure(visit, &child.to_string()).await,
        Err(Error::Invalid { field, message }) => {
            let fields = ["number", "again", "why", "nevertheless"];
            let draft = Draft::of("erase", &posted, &fields, (field, message));
            return page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, None, draft).await;
        }
        Err(Error::Conflict(message)) => {
            let draft = Draft::of("erase", &posted, &["number", "why", "nevertheless"], ("", message));
            return page(visit, StatusCode::CONFLICT, None, None, draft).await;
        }
        Err(error) => Err(error),
    };
    found(visit, proof).await
}

/// `POST /setup/retention/proof`: looks through the database once more.
pub async fn prove(posted: Posted) -> Response {
    let visit = &posted.visit;
    match api::prove_erasure(visit, posted.text("child")).await {
        Err(Error::NotFound) if Reader::of(visit).has(server::model::people::Role::Administrator) => {
            let message = "No child and no tombstone is known by this number.".to_owned();
            let draft = Draft::of("proof", &posted, &["child"], ("child", message));
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, None, draft).await
        }
        proof => found(visit, proof).await,
    }
}

async fn found(visit: &Visit, proof: server::Result<Proof>) -> Response {
    match proof {
        Ok(proof) => page(visit, StatusCode::OK, None, Some(proof), Draft::default()).await,
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn after(
    posted: &Posted,
    done: server::Result<()>,
    word: &str,
    form: &'static str,
    fields: &[&'static str],
) -> Response {
    let visit = &posted.visit;
    match done {
        Ok(()) => Redirect::to(&format!("/setup/retention?done={word}")).into_response(),
        Err(Error::Invalid { field, message }) => {
            let draft = Draft::of(form, posted, fields, (field, message));
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, None, None, draft).await
        }
        Err(Error::Conflict(message)) => {
            let draft = Draft::of(form, posted, fields, ("", message));
            page(visit, StatusCode::CONFLICT, None, None, draft).await
        }
        Err(error) => render::staff_failure(visit, &error),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    done: Option<&'static str>,
    proof: Option<Proof>,
    draft: Draft,
) -> Response {
    let overview = match api::get_retention(visit).await {
        Ok(overview) => overview,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(visit, status, Head::staff("Retention and deletion"), move || {
        let refused = (!draft.message.is_empty()).then(|| match draft.field {
            "" => view! {
                <Banner tone=Tone::Warn head="Nothing was changed" text=draft.message.clone() urgent=true/>
            }
            .into_any(),
            field => view! {
                <ErrorSummary text=draft.message.clone() field=format!("{}-{field}", draft.form)/>
            }
            .into_any(),
        });
        let paused = overview.paused_until.map(|until| {
            let text = format!(
                "The periods were changed a short while ago. Until {} nothing is removed, so that a mistake can be put right.",
                when.at(until)
            );
            view! { <Banner tone=Tone::Info head="The purge pauses" text/> }
        });
        view! {
            <StaffShell reader here=Tab::Setup>
                <BackLink href="/setup">"Set-up"</BackLink>
                <Confirmation sentence=done/>
                {refused}
                {proof.map(|proof| view! { <Found proof when=when.clone()/> })}
                <div class="page-head"><div>
                    <h1>"Retention and deletion"</h1>
                    <p class="lede">"What is kept how long, what must not go, and how a child is erased. Firstlight removes by \
                    itself, once an hour, what is over."</p>
                </div></div>
                {(!overview.fresh).then(|| view! {
                    <div class="banner">
                        <div><h2>"Changes here want a fresh second factor"</h2>
                        <p><a href="/confirm">"Confirm with a one-time code"</a>", then come back within five minutes."</p></div>
                    </div>
                })}
                <SignOff signed_by=overview.signed_by.clone()/>
                {paused}
                <Periods overview=overview.clone() token=token.clone() when=when.clone() draft=draft.clone()/>
                <Holds holds=overview.holds.clone() token=token.clone() when=when.clone() draft=draft.clone()/>
                <div class="two two-even">
                    <Erase token=token.clone() draft=draft.clone() backup_days=overview.backup_days/>
                    <Tombstones stones=overview.tombstones.clone() token when draft/>
                </div>
            </StaffShell>
        }
    })
}

#[component]
fn SignOff(signed_by: Option<String>) -> AnyView {
    match signed_by {
        Some(by) => view! { <Banner tone=Tone::Done head="The periods are signed" text=format!("By {by}.")/> },
        None => view! {
            <Banner
                tone=Tone::Warn
                head="The periods await a lawyer’s sign-off"
                text="They are the shipped defaults and no legal advice. A lawyer of the district reads the profile below, \
                changes what must change, and signs the file that the setting retention.file names."
            />
        },
    }
    .into_any()
}
