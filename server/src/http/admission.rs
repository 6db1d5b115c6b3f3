//! Admission: with more at once than the machine can do, what matters most is still answered, and the rest is asked to
//! come back in a moment (REL-12).
//!
//! Only what is worked on at this moment counts, never who asks: a school behind one address is many children. Health,
//! help and the pages about feelings are never put off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::meters;

/// How much of the capacity a request may still take, by what it is for. The order is REL-12's, and whoever has begun goes
/// before whoever would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Health, metrics, help: always.
    Always,
    /// A child hands in, or its answers arrive.
    Submit,
    /// Pages of a child who has signed in.
    Child,
    /// A counselor signs in, or a child who would like to talk.
    SignIn,
    /// A child with its card.
    Door,
    /// Staff at work with children.
    Staff,
    /// Figures, set-up and exports, which can wait.
    Figures,
}

impl Class {
    fn of(method: &Method, path: &str) -> Self {
        let first = path.split('/').nth(1).unwrap_or_default();
        match (first, path) {
            ("healthz" | "readyz" | "metrics" | "help" | "learn" | "quiet" | "assets", _) => Self::Always,
            (_, "/check-in/answers" | "/check-in/hand-in" | "/check-in/finish" | "/check-in/talk") => {
                Self::Submit
            }
            (_, "/rules/try") => Self::Figures,
            (_, "/check-in/here") => Self::Figures,
            ("check-in", _) if method == Method::POST => Self::Submit,
            ("" | "card" | "c", _) => Self::Door,
            ("sign-in" | "talk", _) => Self::SignIn,
            ("check-in" | "all-done" | "look", _) => Self::Child,
            ("district" | "releases" | "setup" | "trail" | "exports", _) => Self::Figures,
            _ => Self::Staff,
        }
    }

    /// The share of all places in percent up to which it is let in.
    fn share(self) -> usize {
        match self {
            Self::Always | Self::Submit => 100,
            Self::Child => 90,
            Self::SignIn | Self::Door => 80,
            Self::Staff => 70,
            Self::Figures => 50,
        }
    }
}

/// Children are let in while those inside take no more than this part of all places. Every child who gets in brings a dozen
/// requests more: were only its first one weighed, all would stand inside and nobody would get to the end.
const INSIDE: usize = 4;

/// How many requests are worked on, and how many may be.
#[derive(Clone, Debug)]
pub struct Admission {
    under_way: Arc<AtomicUsize>,
    /// Those of children who have begun.
    inside: Arc<AtomicUsize>,
    most: usize,
}

