//! The last page: the same for everyone, whatever was answered (K-41).

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use server::Error;
use server::ctx::Actor;
use server::model::administration::TalkWish;
use uuid::Uuid;

use super::{check_in::review_page, failure, path_of};
use crate::api::check_in::{
    CheckIn, Step, get_check_in, get_closing, submit_check_in, wish_to_talk, worry_about_friend,
};
use crate::api::sign_in::sign_out;
use crate::components::form::Token;
use crate::components::help_lines::HelpLines;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::student_frame::StudentFrame;
use crate::render;
use crate::visit::{Posted, Visit};

/// `POST /check-in/finish`.
pub async fn submit(posted: Posted) -> Response {
    let visit = &posted.visit;
    let Some(key) = posted.word::<Uuid>("key") else {
        return match get_check_in(visit).await {
            Ok(check_in) if check_in.step == Step::Review => {
                review_page(visit, StatusCode::UNPROCESSABLE_ENTITY, &check_in)
            }
            Ok(check_in) => Redirect::to(&path_of(check_in.step)).into_response(),
            Err(error) => failure(visit, &error),
        };
    };
    match submit_check_in(visit, key).await {
        Ok(_) => Redirect::to("/check-in/done").into_response(),
        // Too early, from an old page: on to what is open.
        Err(Error::NotFound) => Redirect::to("/check-in").into_response(),
        Err(error) => failure(visit, &error),
    }
}

/// `GET /check-in/done`. The wish itself stands in no address; the page says only that it was heard.
pub async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    match get_check_in(&visit).await {
        Ok(check_in) if check_in.step == Step::Done => page(
            &visit,
            StatusCode::OK,
            &check_in,
            (query.as_deref() == Some("noted")).then_some(visit.look.language.words().noted),
        ),
        Ok(check_in) => Redirect::to(&path_of(check_in.step)).into_response(),
        Err(error) => failure(&visit, &error),
    }
}

/// `POST /check-in/talk`.
pub async fn talk(posted: Posted) -> Response {
    let visit = &posted.visit;
    let check_in = match get_check_in(visit).await {
        Ok(check_in) if check_in.step == Step::Done => check_in,
        Ok(check_in) => return Redirect::to(&path_of(check_in.step)).into_response(),
        Err(error) => return failure(visit, &error),
    };
    let Some(wish) = posted.word::<TalkWish>("when") else {
        return page(
            visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            &check_in,
            Some(visit.look.language.words().three_buttons),
        );
    };
    match wish_to_talk(visit, wish).await {
        Ok(()) => Redirect::to("/check-in/done?noted").into_response(),
        Err(error) => failure(visit, &error),
    }
}

/// `POST /check-in/friend`.
pub async fn friend(posted: Posted) -> Response {
    match worry_about_friend(&posted.visit).await {
        Ok(()) => Redirect::to("/check-in/done?noted").into_response(),
        // A child that has not finished goes on where it was; for anybody else there is nothing here.
        Err(Error::NotFound) if matches!(posted.visit.ctx.actor, Actor::Student(_)) => {
            Redirect::to("/check-in").into_response()
        }
        Err(error) => failure(&posted.visit, &error),
    }
}

/// `POST /check-in/close`: ends the sign-in, whoever has one.
pub async fn close(posted: Posted) -> Response {
    match sign_out(&posted.visit).await {
        Ok(()) => posted.visit.signed_out("/all-done"),
        Err(error) => render::failure_page(&posted.visit, &error),
    }
}

/// `GET /all-done`.
pub async fn all_done(visit: Visit) -> Response {
    let words = visit.look.language.words();
    render::page(&visit, StatusCode::OK, Head::student(words.all_done, None), move || {
        view! {
            <StudentFrame band=None hide=false>
                <div class="sheet sheet-narrow">
                    <h1>{words.all_done}</h1>
                    <p>{words.all_done_text}</p>
                    <p class="question-note">
                        {words.all_done_talk}" "<a href="/help">{words.where_help}</a>
                    </p>
                </div>
                <p class="student-foot"><a href="/">{words.another_card}</a></p>
            </StudentFrame>
        }
    })
}

fn page(visit: &Visit, status: StatusCode, check_in: &CheckIn, said: Option<&'static str>) -> Response {
    let words = visit.look.language.words();
    let token = visit.form_token.clone();
    let closing = get_closing(visit, &check_in.readers);
    let (band, readers, until) = (check_in.band, check_in.readers.clone(), check_in.there_until.clone());
    render::page(visit, status, Head::student(words.finish_title, Some(band)), move || {
        let (thanks, saved, question) =
            (closing.thanks.clone(), closing.readers.clone(), closing.talk_question.clone());
        view! {
            <StudentFrame band=Some(band) hide=true>
                <div class="sheet">
                    <h1 tabindex="-1" autofocus=said.is_none()>{thanks}</h1>
                    <p>{saved}</p>
                    <form class="divided" method="post" action="/check-in/talk" autocomplete="off">
                        <Token value=token.clone()/>
                        <h2 id="talk-heading">{question}</h2>
                        <div class="choice-pair" role="group" aria-labelledby="talk-heading">
                            <button class="button" type="submit" name="when" value=TalkWish::Today.as_str()>{words.today}</button>
                            <button class="button" type="submit" name="when" value=TalkWish::ThisWeek.as_str()>{words.this_week}</button>
                            <button class="button" type="submit" name="when" value=TalkWish::No.as_str()>{words.no_thanks}</button>
                        </div>
                        <p class="saved" role="status" tabindex="-1" autofocus=said.is_some()>
                            {said.map(|text| view! { <Icon name="check"/>" "{text} })}
                        </p>
                    </form>
                    <form class="divided friend" method="post" action="/check-in/friend" autocomplete="off">
                        <Token value=token.clone()/>
                        <div>
                            <h2>{words.friend_question}</h2>
                            <p class="question-note">{words.friend_text}</p>
                        </div>
                        <button class="button" type="submit"><Icon name="heart-handshake"/>" "{words.friend_button}</button>
                    </form>
                    <HelpLines heading=words.need_help_now closing readers until wide=true/>
                    <form class="question-end" method="post" action="/check-in/close">
                        <Token value=token/>
                        <a class="button button-quiet" href="/quiet">{words.quiet_title}</a>
                        <a class="button button-quiet" href="/learn">{words.learn_title}</a>
                        <button class="button button-primary" type="submit">{words.close}</button>
                    </form>
                </div>
            </StudentFrame>
        }
    })
}
