//! What the routes that speak JSON take and give, as OpenAPI 3.1. `firstlight openapi` prints it; no page serves it. It is
//! written beside each handler, and the access tests send what it says, and what it does not say.

use utoipa::{IntoResponses, OpenApi, ToSchema};

use crate::pages::student::{device, recording, sheets};
use crate::pages::{counselor::drafts, cover, passkeys, sign_in_with, teacher::grid};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Firstlight",
        description = "The routes of Firstlight that answer JSON: they serve the scripts of its own pages. Whoever asks is \
                       known by a session cookie; a change also carries the form token of the page, and comes from the site itself."
    ),
    paths(
        device::forms,
        device::answers,
        device::here,
        device::hand_in,
        recording::show,
        sheets::all,
        grid::cell,
        passkeys::ask_sign_in,
        passkeys::ask_again,
        passkeys::ask_add,
        drafts::keep,
        cover::take_off,
        sign_in_with::signed_out,
    ),
    components(schemas(Problem, Word))
)]
struct Document;

/// The description as JSON.
pub fn document() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default()
}

/// What is wrong, in a word that says what to do; never a cause.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description is made from it")]
pub struct Problem {
    problem: Word,
}

/// The words.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the description is made from it")]
enum Word {
    /// Sign in.
    SignedOut,
    /// Show the second factor once more.
    ConfirmFirst,
    /// The page is out of date: load it again.
    OutOfDate,
    /// It does not exist, or is not yours.
    NotFound,
    /// The check-in was handed in.
    HandedIn,
    /// It is not the time for it: before the child has said yes, or after the end.
    NotNow,
    /// It has changed meanwhile, or cannot be done here.
    Changed,
    /// Send less.
    TooLarge,
    /// This is not what the route takes.
    Unreadable,
    /// What was sent cannot be accepted.
    NotAccepted,
    /// Try again after the seconds in `retry-after`.
    Wait,
}

/// How any of them refuses.
#[derive(IntoResponses)]
pub enum Refusal {
    /// A form that cannot be read, answered by a page.
    #[response(status = 400)]
    NoForm,
    /// Nobody is signed in, the form token does not fit, or the request comes from another site (then as plain text).
    #[response(status = 403)]
    SignedOut(Problem),
    /// It does not exist, or is not for whoever asks.
    #[response(status = 404)]
    NotFound(Problem),
    /// Not now.
    #[response(status = 409)]
    NotNow(Problem),
    /// More than 64 KiB, or it broke off.
    #[response(status = 413)]
    TooLarge(Problem),
    /// No JSON, unknown or missing keys, values out of their range.
    #[response(status = 422)]
    NotAccepted(Problem),
    /// Too often.
    #[response(status = 429)]
    TooOften(Problem),
    /// Nothing was lost; try again.
    #[response(status = 503)]
    Wait(Problem),
}

/// A form that carries nothing but its token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description is made from it")]
pub struct TokenForm {
    /// The token of the page's forms.
    token: String,
}

/// What the provider's server sends when somebody signed out there (OpenID Connect Back-Channel Logout).
#[derive(ToSchema)]
pub struct SignedOutToken {
    /// A signed token.
    #[schema(required = true)]
    pub logout_token: String,
}

/// The refusal that the standard names.
#[derive(ToSchema)]
pub struct NotBelieved {
    /// `invalid_request`, whatever it was.
    pub error: String,
}