/// A place; it is free again when this value goes, however the request ends.
struct Place {
    under_way: Arc<AtomicUsize>,
    inside: Option<Arc<AtomicUsize>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        if let Some(inside) = &self.inside {
            inside.fetch_sub(1, Ordering::Relaxed);
        }
        meters::UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admission {
    /// For so many requests at once.
    pub fn new(most: usize) -> Self {
        Self { under_way: Arc::default(), inside: Arc::default(), most }
    }

    fn enter(&self, class: Class) -> Option<Place> {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        meters::UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        let inside = matches!(class, Class::Submit | Class::Child).then(|| Arc::clone(&self.inside));
        if let Some(inside) = &inside {
            inside.fetch_add(1, Ordering::Relaxed);
        }
        let place = Place { under_way: Arc::clone(&self.under_way), inside };
        let limit = (self.most * class.share() / 100).max(1);
        let room = class != Class::Door || self.inside.load(Ordering::Relaxed) < (self.most / INSIDE).max(1);
        (class == Class::Always || (before < limit && room)).then_some(place)
    }
}

/// With it a request that has a place lets others have it while it only waits for its sender.
#[derive(Clone, Debug)]
pub struct Leave(Arc<AtomicUsize>);

/// While it lives, the request counts as away. Whoever has begun is never turned away when it comes back.
#[derive(Debug)]
pub struct Away(Arc<AtomicUsize>);

impl Leave {
    /// Leaves the place until the answer is dropped.
    #[must_use]
    pub fn go(&self) -> Away {
        self.0.fetch_sub(1, Ordering::Relaxed);
        meters::UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        Away(Arc::clone(&self.0))
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        meters::UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    }
}

/// Lets a request in, or asks its sender to come back in a moment.
pub async fn guard(State(admission): State<Admission>, mut request: Request, next: Next) -> Response {
    let class = Class::of(request.method(), request.uri().path());
    let Some(_place) = admission.enter(class) else {
        meters::PUT_OFF.fetch_add(1, Ordering::Relaxed);
        return later(request.method(), request.uri().path());
    };
    request.extensions_mut().insert(Leave(Arc::clone(&admission.under_way)));
    let reads = request.method() == Method::GET;
    let mut response = next.run(request).await;
    if reads {
        comes_by_itself(&mut response);
    }
    response
}

/// A page that could not be made because the database was away asks for itself again when it was told to; what was typed
/// into a form stays in the page before it.
fn comes_by_itself(response: &mut Response) {
    let headers = response.headers();
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && is_page
        && let Some(seconds) = headers.get(header::RETRY_AFTER).cloned()
    {
        response.headers_mut().insert(header::REFRESH, seconds);
    }
}

/// After how many seconds somebody may come back: between two and nine, so that those who were turned away together do not
/// come back together.
pub fn come_back_in() -> u64 {
    static TURNED_AWAY: AtomicU64 = AtomicU64::new(0);
    wait_seconds(TURNED_AWAY.fetch_add(1, Ordering::Relaxed))
}

fn wait_seconds(n: u64) -> u64 {
    // Seven and eight have no common divisor, so eight in a row get eight different waits.
    n.wrapping_mul(7) % 8 + 2
}

/// What somebody is told who was put off: a script by a word, a reader in four languages, and a page comes by itself.
pub fn later(method: &Method, path: &str) -> Response {
    let seconds = come_back_in();
    let script = [
        "/check-in/answers",
        "/check-in/hand-in",
        "/check-in/forms",
        "/check-in/sheets",
        "/check-in/here",
        "/alerts",
    ];
    let mut response = if script.contains(&path) {
        (StatusCode::SERVICE_UNAVAILABLE, axum::Json(serde_json::json!({ "problem": "wait" })))
            .into_response()
    } else {
        let (again, words) = if method == Method::GET {
            (
                format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"),
                [
                    ("en", "Many people are here right now. This page comes by itself in a moment."),
                    ("es", "Hay mucha gente en este momento. Esta página aparecerá sola enseguida."),
                    ("zh-CN", "现在人很多，页面马上会自动出现。"),
                    ("ar", "هناك كثيرون الآن. ستظهر هذه الصفحة وحدها بعد لحظة."),
                ],
            )
        } else {
            (
                String::new(),
                [
                    (
                        "en",
                        "Many people are here right now. Go back and press the button once more in a moment.",
                    ),
                    (
                        "es",
                        "Hay mucha gente en este momento. Vuelve atrás y pulsa el botón otra vez enseguida.",
                    ),
                    ("zh-CN", "现在人很多。请返回，稍后再按一次按钮。"),
                    ("ar", "هناك كثيرون الآن. ارجع واضغط الزر مرة أخرى بعد لحظة."),
                ],
            )
        };
        let lines: String =
            words.iter().map(|(tag, text)| format!("<p lang=\"{tag}\" dir=\"auto\">{text}</p>")).collect();
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>One moment</title>\
             <meta name=\"viewport\" content=\"width=device-width\">{again}</head><body><main><h1>One moment</h1>\
             {lines}</main></body></html>"
        );
        (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Method, StatusCode, header};
    use axum::response::IntoResponse;
    use proptest::prelude::*;

    use super::{Admission, Class, wait_seconds};

    const ALL: [Class; 7] = [
        Class::Always,
        Class::Submit,
        Class::Child,
        Class::SignIn,
        Class::Door,
        Class::Staff,
        Class::Figures,
    ];

    #[test]
    fn what_matters_more_is_let_in_longer_rel_12() {
        for (path, method, class) in [
            ("/healthz", Method::GET, Class::Always),
            ("/help", Method::GET, Class::Always),
            ("/check-in/hand-in", Method::POST, Class::Submit),
            ("/check-in/question/3", Method::POST, Class::Submit),
            ("/sign-in", Method::POST, Class::SignIn),
            ("/talk", Method::GET, Class::SignIn),
            ("/card", Method::POST, Class::Door),
            ("/", Method::GET, Class::Door),
            ("/check-in/question/3", Method::GET, Class::Child),
            ("/queue", Method::GET, Class::Staff),
            ("/district", Method::GET, Class::Figures),
            ("/no-such-page", Method::GET, Class::Staff),
        ] {
            assert_eq!(Class::of(&method, path), class, "{path}");
        }
        assert!(ALL.windows(2).all(|pair| pair[0].share() >= pair[1].share()));
    }

    #[test]
    fn nobody_is_let_in_while_those_inside_have_enough_to_do_rel_12() {
        let admission = Admission::new(40);
        let mut inside: Vec<_> = (0..9).map(|_| admission.enter(Class::Child).unwrap()).collect();
        assert!(admission.enter(Class::Door).is_some(), "nine of forty places");
        inside.push(admission.enter(Class::Submit).unwrap());
        assert!(admission.enter(Class::Door).is_none(), "ten of forty places");
        assert!(admission.enter(Class::Child).is_some() && admission.enter(Class::SignIn).is_some());
        inside.pop();
        assert!(admission.enter(Class::Door).is_some(), "one is done");
    }

    #[test]
    fn those_who_were_put_off_together_come_back_apart() {
        let waits: std::collections::BTreeSet<u64> = (0..8).map(wait_seconds).collect();
        assert_eq!(waits.into_iter().collect::<Vec<_>>(), (2..=9).collect::<Vec<_>>());
    }

    #[test]
    fn a_page_that_could_not_be_made_comes_by_itself_and_nothing_else_does_rel_12() {
        let refresh = |status: u16, kind: &'static str, again: bool| {
            let mut response =
                (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, kind)], "once more")
                    .into_response();
            if again {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
            }
            super::comes_by_itself(&mut response);
            response.headers().get(header::REFRESH).map(|seconds| seconds.to_str().unwrap().to_owned())
        };
        assert_eq!(refresh(503, "text/html; charset=utf-8", true).as_deref(), Some("7"));
        for (status, kind, again) in [
            (503, "application/json", true),
            (503, "text/html", false),
            (200, "text/html", true),
            (429, "text/html", true),
        ] {
            assert_eq!(refresh(status, kind, again), None, "{status} {kind}");
        }
    }

    #[test]
    fn who_waits_for_its_sender_holds_no_place_rel_17() {
        let admission = Admission::new(10);
        let leave = super::Leave(std::sync::Arc::clone(&admission.under_way));
        let places: Vec<_> = (0..7).map(|_| admission.enter(Class::Staff).unwrap()).collect();
        assert!(admission.enter(Class::Staff).is_none());
        let away = leave.go();
        assert!(admission.enter(Class::Staff).is_some());
        drop(away);
        assert!(admission.enter(Class::Staff).is_none());
        // A request that ends while it is away leaves nothing behind.
        let away = leave.go();
        drop(places);
        drop(away);
        assert_eq!(admission.under_way.load(std::sync::atomic::Ordering::Relaxed), 0);
    }

    proptest! {
        /// No place is ever lost or made up, whoever comes and goes.
        #[test]
        fn a_place_is_free_again_when_its_request_ends(most in 1usize..40, comers in proptest::collection::vec((0usize..7, any::<bool>()), 0..200)) {
            let admission = Admission::new(most);
            let mut inside = Vec::new();
            for (class, leaves) in comers {
                let (class, before) = (ALL[class], inside.len());
                let begun = inside.iter().filter(|(class, _)| matches!(class, Class::Submit | Class::Child)).count();
                let place = admission.enter(class);
                let limit = (most * class.share() / 100).max(1);
                let room = class != Class::Door || begun < (most / super::INSIDE).max(1);
                prop_assert_eq!(place.is_some(), class == Class::Always || (before < limit && room));
                inside.extend(place.map(|place| (class, place)));
                if leaves {
                    inside.pop();
                }
            }
            inside.clear();
            prop_assert_eq!(admission.under_way.load(std::sync::atomic::Ordering::Relaxed), 0);
            prop_assert_eq!(admission.inside.load(std::sync::atomic::Ordering::Relaxed), 0);
        }
    }
}
