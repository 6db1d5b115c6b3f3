//! Help, for everyone, signed in or not.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use super::check_in_if_any;
use crate::api::check_in::{Step, get_closing};
use crate::components::form::Token;
use crate::components::help_lines::HelpLines;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::render;
use crate::visit::Visit;

/// `GET /help`.
pub async fn show(visit: Visit) -> Response {
    let check_in = check_in_if_any(&visit).await;
    let band = check_in.as_ref().map(|c| c.band);
    let under_way = check_in.as_ref().is_some_and(|c| matches!(c.step, Step::Question(_) | Step::Review));
    let readers = check_in.map(|c| c.readers).unwrap_or_default();
    let closing = get_closing(&visit, &readers);
    let token = visit.form_token.clone();
    render::page(&visit, StatusCode::OK, Head::student("Help", band), move || {
        let (back, words) = match band {
            Some(_) => ("/check-in", " Back to where you were"),
            None => ("/", " Back to the first page"),
        };
        view! {
            <StudentFrame band hide=band.is_some()>
                <div class="sheet">
                    <h1>"You can get help now"</h1>
                    <p>"You can stop here. Put your hand up, or go to one of these. You do not have to say why."</p>
                    <HelpLines heading="Who is there for you" closing readers wide=false/>
                    <form class="question-end" method="post" action="/check-in/close">
                        <Token value=token/>
                        <a class="button" href=back><Icon name="arrow-left" turns=true/>{words}</a>
                        {under_way.then(|| view! {
                            <button class="button button-quiet" type="submit">"Stop for now"</button>
                        })}
                    </form>
                </div>
            </StudentFrame>
        }
    })
}
