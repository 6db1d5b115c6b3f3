//! Letters to guardians to print: the notice, what is asked, and a QR code that opens the child's own page.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use server::model::Private;

use crate::api::consent::{ChildLetter, LetterSheet, silence};
use crate::components::qr::Qr;
use crate::components::shell::{Audience, Head};
use crate::render;
use crate::visit::Visit;
use crate::when::When;

pub(super) fn page(visit: &Visit, sheet: LetterSheet) -> Response {
    let when = When::new(visit.ctx.now, &sheet.page.school.time_zone);
    let head = Head { title: "Letters to guardians".to_owned(), audience: Audience::Plain };
    render::page(visit, StatusCode::OK, head, move || {
        let LetterSheet { page, notice, letters } = sheet;
        let dates = format!("{} to {}", when.date(page.window.opens_on), when.date(page.window.closes_on));
        let pages = letters
            .into_iter()
            .map(|ChildLetter { name, link, attached }| {
                view! {
                    <Letter
                        name
                        link
                        school=page.school.name.clone()
                        class=page.class.name.clone()
                        dates=dates.clone()
                        notice=notice.clone()
                        attached
                        rule=silence(page.window.consent_mode)
                    />
                }
            })
            .collect_view();
        view! { <main class="letters" id="main" tabindex="-1"><h1 class="visually-hidden">"Letters to guardians"</h1>{pages}</main> }
    })
}

#[component]
fn Letter(
    name: Private<String>,
    link: Private<String>,
    school: String,
    class: String,
    dates: String,
    notice: String,
    attached: Vec<String>,
    rule: &'static str,
) -> AnyView {
    let paragraphs = notice.split("\n\n").map(|part| view! { <p>{part.to_owned()}</p> }).collect_view();
    let asked = attached.into_iter().map(|title| view! { <li>{title}</li> }).collect_view();
    let name = name.reveal().clone();
    view! {
        <article class="letter">
            <header>
                <p class="muted">{school}</p>
                <h2>{format!("About {name}, class {class}")}</h2>
                <p class="muted">{format!("Check-in from {dates}")}</p>
            </header>
            <div class="prose">{paragraphs}</div>
            <p>"What is asked: "</p>
            <ul class="stack-tight letter-asked">{asked}</ul>
            <p>{rule}</p>
            <div class="letter-answer">
                <Qr text=link.reveal().clone() label=format!("The page for {name}")/>
                <div>
                    <p><strong>"Read every question and answer online:"</strong>" scan the code. You can change your answer there at any time."</p>
                    <p><strong>"Or on paper:"</strong></p>
                    <p class="letter-boxes"><span>"☐ Yes, my child takes part"</span><span>"☐ No, my child does not take part"</span></p>
                    <p class="letter-line">"Date, name and signature of a guardian"</p>
                </div>
            </div>
        </article>
    }
    .into_any()
}
